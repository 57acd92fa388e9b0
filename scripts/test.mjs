/** `npm test`: everything that this machine can run, and a summary that names what it had to leave out. */
import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { readCounts } from "./counts.mjs";
import { installLine, missing } from "./needs.mjs";
import { ensureInstalled, fitNode, root, run, seconds } from "./node.mjs";

const LINT = ["node_modules/eslint/bin/eslint.js", ".", "--max-warnings", "0"];
const STEPS = [
  { name: "format", args: ["node_modules/prettier/bin/prettier.cjs", "--check", "--log-level", "warn", "."] },
  { name: "types", args: ["node_modules/typescript/bin/tsc", "--build"] },
];

/** Hundreds of processes read the same sources; each but the first finds them compiled. */
const COMPILED = join(root, "tmp/compiled");
const TAP = join(root, "tmp/tests.tap");
const RUNNER = [
  "--conditions=tintype-source",
  "--test",
  "--test-concurrency=2",
  "--test-timeout=300000",
  "--test-reporter=spec",
  "--test-reporter-destination=stdout",
  "--test-reporter=tap",
  `--test-reporter-destination=${TAP}`,
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

async function unitTests(node) {
  const files = testFiles(join(root, "packages"))
    .filter((path) => pattern === undefined || path.includes(pattern))
    .sort();
  mkdirSync(join(root, "tmp"), { recursive: true });
  rmSync(TAP, { force: true });
  // Without a file the runner would look for tests on its own.
  if (files.length === 0) return { name: "tests", ok: false, ms: 0, counts: readCounts("") };
  const result = await step(node, { name: "tests", args: [...RUNNER, ...files] });
  const counts = readCounts(readFileSync(TAP, "utf8"));
  return { ...result, ok: result.ok && counts.pass > 0, counts };
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

function summarize(steps, tests) {
  const { counts } = tests;
  const lines = ["", "Summary"];
  for (const { name, ok, ms } of [...steps, tests]) {
    lines.push(`  ${name.padEnd(8)} ${ok ? "passed" : "FAILED"} ${seconds(ms).padStart(9)}`);
  }
  lines.push(
    `  runner   ${counts.tests} tests: ${counts.pass} passed, ${counts.fail} failed, ` +
      `${counts.cancelled} cancelled, ${counts.skipped} skipped`,
  );
  if (counts.tests === 0) lines.push("  no test ran");
  const omitted = leftOut(counts);
  if (omitted.length > 0) {
    lines.push(
      "",
      isComplete ? "Left out, which is a failure here" : "Left out",
      ...omitted.map((line) => `  ${line}`),
    );
  }

  const failedTests = counts.fail + counts.cancelled + (isComplete ? omitted.length : 0);
  // A runner that failed without a failing test (a crash, no test at all) still counts as one.
  const failed = steps.filter(({ ok }) => !ok).length + (failedTests === 0 && !tests.ok ? 1 : failedTests);
  const passed = steps.filter(({ ok }) => ok).length + counts.pass;
  lines.push("", `${passed} passed, ${failed} failed`);
  process.stdout.write(`${lines.join("\n")}\n`);
  return failed === 0 ? 0 : 1;
}

const node = await fitNode();
await ensureInstalled(node);
const linting = pattern === undefined ? lint(node) : undefined;
const steps = [];
if (pattern === undefined) for (const each of STEPS) steps.push(await step(node, each));
const tests = await unitTests(node);
const linted = await linting;
if (linted) steps.unshift(linted);
if (linted?.ok === false) process.stdout.write(`\n> lint\n${linted.output}`);
process.exitCode = summarize(steps, tests);
