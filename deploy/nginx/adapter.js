// Lets nginx ask the function for CDNs: its request becomes CloudFront's event, and what the function makes of it an answer
// or a question to the cache.
import edge from "edge.js";
import cloudfront from "cloudfront";
import crypto from "crypto";
import fs from "fs";

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

// Where nginx renews a picture and gets what may not be kept, a refusal above all, it would serve the old one for as long as
// somebody asks: a URL that has expired or was revoked would never end. So the old one goes; failures do not count.
function forget(r) {
  const control = r.variables.upstream_http_cache_control || "";
  if (r.status >= 500 || r.status === 429 || !/no-store|no-cache|private|\bmax-age=0/.test(control)) return;
  const key = r.variables.edge_uri + "|" + r.variables.edge_accept;
  const name = crypto.createHash("md5").update(key).digest("hex");
  // As `levels=1:2` in nginx.conf has it.
  const folder = [r.variables.document_root, "cache/pictures", name.slice(31), name.slice(29, 31)].join("/");
  try {
    fs.unlinkSync(folder + "/" + name);
  } catch (error) {
    if (error.code !== "ENOENT") r.error("expected to remove an old picture, got " + error.message);
  }
}

export default { ask, age, forget };
