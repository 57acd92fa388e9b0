import { REPORT_PATH } from "./dev-companion.ts";

export interface Banner {
  /** With the path prefix. */
  readonly url: string;
  readonly folder: string;
  readonly upstream: string | undefined;
  /** Settings of the environment that do not hold. */
  readonly ignored: readonly string[];
  readonly hasKeyboard: boolean;
}

/** What is to be known when the server has started. */
export function bannerOf({ url, folder, upstream, ignored, hasKeyboard }: Banner): string {
  const facts = [
    ["Pictures", `${url}/_/w:480/plain/local:///…`],
    ["Playground", `${url}/playground`],
    ["Report", `${url}${REPORT_PATH}`],
    ["Folder", folder],
    ...(upstream === undefined ? [] : [["Upstream", upstream]]),
    ...(ignored.length > 0 ? [["Ignored", ignored.join(", ")]] : []),
    ["Stop", `Ctrl-C${hasKeyboard ? "; r and Enter for the report" : ""}`],
  ];
  return [
    "",
    "Tintype for development, on this machine only. No key is needed, and signatures are not looked at.",
    "",
    ...facts.map(([name = "", fact = ""]) => `  ${name.padEnd(10)}  ${fact}`),
    "",
  ].join("\n");
}
