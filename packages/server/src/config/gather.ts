import { readFileSync } from "node:fs";
import { CodecError } from "@tintype/url";
import { DotenvError, parseDotenv } from "./dotenv.ts";
import { ROWS, type Row } from "./names.ts";
import type { Given } from "./origin.ts";

/** What a configuration is read from. */
export interface Inputs {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Values of flags by name, without dashes. */
  readonly flags?: ReadonlyMap<string, string>;
}

/** The texts in force, by path of the setting, and every variable that was looked at. */
export interface Gathered {
  readonly texts: ReadonlyMap<string, Given>;
  readonly variables: ReadonlyMap<string, Given>;
  readonly complaints: readonly string[];
}

/** Takes each setting's text from where it counts: a flag, else the file of variables, else the environment. */
export function gather({ env, flags = new Map() }: Inputs): Gathered {
  const { variables, complaints } = readVariables(env, flags);
  const texts = new Map<string, Given>();
  const conflicts: string[] = [];
  for (const row of ROWS) {
    const { given, conflict } = choose(row, variables, flags);
    if (given) texts.set(row.path, given);
    if (conflict) conflicts.push(conflict);
  }
  return { texts, variables, complaints: [...complaints, ...conflicts] };
}

const isSet = ({ blank }: Row, given: Given | undefined): given is Given =>
  given !== undefined && (blank === true || given.text.trim() !== "");

function choose(
  row: Row,
  variables: ReadonlyMap<string, Given>,
  flags: ReadonlyMap<string, string>,
): { readonly given?: Given | undefined; readonly conflict?: string } {
  const [ours, theirs] = [row.variable, row.imgproxy ?? ""]
    .map((name) => variables.get(name))
    .map((given) => (isSet(row, given) ? given : undefined));
  const text = flags.get(row.flag);
  const flag: Given | undefined =
    text === undefined ? undefined : { text, origin: { place: "flag", name: `--${row.flag}` } };
  const given = isSet(row, flag) ? flag : (ours ?? theirs);
  if (!ours || !theirs || ours.text.trim() === theirs.text.trim()) return { given };
  const values = row.secret ? "two" : `${JSON.stringify(ours.text)} and ${JSON.stringify(theirs.text)}`;
  return {
    given,
    conflict: `${ours.origin.name} and ${theirs.origin.name}: expected one value under both names, got ${values}`,
  };
}

type Read = Omit<Gathered, "texts">;

/** The environment, with the file of variables laid over it where a setting names one. */
function readVariables(env: Inputs["env"], flags: ReadonlyMap<string, string>): Read {
  const around = new Map<string, Given>(
    Object.entries(env).flatMap(([name, text]) =>
      text === undefined ? [] : [[name, { text, origin: { place: "environment", name } }]],
    ),
  );
  const row = ROWS.find(({ path }) => path === "env.localFilePath");
  const given = row && choose(row, around, flags).given;
  if (!given) return { variables: around, complaints: [] };
  try {
    const lines = parseDotenv(readFileSync(given.text, "utf8"), env);
    const inside = [...lines].map(([name, text]): [string, Given] => [
      name,
      { text, origin: { place: "file", name, file: given.text } },
    ]);
    return { variables: new Map([...around, ...inside]), complaints: [] };
  } catch (error) {
    return { variables: around, complaints: explainFile(row, given, error) };
  }
}

/** A file that is not there is complained of when the setting itself is read. */
function explainFile({ kind }: Row, { text, origin }: Given, error: unknown): string[] {
  try {
    kind.read(text, () => "");
  } catch (missing) {
    if (missing instanceof CodecError) return [];
    throw missing;
  }
  if (error instanceof DotenvError) return [`${text}: ${error.message}`];
  const reason = error instanceof Error ? error.message : String(error);
  return [`${origin.name}: expected a file that can be read, got ${reason}`];
}
