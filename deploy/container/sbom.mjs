/**
 * The list of what is inside the image, in CycloneDX: npm's own list of packages, and what it cannot know: Node, the C
 * libraries that sharp brings along, and Debian's packages.
 *
 *     npm sbom ... | node sbom.mjs <folder of the app> <debian-packages.txt> > sbom.cdx.json
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { pathToFileURL } from "node:url";

/** Packages of this repository, which npm's list leaves out. */
const OWN = ["tintype", "@tintype/url"];

const component = (name, version, purl, more = {}) => ({
  "bom-ref": purl,
  type: "library",
  name,
  version,
  purl,
  ...more,
});

/** Of `name version architecture` on each line. */
export const debianComponents = (list) =>
  list
    .split("\n")
    .filter(Boolean)
    .map((line) => {
      const [name, version, arch] = line.split(" ");
      const purl = `pkg:deb/debian/${name}@${encodeURIComponent(version)}?arch=${arch}&distro=debian-12`;
      // Where each package's licence lies in the image.
      return component(name, version, purl, {
        properties: [{ name: "tintype:copyright", value: `/usr/share/doc/${name}/copyright` }],
      });
    });

/** Of the table of versions that sharp's package of libraries has. */
export const bundledComponents = (versions) =>
  Object.entries(versions).map(([name, version]) =>
    component(name, version, `pkg:generic/${name}@${encodeURIComponent(version)}`, {
      properties: [{ name: "tintype:within", value: "@img/sharp-libvips" }],
    }),
  );

/** A package of this repository, by its manifest. */
const ownComponent = ({ name, version, license }) =>
  component(name, version, `pkg:npm/${encodeURIComponent(name).replace("%2F", "/")}@${version}`, {
    licenses: [{ license: { id: license } }],
  });

const nodeComponent = (version) =>
  component("node", version, `pkg:generic/node@${version}`, {
    type: "platform",
    licenses: [{ license: { id: "MIT" } }],
    externalReferences: [{ type: "website", url: "https://nodejs.org" }],
  });

/** npm's list and the rest, without packages for other systems: `installed` tells of a name whether it is there. */
export function complete(list, { installed, own, node, debian, versions }) {
  const components = list.components.filter(({ name, group }) =>
    installed(group ? `${group}/${name}` : name),
  );
  const rest = [
    ...own.map(ownComponent),
    nodeComponent(node),
    ...bundledComponents(versions),
    ...debianComponents(debian),
  ];
  const refs = new Set([list.metadata.component["bom-ref"], ...components.map((each) => each["bom-ref"])]);
  const dependencies = (list.dependencies ?? [])
    .filter(({ ref }) => refs.has(ref))
    .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter((each) => refs.has(each)) }));
  return { ...list, components: [...components, ...rest], dependencies };
}

/** What the libraries of sharp's native package are, for the one architecture that is installed. */
function bundled(app) {
  const scope = join(app, "node_modules/@img");
  const packages = readdirSync(scope).filter((name) => name.startsWith("sharp-libvips-"));
  if (packages.length !== 1)
    throw new Error(`expected the libraries of one system, got ${packages.join(", ") || "none"}`);
  return JSON.parse(readFileSync(join(scope, packages[0], "versions.json"), "utf8"));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const [app, debian] = process.argv.slice(2);
  const places = ["node_modules", "node_modules/tintype/node_modules"].map((place) => join(app, place));
  const installed = (name) => places.some((place) => existsSync(join(place, name)));
  const { node } = process.versions;
  const own = OWN.map((name) =>
    JSON.parse(readFileSync(join(app, "node_modules", name, "package.json"), "utf8")),
  );
  const facts = { installed, own, node, debian: readFileSync(debian, "utf8"), versions: bundled(app) };
  process.stdout.write(`${JSON.stringify(complete(await json(process.stdin), facts), undefined, 1)}\n`);
}
