/** The Dockerfile as text: what a build on this machine cannot show, and what must not change unnoticed. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, matchesGlob } from "node:path";
import { describe, it } from "node:test";
import { isSpare, trim } from "../../../../deploy/container/trim.mjs";
import { pinned, referencesOf } from "../../../../scripts/container/pin.mjs";
import { read, ROOT } from "./paths.ts";

interface Instruction {
  readonly word: string;
  readonly rest: string;
}

/** One for each instruction, its continued lines joined. */
const instructionsOf = (text: string): readonly Instruction[] =>
  text
    .replaceAll(/^\s*#.*$/gm, "")
    .replaceAll(/\\\n\s*/g, "")
    .split("\n")
    .flatMap((line) => {
      const [, word, rest = ""] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
      return word === undefined ? [] : [{ word, rest }];
    });

const instructions = instructionsOf(read("Dockerfile"));
const all = (word: string): readonly string[] =>
  instructions.filter((each) => each.word === word).map(({ rest }) => rest);

/** The instructions of a stage. */
function stage(name: string): readonly Instruction[] {
  const from = instructions.findIndex(({ word, rest }) => word === "FROM" && rest.endsWith(` AS ${name}`));
  const next = instructions.findIndex(({ word }, index) => index > from && word === "FROM");
  return instructions.slice(from + 1, next === -1 ? undefined : next);
}

const of = (name: string, word: string): string | undefined =>
  stage(name).findLast((each) => each.word === word)?.rest;

const FINAL = ["default", "debug"] as const;

describe("the Dockerfile", () => {
  it("takes every base from an argument, or from a stage, or from nothing", () => {
    const stages = all("FROM").map((rest) => / AS (\w+)$/.exec(rest)?.[1]);
    const strange = all("FROM")
      .map((rest) => rest.replace(/^--platform=\$BUILDPLATFORM /, "").replace(/ AS \w+$/, ""))
      .filter((base) => !/^\$\{\w+_IMAGE\}$/.test(base) && base !== "scratch" && !stages.includes(base));
    assert.deepEqual(strange, []);
  });

  it("names versions of bases, and those of Node that the house is tested with", () => {
    const [, tag = ""] = /^ARG NODE_IMAGE=[^:\n]+:(\S+)$/m.exec(read("Dockerfile")) ?? [];
    assert.match(tag, /^\d+-[a-z]+-slim(@sha256:[0-9a-f]{64})?$/);
    const [, tested] = /BROUGHT_ALONG = "(\d+)"/.exec(read("scripts/node.mjs")) ?? [];
    assert.equal(tag.split("-")[0], tested);
    for (const file of ["Dockerfile", "compose.yaml"]) assert.doesNotMatch(read(file), /:latest\b/);
  });

  it("builds what is published where no target is named", () => {
    assert.match(all("FROM").at(-1) ?? "", /^scratch AS default$/);
  });

  it("runs nothing for another machine than the one that builds", () => {
    for (const from of all("FROM")) {
      const [, name = ""] = / AS (\w+)$/.exec(from) ?? [];
      const runs = stage(name).some(({ word }) => word === "RUN");
      if (runs) assert.match(from, /^(--platform=\$BUILDPLATFORM |build )/, from);
    }
  });

  it("keeps to what buildah of Debian 12 takes: no here-documents, no --link, no --parents", () => {
    assert.doesNotMatch(read("Dockerfile"), /<<|--link|--parents|--exclude/);
  });

  for (const name of FINAL)
    it(`starts ${name} as nobody, behind tini, and asks how it is without a shell`, () => {
      const start = [
        "/usr/bin/tini",
        "--",
        "/usr/local/bin/node",
        "/app/node_modules/tintype/bin/tintype.mjs",
      ];
      assert.deepEqual(JSON.parse(of(name, "ENTRYPOINT") ?? ""), start);
      assert.deepEqual(JSON.parse(of(name, "CMD") ?? ""), ["serve"]);
      assert.equal(of(name, "USER"), "65532:65532");
      assert.equal(of(name, "STOPSIGNAL"), "SIGTERM");
      assert.equal(of(name, "EXPOSE"), "8080");
      const [flags = "", test = ""] = (of(name, "HEALTHCHECK") ?? "").split(/\bCMD /);
      assert.deepEqual(JSON.parse(test), [...start.slice(2), "health"]);
      // The command itself gives up after five seconds.
      assert.ok(Number(/--timeout=(\d+)s/.exec(flags)?.[1]) > 5);
      assert.match(of(name, "ENV") ?? "", /\bHOME=\/tmp\b/);
    });

  it("sets no setting of the server, which would quarrel with imgproxy's name for it", () => {
    for (const rest of all("ENV")) assert.doesNotMatch(rest, /\b(TINTYPE|IMGPROXY)_/);
  });

  it("brings along what S3 and Redis need", () => {
    const [optional = ""] = all("ARG").filter((rest) => rest.startsWith("OPTIONAL="));
    const { peerDependencies } = JSON.parse(read("packages/server/package.json")) as {
      peerDependencies: Record<string, string>;
    };
    const names = optional.replace(/^OPTIONAL="|"$/g, "").split(" ");
    assert.deepEqual(
      names.filter((name) => !(name in peerDependencies)),
      [],
    );
    for (const name of [
      "@aws-sdk/client-s3",
      "@aws-sdk/client-cloudfront",
      "@aws-sdk/credential-providers",
      "ioredis",
    ])
      assert.ok(names.includes(name), name);
  });

  it("copies only files that are there", () => {
    const sources = all("COPY")
      .filter((rest) => !rest.startsWith("--from"))
      .flatMap((rest) => rest.split(" ").slice(0, -1));
    assert.ok(sources.length > 8);
    assert.deepEqual(
      sources.filter((path) => !existsSync(join(ROOT, path))),
      [],
    );
  });
});

/** Whether a path gets into a build, by `.dockerignore`: the last line that names it or a folder above it decides. */
function reachesBuild(path: string): boolean {
  const parts = path.split("/");
  const above = parts.map((_, index) => parts.slice(0, index + 1).join("/"));
  return read(".dockerignore")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .reduce((kept, line) => {
      const pattern = line.replace(/^!/, "");
      // For Docker, a star stands for dots as well.
      return pattern === "*" || above.some((each) => matchesGlob(each, pattern))
        ? line.startsWith("!")
        : kept;
    }, true);
}

describe(".dockerignore", () => {
  for (const path of [
    ".env",
    ".git/config",
    "packages/server/.env.production",
    "packages/server/test/http/log.test.ts",
    "packages/server/src/app.test.ts",
    "packages/server/src/config/.env",
    "packages/server/node_modules/x/index.js",
    "packages/server/dist/cli.js",
    "packages/cdk/package.json",
    "node_modules/sharp/package.json",
    "deploy/chart/tintype/values.yaml",
    "id_rsa",
  ])
    it(`keeps ${path} out`, () => assert.equal(reachesBuild(path), false));

  for (const path of [
    "package-lock.json",
    "packages/server/src/cli.ts",
    "packages/url/src/index.ts",
    "deploy/container/lock.mjs",
  ])
    it(`lets ${path} in`, () => assert.equal(reachesBuild(path), true));
});

describe("pinning", () => {
  const digest = `sha256:${"ab".repeat(32)}`;

  for (const file of ["Dockerfile", "compose.yaml"])
    it(`finds every image of ${file}, writes digests behind them, and can do so again`, () => {
      const text = read(file);
      const names = referencesOf(text).map(({ name }) => name);
      assert.ok(names.length > 0);
      const once = pinned(text, () => digest);
      assert.deepEqual(
        referencesOf(once).map((each) => each.digest),
        names.map(() => digest),
      );
      assert.equal(
        pinned(once, () => digest),
        once,
      );
    });

  it("knows of every image that compose.yaml names", () => {
    const text = read("compose.yaml");
    const own = [...text.matchAll(/^ +image: .*$/gm)].filter(([line]) => !line.includes("/tintype:"));
    assert.equal(referencesOf(text).length, own.length);
  });
});

describe("trimming", () => {
  for (const [name, spare] of [
    ["index.js", false],
    ["index.d.ts", true],
    ["index.d.mts", true],
    ["index.js.map", true],
    ["README.md", true],
    ["LICENSE.md", false],
    ["NOTICE", false],
    ["package.json", false],
  ] as const)
    it(`${spare ? "takes" : "leaves"} ${name}`, () => assert.equal(isSpare(name), spare));

  it("takes a copy for bundlers only where Node has its own, and says how much it was", () => {
    const folder = mkdtempSync(join(tmpdir(), "tintype-trim-"));
    const files = ["a/dist-es/x.js", "a/dist-cjs/x.js", "b/dist-es/x.js", "b/test/x.js", "b/x.d.ts"];
    for (const file of files) {
      mkdirSync(join(folder, file, ".."), { recursive: true });
      writeFileSync(join(folder, file), "12345");
    }
    assert.equal(trim(folder), 15);
    assert.deepEqual(
      files.filter((file) => existsSync(join(folder, file))),
      ["a/dist-cjs/x.js", "b/dist-es/x.js"],
    );
    rmSync(folder, { recursive: true });
  });
});
