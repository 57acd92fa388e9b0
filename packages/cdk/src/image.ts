import { createRequire } from "node:module";

const { version } = createRequire(import.meta.url)("../package.json") as { readonly version: string };

/** Where releases are published; the digest of this version's, which a release fills in, and nothing before the first one. */
const REPOSITORY = "ghcr.io/tintype/tintype";
const DIGEST = "" as string;

/** The image of this version: by digest once it is known, which no one can exchange. */
export const DEFAULT_IMAGE = DIGEST === "" ? `${REPOSITORY}:${version}` : `${REPOSITORY}@${DIGEST}`;

/** The user in the image. */
export const USER = "65532";

/** How the image asks itself how it is: what its HEALTHCHECK says. */
export const HEALTH_COMMAND = [
  "CMD",
  "/usr/local/bin/node",
  "/app/node_modules/tintype/bin/tintype.mjs",
  "health",
];

/** An image in ECR: what it is named by, or undefined for one elsewhere. */
export function ecrOf(image: string) {
  const found = /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?\/([^:@]+)(?:[:@](.+))?$/.exec(
    image,
  );
  if (!found) return undefined;
  const [, account = "", region = "", repository = "", version = "latest"] = found;
  return {
    arn: `arn:${partitionOf(region)}:ecr:${region}:${account}:repository/${repository}`,
    repository,
    version,
  };
}

/** AWS's world that a region belongs to, as ARNs name it. */
const partitionOf = (region: string): string =>
  region.startsWith("cn-") ? "aws-cn" : region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
