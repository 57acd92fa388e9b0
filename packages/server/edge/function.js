// What a CDN asks itself before it asks the server. Runs as a CloudFront Function, in nginx with njs, and in Node's vm,
// so it keeps to what the narrowest of them reads: no destructuring, no for-of, no default arguments, no `?.`.
import crypto from "crypto";
import cf from "cloudfront";

// `tintype edge` puts what the server is set to here.
const settings = SETTINGS;

const refusal = (status, words, headers) => ({
  statusCode: status,
  statusDescription: words,
  headers: Object.assign(
    { "cache-control": { value: "no-store" }, "content-type": { value: "text/plain" } },
    headers,
  ),
  body: { encoding: "text", data: status === 404 ? " " : words },
});

async function handler(event) {
  const request = event.request;
  if (request.method !== "GET" && request.method !== "HEAD")
    return refusal(405, "Method Not Allowed", { allow: { value: "GET, HEAD" } });
  if (request.uri.indexOf(settings.prefix + "/") !== 0) return refusal(404, "Not Found", {});
  const path = request.uri.slice(settings.prefix.length + 1);
  if (settings.hidden.indexOf("/" + path) >= 0) return refusal(404, "Not Found", {});
  if (settings.verify) {
    const keys = await keysOf();
    const signed = keys ? check(path, keys) : path;
    if (signed === undefined) return refusal(403, "Forbidden", {});
    if (signed !== path) request.uri = settings.prefix + "/" + signed;
  }
  const accept = request.headers.accept;
  request.headers.accept = { value: acceptFor(path, accept ? accept.value : "") };
  request.headers["x-viewer-ip"] = { value: event.viewer.ip };
  request.querystring = {};
  return request;
}

// One spelling for each class of browsers, so that a cache keeps a picture once for all of a class; where the URL says the
// format itself, once for all browsers.
function acceptFor(path, accept) {
  if (settings.enforced.length === 0 && namesFormat(path)) return "*/*";
  const wanted = accept
    .split(",")
    .filter((part) => !/;\s*q=0(?:\.0*)?\s*$/i.test(part))
    .map((part) => part.split(";")[0].trim().toLowerCase());
  const offered = settings.offered;
  const taken = offered.filter((mime) => wanted.indexOf(mime) >= 0);
  const rung = settings.ladder
    ? settings.ladder.filter((all) => all.every((mime) => taken.indexOf(mime) >= 0))[0] || []
    : taken;
  return rung.length > 0 ? rung.join(",") : "*/*";
}

function namesFormat(path) {
  if (path.indexOf(settings.version + "/") === 0) return /\.[a-z]+$/.test(path);
  const segments = repair(unslashed(path).replace(/^[^/]*\//, "")).split("/");
  const options = [];
  // Names of presets say nothing here.
  if (settings.onlyPresets) segments.shift();
  const isOption = (segment) => !settings.onlyPresets && segment.indexOf(settings.separator) > 0;
  while (segments.length > 0 && isOption(segments[0])) options.push(segments.shift());
  const named = options.some((option) => {
    const parts = option.split(settings.separator);
    return settings.formatOptions.indexOf(parts[0]) >= 0 && settings.formats.indexOf(parts[1]) >= 0;
  });
  if (named) return true;
  const isPlain = segments[0] === "plain" && segments.length > 1;
  if (!isPlain && settings.filenames) return false;
  const parts = segments.join("/").split(isPlain ? "@" : ".");
  return parts.length === 2 && settings.formats.indexOf(parts[1]) >= 0;
}

// The server takes a second slash in front as well.
const unslashed = (path) => path.replace(/^\//, "");

// Undefined where the store is empty or cannot be reached: the server checks as well, so nothing is lost.
// A chain rather than `try` around `await`, over which older njs falls.
const keysOf = () =>
  Promise.resolve()
    .then(() => cf.kvs(settings.store).get("keys"))
    .then((text) => JSON.parse(text))
    .catch(() => undefined);

// The path itself where it is good, with the newest signature where that is wished for; undefined where it is not good.
function check(path, keys) {
  if (path.indexOf(settings.version + "/") === 0)
    return keys.capabilities ? checkCapability(path, keys.capabilities) : path;
  if (!keys.signatures || keys.signatures.length === 0) return path;
  const bare = unslashed(path);
  const cut = bare.indexOf("/");
  const given = bare.slice(0, Math.max(0, cut));
  const signed = repair(bare.slice(cut + 1));
  if (settings.trusted.indexOf(sha256(given)) >= 0) return path;
  const made = keys.signatures.map((pair) => sign(signed, pair));
  // All are compared, so that time does not tell which one fits.
  const fits = made.map((one) => isSame(one, given));
  if (fits.indexOf(true) < 0) return undefined;
  return settings.resign ? made[0] + bare.slice(cut) : path;
}

// What proxies break on the way is mended before a signature is looked at, as the server does it.
function repair(path) {
  const marker = path.indexOf("plain/") === 0 ? 0 : path.indexOf("/plain/");
  const cut = marker < 0 ? path.length : path.indexOf("plain/", marker) + 6;
  const source = path.slice(cut).replace(/^(\S+):\/([^/])/, (all, scheme, next) => {
    return scheme + ":" + (scheme === "local" ? "///" : "//") + next;
  });
  return unslashed(path.slice(0, cut).replace(/%3A/g, ":") + source);
}

function sign(path, pair) {
  const mac = crypto.createHmac("sha256", Buffer.from(pair[0], "hex"));
  mac.update(Buffer.from(pair[1], "hex"));
  return cutTo(mac.update("/" + unslashed(path)).digest("base64url"), settings.signatureSize);
}

// The first bytes of a digest: base64 is cut between characters, so the last one loses the bits that are not wanted.
const cutTo = (text, bytes) => Buffer.from(text, "base64url").slice(0, bytes).toString("base64url");

const sha256 = (text) => crypto.createHash("sha256").update(text).digest("base64url");

// Only what costs nothing to know here; the server looks at the rest.
function checkCapability(path, keys) {
  const parts = path.split("/");
  const given = Buffer.from(parts[1] || "", "base64url");
  const policy = parts[2] || "";
  const source = parts[3] || "";
  const key = keys[String(given.length === settings.tagBytes ? given[0] : -1)];
  const message =
    "imgcap1\0" +
    settings.audience +
    "\0" +
    policy.length +
    ":" +
    policy +
    "\0" +
    source.length +
    ":" +
    source;
  const mac = crypto
    .createHmac("sha256", Buffer.from(key || "00", "hex"))
    .update(message)
    .digest("base64url");
  const tag = given.slice(1).toString("base64url");
  const hours = Number((/,t(\d+),/.exec(policy) || [])[1]);
  const isOver = hours > 0 && settings.epoch + hours * 3600000 + settings.skew < Date.now();
  return key && isSame(cutTo(mac, settings.tagBytes - 1), tag) && !isOver ? path : undefined;
}

function isSame(one, other) {
  let differs = one.length ^ other.length;
  for (let i = 0; i < one.length; i++)
    differs |= one.charCodeAt(i) ^ other.charCodeAt(i % (other.length || 1));
  return differs === 0;
}
