/** Files of the repository. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../../../..", import.meta.url));
export const read = (path: string): string => readFileSync(new URL(path, `file://${ROOT}`), "utf8");
