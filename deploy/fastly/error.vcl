# A snippet of type `error`: nobody answered at all.
if (obj.status >= 500 && stale.exists) {
  return(deliver_stale);
}
