/** The templates that are published with each release, for who has no Node. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { UsageError } from "./command.ts";

const FOLDER = fileURLToPath(new URL("../../templates/", import.meta.url));

interface Template {
  readonly Parameters?: Readonly<
    Record<string, { readonly Default?: string | number; readonly Description?: string }>
  >;
}

/** How to deploy one of them: what it asks for, and the command. Throws UsageError where there is none of the name. */
export function templateLines(name: string): readonly string[] {
  const names = readdirSync(FOLDER).flatMap((file) => (file.endsWith(".json") ? [file.slice(0, -5)] : []));
  if (!names.includes(name))
    throw new UsageError(
      `expected one of ${names.join(", ")} behind --template, got ${JSON.stringify(name)}`,
    );
  const path = join(FOLDER, `${name}.json`);
  const { Parameters = {} } = JSON.parse(readFileSync(path, "utf8")) as Template;
  const all = Object.entries(Parameters);
  const asked = all.filter(([, { Default }]) => Default === undefined).map(([key]) => `${key}=…`);
  return [
    path,
    "",
    "Parameters:",
    ...all.map(
      ([key, { Default, Description = "" }]) =>
        `  ${key}  ${Description} ${Default === undefined ? "Has to be given." : `Default: ${Default === "" ? "empty" : String(Default)}.`}`,
    ),
    "",
    [
      `aws cloudformation deploy --template-file ${name}.json --stack-name images --capabilities CAPABILITY_IAM`,
      ...(asked.length > 0 ? [`  --parameter-overrides ${asked.join(" ")}`] : []),
    ].join(" \\\n"),
  ];
}
