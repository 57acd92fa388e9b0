/** The table of requirements (docs/security/requirements.md): whole, honest about gaps, and true to the tests it names. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";

const PAGE = new URL("../../../docs/security/requirements.md", import.meta.url);
const PACKAGE = new URL("../", import.meta.url);

/** The closed list: so many rows of each kind, numbered from 1. */
const KINDS: Readonly<Record<string, number>> = {
  "SSRF-": 17,
  "SIG-": 12,
  "RES-": 17,
  "SVG-": 7,
  "COD-": 9,
  "HTTP-": 12,
  "FLT-S": 12,
  "FLT-C": 5,
  "FLT-R": 1,
  "FLT-D": 4,
  "FLT-P": 4,
  "FLT-T": 1,
  "FLT-N": 1,
  "FLT-X": 1,
};
const IDS = Object.entries(KINDS).flatMap(([kind, count]) =>
  Array.from({ length: count }, (_, index) => `${kind}${index + 1}`),
);

interface Row {
  readonly id: string;
  readonly requirement: string;
  readonly state: string;
  /** `file: describe > it` each. */
  readonly tests: readonly string[];
  readonly missing: string;
}

function rowOf(line: string): Row {
  const cells = line.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll("\\|", "|"));
  const [, id = "", requirement = "", state = "", tests = "", missing = ""] = cells;
  return { id, requirement, state, tests: tests.split("<br>").filter(Boolean).map(bare), missing };
}

const bare = (code: string): string => code.replace(/^`|`$/g, "");

const rows = readFileSync(PAGE, "utf8")
  .split("\n")
  .filter((line) => /^\| [A-Z]+-\w+ \|/.test(line))
  .map(rowOf);

/** One `describe` or `it` as it is written, and those that it stands in. */
interface Named {
  readonly path: readonly RegExp[];
}

const CALL =
  /^( *)(?:\}\);$|(?:for \(.*\) |.*=> )?(describe|it)(?:\.\w+)?\(\s*("(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`|[\w.]+))/gm;

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** What a name as it is written may come to: template parts may be anything, and so may a name made elsewhere. */
function patternOf(written: string): RegExp {
  if (written.startsWith('"')) return new RegExp(`^${escaped(JSON.parse(written) as string)}$`);
  if (!written.startsWith("`")) return /^[^>]+$/;
  const fixed = written.slice(1, -1).split(/\$\{(?:[^{}]|\{[^{}]*\})*\}/);
  return new RegExp(`^${fixed.map((part) => escaped(part.replaceAll("\\`", "`"))).join(".*")}$`, "s");
}

/** Prettier indents what stands inside a `describe` and sets its end below its beginning. */
function testsOf(text: string): Named[] {
  const open: { readonly depth: number; readonly pattern: RegExp }[] = [];
  return [...text.matchAll(CALL)].flatMap(([, indent = "", call, written = ""]) => {
    while ((open.at(-1)?.depth ?? -1) >= indent.length) open.pop();
    if (call === undefined) return [];
    const inside = { depth: indent.length, pattern: patternOf(written) };
    const path = [...open, inside].map(({ pattern }) => pattern);
    if (call === "describe") open.push(inside);
    return [{ path }];
  });
}

const files = new Map<string, readonly Named[]>();

function namedIn(file: string): readonly Named[] {
  const known = files.get(file);
  if (known) return known;
  const place = new URL(file, PACKAGE);
  const named = existsSync(place) ? testsOf(readFileSync(place, "utf8")) : [];
  files.set(file, named);
  return named;
}

function exists(test: string): boolean {
  const [, file = "", path = ""] = /^(\S+\.test\.ts): (.+)$/.exec(test) ?? [];
  const names = path.split(" > ");
  return namedIn(file).some(
    (named) =>
      named.path.length === names.length && named.path.every((pattern, at) => pattern.test(names[at] ?? "")),
  );
}

describe("the table of requirements", () => {
  it("has every id once, in order", () => {
    assert.deepEqual(
      rows.map(({ id }) => id),
      IDS,
    );
  });

  for (const { id, requirement, state, tests, missing } of rows)
    it(`${id} says what it is, and names tests that exist`, () => {
      assert.ok(requirement !== "", "expected the requirement in a few words");
      assert.ok(["held", "partly", "not yet", "not applicable"].includes(state), `state ${state}`);
      assert.equal(missing === "", state === "held", "expected a reason exactly where it is not held");
      assert.ok(tests.length > 0 || state === "not yet" || state === "not applicable", "expected a test");
      assert.deepEqual(
        tests.filter((test) => !exists(test)),
        [],
      );
    });
});
