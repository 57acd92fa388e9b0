# A snippet of type `recv`. It calls tintype_accept of deploy/varnish/accept.vcl, which is a snippet of type `init`.
if (req.method != "GET" && req.method != "HEAD" && req.method != "FASTLYPURGE") {
  error 405 "Method Not Allowed";
}
# The server ignores the query.
set req.url = regsub(req.url, "\?.*$", "");
if (req.url ~ "^/((health|ready|gallery|playground)/?)?$") {
  error 404 "Not Found";
}
call tintype_accept;
# What is not in the key must not reach the server, or one client chooses what another one gets.
unset req.http.Authorization;
unset req.http.Cookie;
unset req.http.DPR;
unset req.http.Width;
unset req.http.Sec-CH-DPR;
unset req.http.Sec-CH-Width;
unset req.http.X-Forwarded-Host;
# Behind a shield, the client is another of Fastly's own machines.
if (fastly.ff.visits_this_service == 0) {
  set req.http.X-Viewer-IP = client.ip;
}
