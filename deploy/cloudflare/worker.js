// The function for CDNs as a Worker. Cloudflare's cache does not heed `Vary: Accept` unless a rule says so, so the class of
// the browser goes where it looks on every plan: into the query, which the server ignores.
import edge from "./edge.js";
import cloudfront from "cloudfront";

// Beyond these nothing of the client reaches the server: what is not in the key must not change the answer.
const PASSED = ["range", "if-range", "if-none-match", "if-modified-since"];

export default {
  async fetch(request, env) {
    cloudfront.keys = env.TINTYPE_KEYS;
    const start = request.url.indexOf("/", request.url.indexOf("//") + 2);
    const accept = request.headers.get("accept");
    const event = {
      version: "1.0",
      context: {},
      viewer: { ip: request.headers.get("cf-connecting-ip") || "" },
      request: {
        method: request.method,
        // Cut out of the text, because parsers rewrite paths.
        uri: request.url.slice(start).split(/[?#]/, 1)[0],
        querystring: {},
        headers: accept === null ? {} : { accept: { value: accept } },
        cookies: {},
      },
    };
    const result = await edge.handler(event);
    if (result.statusCode) return refuse(request, result);
    const headers = new Headers();
    for (const name of PASSED) {
      const value = request.headers.get(name);
      if (value !== null) headers.set(name, value);
    }
    for (const name of ["accept", "x-viewer-ip"]) headers.set(name, result.headers[name].value);
    const origin = env.TINTYPE_ORIGIN || request.url.slice(0, start);
    const target = `${origin}${result.uri}?accept=${encodeURIComponent(result.headers.accept.value)}`;
    return fetch(target, {
      method: request.method,
      headers,
      // How long is the server's to say, errors included.
      cf: { cacheEverything: true },
      redirect: "manual",
    });
  },
};

function refuse(request, { statusCode, headers, body }) {
  const flat = Object.entries(headers).map(([name, { value }]) => [name, value]);
  const text = request.method === "HEAD" ? null : body.data;
  return new Response(text, { status: statusCode, headers: flat });
}
