# Tintype's server: address and port are yours. For several see vmod_directors; `shard` keeps a picture at one of them.
backend tintype {
    .host = "tintype";
    .port = "8080";
    .connect_timeout = 2s;
    .first_byte_timeout = 60s;
    # Varnish leaves idle connections open for longer than the server does (`-p backend_idle_timeout=8s` changes that), and
    # asks once more over a new one where the server was faster to close.
}

# Who may purge. Where something on this machine ends TLS in front of Varnish, all clients come from 127.0.0.1: take these
# addresses out then, or have it speak the PROXY protocol (`-a 127.0.0.1:8443,PROXY`), which tells who asks.
acl purgers {
    "localhost";
    "127.0.0.1";
    "::1";
}
