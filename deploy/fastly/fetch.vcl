# A snippet of type `fetch`.
# A failure must not take the place of a picture that is only out of date.
if ((beresp.status >= 500 || beresp.status == 429) && stale.exists) {
  return(deliver_stale);
}
# Fastly does not heed these by itself.
if (beresp.http.Cache-Control ~ "no-store|no-cache|private") {
  return(pass);
}
if (beresp.status == 200) {
  set beresp.stale_while_revalidate = 3600s;
  set beresp.stale_if_error = 86400s;
} else if (beresp.http.Cache-Control ~ "max-age=[1-9]") {
  # Fastly keeps few errors by itself, the server says of each.
  set beresp.cacheable = true;
}
