/** docs/reference/differences.md: what people who come from imgproxy meet. */
import { DIFFERENCES } from "../../packages/server/src/config/differences.ts";
import { code, page, table } from "./markdown.mjs";
import { linkSettings } from "./settings.mjs";

/** The page as Markdown. */
export const differencesPage = () =>
  page("Differences from imgproxy", "packages/server/src/config/differences.ts", [
    `Whatever is not on this page is meant to be the same: URLs, signatures, settings, results. What is on it is otherwise on
purpose. ${code("npx tintype config")} prints which of these apply to your configuration.`,
    "How to move is told in [Coming from imgproxy](../guide/migrating-from-imgproxy.md).",
    table(
      ["imgproxy", "Tintype", "Why"],
      DIFFERENCES.map((row) => [row.imgproxy, row.here, row.why].map(linkSettings)),
    ),
  ]);
