import type { Places } from "./places.ts";

/**
 * Node's flags for a renderer. OpenSSL's configuration is not its to read, and Node would not start where it is there and
 * closed.
 */
export const NODE_FLAGS: readonly string[] = ["--openssl-config=/dev/null"];

/**
 * Node's permission model (https://nodejs.org/api/permissions.html): JavaScript reads the app's own files, writes none,
 * starts neither processes nor threads. Native code is not held by it, so it counts for no level.
 */
export const permissionFlags = ({ folders }: Places): string[] => [
  "--permission",
  "--allow-addons",
  ...folders.map((folder) => `--allow-fs-read=${folder}`),
  // What warns of the flag before it.
  "--disable-warning=SecurityWarning",
];
