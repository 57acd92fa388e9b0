/** Deploying: what is handed to CDK's command line, what is said where something is wrong, and the template that it makes. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { App } from "aws-cdk-lib";
import { readAssembly } from "../../src/cli/assembly.ts";
import { pinnedCli } from "../../src/cli/children.ts";
import { change, writeMergedConfig } from "../../src/cli/deploy-config.ts";
import { createDeploy, deployAssembly } from "../../src/cli/deploy.ts";
import { FEATURE_FLAGS, ImageServerStack, PUBLISHED } from "../../src/index.ts";
import { useAmazon } from "./amazon.ts";
import { run } from "./run.ts";

const CLI = fileURLToPath(new URL("../../src/cli.ts", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "tintype-deploy-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const amazon = useAmazon();

/** The command as a process of its own, in the test's folder. The built-in validator takes seconds, and has tests of its own. */
const deploy = (...args: string[]): Promise<{ code: number; text: string; errors: string }> =>
  new Promise((done) => {
    const env = { ...process.env, CDK_VALIDATION: "false", AWS_ENDPOINT_URL: amazon.url };
    const words = ["--conditions=tintype-source", CLI, "deploy", ...args];
    const child = execFile(process.execPath, words, { cwd: folder, env }, (_, text, errors) =>
      done({ code: child.exitCode ?? 1, text, errors }),
    );
  });

const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

/** A program in the place of CDK's command line, which is not ours: writes down what it is called with. */
function recorder(exit: number): { readonly entry: string; readonly calls: () => readonly string[][] } {
  const log = join(folder, `calls-${exit}.txt`);
  writeFileSync(log, "");
  const entry = file(
    `cdk-${exit}.mjs`,
    `import { appendFileSync } from "node:fs";
appendFileSync(${JSON.stringify(log)}, JSON.stringify(process.argv.slice(2)) + "\\n");
process.exitCode = ${exit};`,
  );
  const calls = (): readonly string[][] =>
    readFileSync(log, "utf8")
      .split("\n")
      .flatMap((line) => (line === "" ? [] : [JSON.parse(line) as string[]]));
  return { entry, calls };
}

describe("tintype-cdk deploy", () => {
  it("makes the template that the construct makes", async () => {
    const path = file("my.json", JSON.stringify({ stackName: "pictures", buckets: ["photos"] }));
    const out = join(folder, "made");
    const { code, text, errors } = await deploy(
      "--config",
      path,
      "--synth-only",
      "--out",
      out,
      "--set",
      "profile=small",
    );
    assert.equal(code, 0, errors);
    const made = readAssembly(out);
    assert.deepEqual([made.stack, made.needsBootstrap], ["pictures", true]);
    assert.ok(made.outputs.has("DistributionId") && text.includes(made.template), text);
    const app = new App({
      context: FEATURE_FLAGS,
      analyticsReporting: false,
      outdir: join(folder, "direct"),
    });
    process.env["CDK_VALIDATION"] = "false";
    new ImageServerStack(app, "pictures", {
      images: { buckets: ["photos"], profile: "small" },
      description: "Tintype, an image server",
    });
    const direct: unknown = app.synth().getStackByName("pictures").template;
    assert.deepEqual(JSON.parse(readFileSync(made.template, "utf8")), direct);
  });

  it("ends with a sentence and 1 where the file says what cannot be", async () => {
    const path = file("bad.json", JSON.stringify({ exposure: "moon" }));
    const { code, errors } = await deploy("--config", path, "--synth-only");
    assert.equal(code, 1);
    assert.match(errors, /exposure: expected .* got "moon"/);
    // As whoever sits there calls it, and not by the merged file, which is gone by then.
    const set = await deploy("--set", "cpu=3", "--synth-only");
    assert.match(set.errors, /^--set: cpu: expected/m);
    const both = await deploy("--config", "bad.json", "--set", "cpu=3", "--synth-only");
    assert.match(both.errors, /^bad\.json with --set: exposure: expected/m);
  });

  it("bootstraps where CDK was never used, hands flags on, and says what comes next", async () => {
    const cdk = recorder(0);
    const made = readAssembly(join(folder, "made"));
    const said: string[] = [];
    const out = (line: string): void => void said.push(line);
    const code = await deployAssembly(made, { asks: false, forCli: ["--profile", "x"], cli: cdk, out });
    assert.equal(code, 0);
    assert.deepEqual(cdk.calls(), [
      ["bootstrap", "--app", made.folder, "--profile", "x", "--no-notices"],
      [
        ...["deploy", "pictures", "--app", made.folder, "--require-approval", "never"],
        ...["--profile", "x", "--no-notices"],
      ],
    ]);
    assert.match(said.join("\n"), /tintype-cdk smoke --stack pictures/);
  });

  it("looks for the bootstrap where the file puts the stack", async () => {
    const path = file("pinned.json", JSON.stringify({ region: "ap-south-1", exposure: "private-dns" }));
    const out = join(folder, "pinned");
    assert.equal((await deploy("--config", path, "--synth-only", "--out", out)).code, 0);
    amazon.calls.length = 0;
    const settings = { asks: true, forCli: [], cli: recorder(0), out: () => undefined };
    await deployAssembly(readAssembly(out), settings);
    const look = amazon.calls.find(({ action }) => action === "DescribeStacks");
    assert.match(look?.authorization ?? "", /\/ap-south-1\/cloudformation\//);
  });

  it("passes on that it failed, and says nothing of what comes next", async () => {
    const cdk = recorder(3);
    const said: string[] = [];
    const out = (line: string): void => void said.push(line);
    const made = { ...readAssembly(join(folder, "made")), needsBootstrap: false };
    const code = await deployAssembly(made, { asks: true, forCli: [], cli: cdk, out });
    assert.deepEqual([code, said], [3, []]);
    assert.deepEqual(cdk.calls(), [["deploy", "pictures", "--app", made.folder, "--no-notices"]]);
  });

  it("takes the pinned version of CDK's command line", () => {
    const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
    const { dependencies } = JSON.parse(text) as { dependencies: Record<string, string> };
    // The registry's `latest` is a stray build, so a range would do.
    assert.match(dependencies["aws-cdk"] ?? "", /^\d+\.\d+\.\d+$/);
    assert.match(readFileSync(pinnedCli().entry, "utf8"), /^#!\/usr\/bin\/env node/);
  });

  for (const name of PUBLISHED)
    it(`knows the published template ${name}`, async () => {
      const { code, text } = await run(createDeploy(), ["--template", name]);
      assert.equal(code, 0);
      assert.match(text, new RegExp(`aws cloudformation deploy --template-file ${name}.json `));
      for (const [, key = ""] of text.matchAll(/^ {2}(\w+) .*Has to be given\.$/gm))
        assert.ok(text.includes(`${key}=…`), key);
    });

  for (const [args, code, words] of [
    [["--template", "moon"], 2, "expected one of alb, "],
    [["--config", "nowhere.json"], 1, "expected a file that says what to deploy at nowhere.json, got none"],
    [["--set", "novalue"], 2, 'expected name=value behind --set, got "novalue"'],
    [["now"], 2, "flags of cdk stand behind --"],
  ] as const)
    it(`refuses ${args.join(" ")}`, async () => {
      const ran = await run(createDeploy(), args);
      assert.equal(ran.code, code, ran.errors);
      assert.ok(ran.errors.includes(words), ran.errors);
    });
});

describe("--set", () => {
  it("changes what is said, inside as well, and takes JSON or words", () => {
    const said = ["exposure=alb", "cdn.verify=true", 'buckets=["a"]', "cdn.shield=eu-west-1", "dns.ttl=5"];
    assert.deepEqual(said.reduce(change, { cdn: { resign: true }, exposure: "x" }), {
      exposure: "alb",
      buckets: ["a"],
      cdn: { resign: true, verify: true, shield: "eu-west-1" },
      dns: { ttl: 5 },
    });
  });

  it("leaves folders where they are", () => {
    const from = file("from.json", JSON.stringify({ image: { directory: "../server" } }));
    const to = join(folder, "to.json");
    writeMergedConfig(from, ["profile=small"], to);
    assert.deepEqual(JSON.parse(readFileSync(to, "utf8")), {
      image: { directory: resolve(folder, "../server") },
      profile: "small",
    });
  });
});
