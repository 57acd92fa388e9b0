/** `npm test`: everything that this machine can run, and a summary that names what it had to leave out. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { installLine, missing } from "./needs.mjs";
import { ensureInstalled, fitNode, root, run, seconds } from "./node.mjs";
import { broken, readResults, replaced, REPORTER, total } from "./results.mjs";

const LINT = ["node_modules/eslint/bin/eslint.js", ".", "--max-warnings", "0"];
const STEPS = [
  { name: "format", args: ["node_modules/prettier/bin/prettier.cjs", "--check", "--log-level", "warn", "."] },
  { name: "types", args: ["node_modules/typescript/bin/tsc", "--build"] },
];

/** Hundreds of processes read the same sources; each but the first finds them compiled. */
const COMPILED = join(root, "tmp/compiled");
const RESULTS = join(root, "tmp/tests.jsonl");
/** A pause of a shared machine fails a test or two, a defect fails them twice. Of more files than these, none is run again. */
const AT_MOST_AGAIN = 3;
const RUNNER = [
  "--conditions=tintype-source",
  "--test",
  "--test-timeout=300000",
  "--test-reporter=spec",
  "--test-reporter-destination=stdout",
  `--test-reporter=${REPORTER}`,
  `--test-reporter-destination=${RESULTS}`,
];

const pattern = process.argv[2];
// In CI nothing may be left out; on a laptop it may, as long as the summary says so.
const isComplete = /^(1|true)$/.test(process.env.TINTYPE_TEST_COMPLETE ?? "");
// The servers that tests start would take it for a setting.
delete process.env.TINTYPE_TEST_COMPLETE;

function testFiles(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return /^(node_modules|dist)$/.test(entry.name) ? [] : testFiles(path);
    return entry.name.endsWith(".test.ts") ? [relative(root, path)] : [];
  });
}

async function step(node, { name, args }) {
  process.stdout.write(`\n> ${name}\n`);
  const start = performance.now();
  const { code } = await run(node, args, { env: { NODE_COMPILE_CACHE: COMPILED } });
  return { name, ok: code === 0, ms: performance.now() - start };
}

/** Runs beside the others, since it has one thread and takes longest; what it has to say comes at the end. */
async function lint(node) {
  const start = performance.now();
  const { code, output } = await run(node, LINT, { quiet: true });
  return { name: "lint", ok: code === 0, ms: performance.now() - start, output };
}

async function runFiles(node, name, files, concurrency) {
  mkdirSync(join(root, "tmp"), { recursive: true });
  rmSync(RESULTS, { force: true });
  const args = [...RUNNER, `--test-concurrency=${concurrency}`, ...files];
  // Without a file the runner would look for tests on its own.
  const { ms, ok } = files.length === 0 ? { ms: 0, ok: false } : await step(node, { name, args });
  return { ms, ok, ...readResults(existsSync(RESULTS) ? readFileSync(RESULTS, "utf8") : "") };
}

/** All tests; where few files failed, those once more, alone, and what they say then counts. */
async function unitTests(node, linting) {
  const files = testFiles(join(root, "packages"))
    .filter((path) => pattern === undefined || path.includes(pattern))
    .sort();
  const first = await runFiles(node, "tests", files, 2);
  const failed = broken(first);
  if (!first.isWhole || failed.length === 0 || failed.length > AT_MOST_AGAIN)
    return { ...first, unsteady: [] };
  await linting;
  const again = await runFiles(node, "what failed, once more and alone", failed, 1);
  const unsteady = failed.filter((file) => !broken(again).includes(file));
  return {
    ms: first.ms + again.ms,
    ok: again.ok,
    ...replaced(first, again),
    unsteady: unsteady.flatMap((file) =>
      first.files.get(file).failed.map((name) => `${relative(root, file)}: ${name}`),
    ),
  };
}

/** What was left out: one line each, with the line that gets it. */
function leftOut(counts) {
  const lines = missing().map((need) => `${need.name} (${need.purpose}): ${installLine(need)}`);
  for (const { name, reason } of counts.skips) lines.push(`test "${name}": ${reason || "skipped"}`);
  if (counts.todo > 0) lines.push(`${counts.todo} tests marked as todo`);
  if (pattern !== undefined)
    lines.push(`lint, format, types and all tests without "${pattern}" in their path: npm test`);
  return lines;
}

function listed(title, lines) {
  return lines.length === 0 ? [] : ["", title, ...lines.map((line) => `  ${line}`)];
}

function summarize(steps, results) {
  const counts = total(results);
  const ok = results.ok && results.isWhole && counts.passed > 0;
  const omitted = leftOut(counts);
  const failedTests = counts.failed + counts.cancelled + (isComplete ? omitted.length : 0);
  // A runner that failed without a failing test (a crash, no test at all) still counts as one.
  const failed = steps.filter((each) => !each.ok).length + (failedTests === 0 && !ok ? 1 : failedTests);
  const passed = steps.filter((each) => each.ok).length + counts.passed;
  const lines = [
    "",
    "Summary",
    ...[...steps, { name: "tests", ok, ms: results.ms }].map(
      (each) => `  ${each.name.padEnd(8)} ${each.ok ? "passed" : "FAILED"} ${seconds(each.ms).padStart(9)}`,
    ),
    `  runner   ${counts.tests} tests: ${counts.passed} passed, ${counts.failed} failed, ` +
      `${counts.cancelled} cancelled, ${counts.skipped} skipped`,
    ...(counts.tests === 0 ? ["  no test ran"] : []),
    ...listed("Failed at first and passed when run alone: these want mending", results.unsteady),
    ...listed(isComplete ? "Left out, which is a failure here" : "Left out", omitted),
    "",
    `${passed} passed, ${failed} failed`,
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
  return failed === 0 ? 0 : 1;
}

const node = await fitNode();
await ensureInstalled(node);
const linting = pattern === undefined ? lint(node) : undefined;
const steps = [];
if (pattern === undefined) for (const each of STEPS) steps.push(await step(node, each));
const tests = await unitTests(node, linting);
const linted = await linting;
if (linted) steps.unshift(linted);
if (linted?.ok === false) process.stdout.write(`\n> lint\n${linted.output}`);
process.exitCode = summarize(steps, tests);
