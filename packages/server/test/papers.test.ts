/** The papers: links lead somewhere, files that are named exist, and samples do what is said below them. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, it } from "node:test";
import { markdownIn, read, ROOT } from "./fixtures/papers.ts";

const PAPERS = [
  ...readdirSync(ROOT).filter((name) => name.endsWith(".md")),
  ...markdownIn("docs"),
  ...markdownIn("samples"),
];

/** Prose without fenced code. */
const proseOf = (paper: string): string => read(paper).replaceAll(/^```.*?^```$/gms, "");

/** As GitHub makes them; where two headings are alike, the second one counts on. */
function anchorsOf(paper: string): ReadonlySet<string> {
  const seen = new Map<string, number>();
  return new Set(
    [...proseOf(paper).matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) => {
      const plain = heading.toLowerCase().replaceAll(/[^\p{L}\p{N}\s_-]/gu, "");
      const anchor = plain.replaceAll(/\s/g, "-");
      const twins = seen.get(anchor) ?? 0;
      seen.set(anchor, twins + 1);
      return twins === 0 ? anchor : `${anchor}-${twins}`;
    }),
  );
}

/** Why a link leads nowhere, or undefined. */
function fault(paper: string, target: string): string | undefined {
  if (/^[a-z]+:/.test(target)) return undefined;
  const [path = "", anchor] = target.split("#");
  const file = path === "" ? paper : join(dirname(paper), path);
  if (!existsSync(join(ROOT, file))) return `${target}: no such file`;
  return anchor === undefined || anchorsOf(file).has(anchor) ? undefined : `${target}: no such heading`;
}

const LINK = /\]\(([^()\s]+)\)/g;

describe("links", () => {
  for (const paper of PAPERS)
    it(`in ${paper} lead somewhere`, () => {
      const targets = new Set([...proseOf(paper).matchAll(LINK)].map(([, target = ""]) => target));
      assert.deepEqual(
        [...targets].flatMap((target) => fault(paper, target) ?? []),
        [],
      );
    });
});

/** Where a name such as `image/render.ts` may be short for a file. */
const BASES = ["", "packages/server/src/", "packages/url/src/"];
const NAMED = /(?<![\w./{}-])((?:[\w.-]+\/)*[\w-]+(?:\.[\w-]+)*\.(?:ts|mjs|md|webp))(?![\w/])/g;

describe("files that are named", () => {
  for (const paper of ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md"])
    it(`in ${paper} exist`, () => {
      const names = [...read(paper).matchAll(NAMED)].map(([, name = ""]) => name);
      // `dial.ts` beside `source/http.ts` means its neighbour.
      const folders = names.map((name) => `packages/server/src/${dirname(name)}/`);
      const lost = names.filter(
        (name) => ![...BASES, ...folders].some((base) => existsSync(join(ROOT, base, name))),
      );
      assert.deepEqual(lost, []);
    });
});

describe("README.md", () => {
  it("is for people: under two hundred lines", () => {
    assert.ok(read("README.md").split("\n").length < 200);
  });
});

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

describe("CONTRIBUTING.md", () => {
  const words = read("CONTRIBUTING.md").split("## Dependencies")[1] ?? "";
  for (const path of [
    "package.json",
    "packages/server/package.json",
    "packages/url/package.json",
    "packages/build/package.json",
    "packages/cdk/package.json",
  ])
    it(`says why each dependency of ${path} is there`, () => {
      // The project's own manifests.
      const { dependencies, devDependencies, optionalDependencies } = JSON.parse(read(path)) as Manifest;
      const names = Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies });
      assert.deepEqual(
        names.filter((name) => !words.includes(`\`${name}\``)),
        [],
      );
    });
});

/** Samples in JavaScript that stand above what they print. */
const SAMPLE = /```js\n(?<code>(?:(?!```)[\s\S])*)```\n\n```text\n(?<printed>(?:(?!```)[\s\S])*)```/g;

async function printedBy(code: string): Promise<string> {
  const flags = ["--conditions=tintype-source", "--input-type=module", "--eval", code];
  // From a folder whose packages are found, as they are in a project that has installed them.
  const child = spawn(process.execPath, flags, { cwd: ROOT, stdio: ["ignore", "pipe", "inherit"] });
  const [printed] = await Promise.all([text(child.stdout), once(child, "close")]);
  return printed;
}

describe("samples", () => {
  for (const paper of PAPERS)
    for (const [index, { groups }] of [...read(paper).matchAll(SAMPLE)].entries())
      it(`${paper}, sample ${index + 1} prints what stands below it`, async () => {
        assert.equal(await printedBy(groups?.["code"] ?? ""), groups?.["printed"]);
      });

  it("show the signature that imgproxy's documentation gives", () => {
    const guide = read("docs/guide/signing.md");
    assert.ok(guide.includes("oKfUtW34Dvo2BGQehJFR4Nr0_rIjOtdtzJ3QFsUcXH8"));
    assert.equal([...guide.matchAll(SAMPLE)].length, 2);
  });
});
