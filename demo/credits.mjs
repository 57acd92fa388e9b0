/** Who made the pictures and under which licence, as the page of licences beside them says. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

const ROW =
  /^\| `(?<file>[^`]+)` \| (?<title>[^|]+) \| (?<author>[^|]+), \d{4} \| \[(?<licence>[^\]]+)\]\((?<url>[^)]+)\)/gm;

/** File names to title, author, licence and the licence's address, out of `LICENSE.md` in the folder of originals. */
export function readCredits(folder) {
  const text = readFileSync(join(folder, "LICENSE.md"), "utf8");
  return new Map([...text.matchAll(ROW)].map(({ groups }) => [groups.file, groups]));
}
