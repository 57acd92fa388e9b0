/**
 * Digests of the images that the Dockerfile is built on and that compose.yaml names. Tags move; a release is built on what
 * was tested. `pin` asks the registries, and writes the digests behind the tags; a release is refused while one is missing.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../node.mjs";

const FILES = ["Dockerfile", "compose.yaml"];
/** Our own image, which the release itself makes. */
const OWN = /\/tintype:/;

/** `ARG NODE_IMAGE=name:tag@digest` and `image: ${X_IMAGE:-name:tag@digest}`. */
const REFERENCE = /(^ARG \w+_IMAGE=|^ +image: \$\{\w+:-)([^\s@}]+)(@sha256:[0-9a-f]{64})?/gm;

/** Every image that a file names, with its digest where it has one. */
export const referencesOf = (text) =>
  [...text.matchAll(REFERENCE)]
    .map(([, , name, digest]) => ({ name, digest: digest?.slice(1) }))
    .filter(({ name }) => !OWN.test(name));

/** The same text with digests: `digestOf` gives that of a name. */
export const pinned = (text, digestOf) =>
  text.replace(REFERENCE, (all, before, name) =>
    OWN.test(name) ? all : `${before}${name}@${digestOf(name)}`,
  );

const texts = () => FILES.map((file) => [join(root, file), readFileSync(join(root, file), "utf8")]);

/** Names without a digest: of what is built on, and of what is only run beside it. */
export const unpinned = () =>
  texts().flatMap(([, text]) =>
    referencesOf(text).flatMap(({ name, digest }) => (digest === undefined ? [name] : [])),
  );

/** Digest of an image's index, which holds for every architecture, by its registry. Throws an Error where it is not reached. */
function digestOf(name) {
  try {
    const words = ["inspect", "--raw", `docker://${name}`];
    const index = execFileSync("skopeo", words, { maxBuffer: 2 ** 24, timeout: 60_000, stdio: "pipe" });
    return `sha256:${createHash("sha256").update(index).digest("hex")}`;
  } catch (error) {
    const [said] = String(error.stderr ?? error.message).split("\n");
    throw new Error(`expected the digest of ${name} from its registry, got ${said}; nothing was written`);
  }
}

/** Writes the digests of today behind the names, or nothing at all. */
export function pin() {
  const written = texts().map(([file, text]) => [file, pinned(text, digestOf)]);
  for (const [file, text] of written) writeFileSync(file, text);
}
