vcl 4.1;

# A cache in front of Tintype. Yours is backend.vcl: where the server is, and who may purge.
# Signatures are left to the server: without a module of others Varnish computes none.
import std;
include "./backend.vcl";
include "./accept.vcl";

sub vcl_recv {
    set req.backend_hint = tintype;
    # The server ignores it.
    set req.url = regsub(req.url, "\?.*$", "");

    if (req.method == "PURGE" || req.method == "BAN" || req.method == "POST") {
        call tintype_purge;
    }
    if (req.method != "GET" && req.method != "HEAD") {
        return (synth(405, "Method Not Allowed"));
    }
    if (req.url == "/edge-health") {
        return (synth(200, "ready"));
    }
    if (req.url ~ "^/((health|ready|gallery|playground)/?)?$") {
        return (synth(404, "Not Found"));
    }

    std.collect(req.http.Accept);
    call tintype_accept;
    # What is not in the key must not reach the server, or one client chooses what another one gets.
    unset req.http.Authorization;
    unset req.http.Cookie;
    unset req.http.DPR;
    unset req.http.Width;
    unset req.http.Sec-CH-DPR;
    unset req.http.Sec-CH-Width;
    unset req.http.X-Forwarded-Host;
    set req.http.X-Viewer-IP = client.ip;
    set req.http.X-Forwarded-For = client.ip;
    return (hash);
}

# By URL, or by tag. The third way is the order that Tintype gives to Fastly: with TINTYPE_EDGE_FASTLY_ENDPOINT leading here,
# `tintype purge` reaches Varnish, too.
sub tintype_purge {
    if (client.ip !~ purgers) {
        return (synth(405, "Method Not Allowed"));
    }
    if (req.method == "PURGE") {
        return (purge);
    }
    set req.http.x-tag = req.http.Cache-Tag;
    if (req.method == "POST") {
        set req.http.x-tag = req.http.Surrogate-Key;
        if (req.url ~ "^/service/[^/]+/purge_all$") {
            ban("obj.status != 0");
            return (synth(200, "Banned"));
        }
        if (req.url !~ "^/service/[^/]+/purge$") {
            return (synth(405, "Method Not Allowed"));
        }
    }
    # What a tag is made of at the server, short of the backslash that would end the quotation below. A space would end the ban.
    if (req.http.x-tag !~ "^[!-+\--\[\]-~]{1,256}$") {
        return (synth(400, "Expected one tag of visible ASCII without comma and backslash in Cache-Tag"));
    }
    ban("obj.http.Cache-Tag ~ (^|,)\Q" + req.http.x-tag + "\E(,|$)");
    return (synth(200, "Banned"));
}

sub vcl_hash {
    # Not the Host header, which the server does not read. Accept joins by the server's Vary.
    hash_data(req.url);
    return (lookup);
}

sub vcl_backend_fetch {
    # Pictures are compressed; Varnish would ask for gzip by itself.
    unset bereq.http.Accept-Encoding;
}

sub vcl_backend_response {
    # A failure must not take the place of a picture that is only out of date.
    if (bereq.is_bgfetch && (beresp.status >= 500 || beresp.status == 429)) {
        return (abandon);
    }
    if (beresp.status == 200) {
        set beresp.grace = 24h;
        # Beyond that, for a question whether it has changed.
        set beresp.keep = 6d;
    } else {
        set beresp.grace = 0s;
        # Varnish keeps few errors by itself, the server says of each.
        if (beresp.http.Cache-Control ~ "max-age=[0-9]") {
            set beresp.ttl = std.duration(regsub(beresp.http.Cache-Control, "^.*max-age=([0-9]+).*$", "\1s"), 0s);
        }
    }
}

sub vcl_deliver {
    if (obj.hits == 0) {
        set resp.http.X-Cache = "MISS";
    } else if (obj.ttl < 0s) {
        set resp.http.X-Cache = "STALE";
    } else {
        set resp.http.X-Cache = "HIT";
    }
    if (obj.hits > 0) {
        set resp.http.Server-Timing = "cache;desc=" + resp.http.X-Cache;
        unset resp.http.X-Request-ID;
    }
    unset resp.http.Via;
    unset resp.http.X-Varnish;
}

sub vcl_synth {
    set resp.http.Cache-Control = "no-store";
    set resp.http.Content-Type = "text/plain";
    if (resp.status == 405) {
        set resp.http.Allow = "GET, HEAD";
    }
    synthetic(resp.reason);
    return (deliver);
}

sub vcl_backend_error {
    set beresp.http.Cache-Control = "no-store";
    set beresp.http.Content-Type = "text/plain";
    synthetic(beresp.reason);
    return (deliver);
}
