/**
 * The tests of HTTP (`packages/server/test/http`), each of whose servers is a container instead of a process. What cannot be
 * asked from outside of a process is left out, and counted.
 */
import { spawn } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ended, root } from "../node.mjs";
import { broken, readResults, REPORTER, total } from "../results.mjs";
import { runWords, USER } from "./image.mjs";

const FOLDER = "packages/server/test/http";

/** THE TABLE of what is left out, and why: whole `files`, `groups` with all that is in them, and single `tests`. */
export const LEFT_OUT = [
  {
    why: "the server's own objects are asked",
    files: ["explain"],
    groups: ["a purge", "keys and revocations in a file"],
    tests: [
      "is not kept for its tags either where the source forbids it",
      "is refused at once with 429 and Retry-After, and nothing of it is kept",
      "does not hold up health checks and refusals",
      "are told of in the log, not answered by a route",
      "cuts the connection where the original breaks off",
      "differ while the server drains, which still answers",
    ],
  },
  {
    why: "renderers are watched or killed",
    tests: [
      "differ while no renderer lives: alive, but not ready",
      "a picture that costs renderers again and again is refused, 500, and then 422 unseen",
      "a client that leaves is logged as 499, and the renderer is free again",
    ],
  },
  { why: "the clock of this process jumps", files: ["clock"] },
  {
    why: "a folder appears afterwards that is not the server's",
    groups: ["a disk that fails"],
  },
  {
    why: "another test may have asked for the same before the log has come",
    tests: ["asks with what the client asked with, as far as it concerns the original"],
  },
  {
    why: "no line in JSON says that the server listens",
    groups: ["the log behind a proxy that is trusted", "the log for people"],
  },
];

const escape = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** Writes the program that the tests start instead of a server. */
function writeLauncher(store, folder) {
  const options = ["--rm", "--volume", `${folder}:${folder}`, ""];
  const facts = {
    command: [...store.podmanCommand, ...runWords({ options })],
    env: store.env,
    folder,
    owner: USER,
  };
  const file = join(store.folder, "launch.mjs");
  const module = new URL("./launch.mjs", import.meta.url).href;
  writeFileSync(file, `import { launch } from "${module}";\nawait launch(${JSON.stringify(facts)});\n`);
  return file;
}

/** Runs them; `say` gets the line of each file's end. Throws where a test fails. */
export async function checkSuite({ store, say, pattern = "" }) {
  const folder = join(store.folder, "tests");
  mkdirSync(folder, { recursive: true });
  const skipped = new Set(LEFT_OUT.flatMap(({ files = [] }) => files.map((name) => `${name}.test.ts`)));
  const files = readdirSync(join(root, FOLDER))
    .filter((name) => name.endsWith(".test.ts") && name.includes(pattern) && !skipped.has(name))
    .map((name) => join(FOLDER, name));
  const results = join(store.folder, "suite.jsonl");
  const skips = LEFT_OUT.flatMap(({ groups = [], tests = [] }) => [
    ...groups.map((name) => `--test-skip-pattern=/^${escape(name)}( |$)/`),
    ...tests.map((name) => `--test-skip-pattern=/${escape(name)}$/`),
  ]);
  const flags = [
    "--conditions=tintype-source",
    "--test",
    "--test-concurrency=2",
    "--test-timeout=120000",
    ...skips,
  ];
  const reporters = [`--test-reporter=${REPORTER}`, `--test-reporter-destination=${results}`];
  const child = spawn(process.execPath, [...flags, ...reporters, ...files], {
    cwd: root,
    env: { ...process.env, TMPDIR: folder, TINTYPE_TEST_LAUNCHER: writeLauncher(store, folder) },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const { code } = await ended(child);
  const read = readResults(readFileSync(results, "utf8"));
  const { tests, passed, failed, cancelled } = total(read);
  if (code !== 0 || passed === 0) {
    for (const file of broken(read))
      for (const failure of read.files.get(file).failed) say(`      ${failure}`);
    throw new Error(`expected all tests to pass, got ${failed + cancelled} failures of ${tests}`);
  }
  const left = LEFT_OUT.map(
    ({ files = [], groups = [], tests = [] }) => files.length + groups.length + tests.length,
  );
  const out = left.reduce((sum, each) => sum + each, 0);
  return `${passed} tests of ${files.length} files passed; ${out} files, groups and tests are left out`;
}
