/**
 * What some tests need from the system's packages, in one table: tests ask it, `npm test` names what is missing, and CI
 * installs it. Run as a program it prints the Debian packages.
 */
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { pathToFileURL } from "node:url";

/** `probes` are absolute paths, or names that are looked up in PATH. `platform` is the only one that has the need, if one has. */
export const NEEDS = [
  {
    name: "chromium",
    purpose: "the pages in a real browser",
    probes: [
      "/usr/bin/chromium",
      "/usr/bin/chromium-browser",
      "/usr/bin/google-chrome",
      "/Applications/Chromium.app/Contents/MacOS/Chromium",
      "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    ],
    debian: "chromium",
    homebrew: "--cask chromium",
  },
  {
    name: "openssl",
    purpose: "certificates for servers that speak TLS",
    probes: ["openssl"],
    debian: "openssl",
    homebrew: "openssl",
  },
  {
    name: "redis",
    purpose: "a Redis of the tests' own",
    probes: ["redis-server"],
    debian: "redis-server",
    homebrew: "redis",
  },
  {
    name: "njs",
    purpose: "the narrowest engine that the function for CDNs runs in",
    probes: ["njs"],
    debian: "njs",
    homebrew: "njs",
  },
  {
    name: "nginx",
    purpose: "the cache that ships, in front of a server",
    probes: ["/usr/sbin/nginx", "nginx"],
    platform: "linux",
    debian: "nginx-light",
  },
  {
    name: "nginx-js",
    purpose: "the function for CDNs inside nginx",
    probes: ["/usr/lib/nginx/modules/ngx_http_js_module.so"],
    platform: "linux",
    debian: "libnginx-mod-http-js",
  },
  {
    name: "varnish",
    purpose: "the other cache that ships",
    probes: ["/usr/sbin/varnishd", "varnishd"],
    platform: "linux",
    debian: "varnish",
  },
  {
    name: "haproxy",
    purpose: "restarts behind a balancer",
    probes: ["/usr/sbin/haproxy", "haproxy"],
    platform: "linux",
    debian: "haproxy",
  },
  {
    name: "fonts",
    purpose: "text that is drawn into pictures",
    probes: [
      "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
      "/usr/share/fonts/dejavu-sans-fonts/DejaVuSans.ttf",
      "/usr/share/fonts/TTF/DejaVuSans.ttf",
      "/System/Library/Fonts/Helvetica.ttc",
    ],
    debian: "fonts-dejavu-core",
    homebrew: "--cask font-dejavu",
  },
];

/** Path at which a need is met, or undefined; throws a TypeError for a name that is not in the table. */
export function find(name) {
  const need = NEEDS.find((entry) => entry.name === name);
  if (need === undefined) throw new TypeError(`expected a need of scripts/needs.mjs, got "${name}"`);
  return need.probes.flatMap(candidates).find((path) => existsSync(path));
}

const candidates = (probe) =>
  probe.startsWith("/") ? [probe] : (process.env.PATH ?? "").split(delimiter).map((dir) => join(dir, probe));

/** The needs that this machine does not meet. */
export const missing = () =>
  NEEDS.filter(
    ({ name, platform = process.platform }) => platform === process.platform && find(name) === undefined,
  );

/** The one line that gets a need. */
export const installLine = ({ debian, homebrew }, platform = process.platform) =>
  platform === "darwin"
    ? `brew install ${homebrew}`
    : `sudo apt-get update && sudo apt-get install -y --no-install-recommends ${debian}`;

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  process.stdout.write(`${NEEDS.map(({ debian }) => debian).join(" ")}\n`);
}
