// Lets nginx ask the function for CDNs: its request becomes CloudFront's event, and what the function makes of it an answer
// or a question to the cache.
import edge from "edge.js";
import cloudfront from "cloudfront";

async function ask(r) {
  cloudfront.folder = r.variables.document_root;
  const headers = {};
  if (r.headersIn.Accept !== undefined) headers.accept = { value: r.headersIn.Accept };
  const request = {
    method: r.method,
    // Not `r.uri`, which is decoded.
    uri: r.variables.request_uri.split("?")[0],
    querystring: {},
    headers: headers,
    cookies: {},
  };
  const event = { version: "1.0", context: {}, viewer: { ip: r.remoteAddress }, request: request };
  const result = await edge.handler(event);
  if (result.statusCode) {
    Object.keys(result.headers).forEach((name) => {
      r.headersOut[name] = result.headers[name].value;
    });
    r.return(result.statusCode, result.body.data);
    return;
  }
  r.variables.edge_uri = result.uri;
  r.variables.edge_accept = result.headers.accept.value;
  r.variables.edge_viewer = result.headers["x-viewer-ip"].value;
  r.internalRedirect("@picture");
}

// Seconds since the server made the answer, which nginx does not count. A picture that is kept past its lifetime was found
// unchanged at a time that is not known here, so nothing is said of it.
function age(r) {
  const given = Number(r.variables.upstream_http_age || 0);
  const madeAt = Date.parse(r.variables.upstream_http_date || "");
  const status = r.variables.upstream_cache_status;
  if (!/^(?:HIT|STALE|UPDATING)$/.test(status) || !(madeAt > 0)) return given > 0 ? String(given) : "";
  const seconds = given + Math.max(0, Math.floor((Date.now() - madeAt) / 1000));
  const lifetime = /max-age=(\d+)/.exec(r.variables.upstream_http_cache_control || "");
  return status === "HIT" && lifetime && seconds > Number(lifetime[1]) ? "" : String(seconds);
}

export default { ask, age };
