import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { CONFIG_FILE, DeploymentError, GlobalStack, parseConfig } from "../src/index.ts";
import { NAMED, newApp, ofType, publishers, type Template } from "./fixtures.ts";

const APP = fileURLToPath(new URL("../src/app.ts", import.meta.url));

/** Runs the app as CDK's command line does: in a folder, told where its output goes. */
function run(config: object | string | undefined) {
  const folder = mkdtempSync(join(tmpdir(), "tintype-cdk-"));
  after(() => rmSync(folder, { recursive: true }));
  if (config !== undefined)
    writeFileSync(join(folder, CONFIG_FILE), typeof config === "string" ? config : JSON.stringify(config));
  const { PATH } = process.env;
  const { status, stderr } = spawnSync(process.execPath, ["--conditions=tintype-source", APP], {
    cwd: folder,
    env: { PATH, CDK_OUTDIR: join(folder, "cdk.out"), CDK_VALIDATION: "false" },
    encoding: "utf8",
    timeout: 60_000,
  });
  const template = (name: string): Template =>
    JSON.parse(readFileSync(join(folder, "cdk.out", `${name}.template.json`), "utf8")) as Template;
  return { status, stderr, template, made: existsSync(join(folder, "cdk.out", "manifest.json")) };
}

describe("the app of the command line", () => {
  it("makes one stack of what the file says", () => {
    const { status, stderr, template } = run({
      stackName: "pictures",
      exposure: "private-dns",
      buckets: ["uploads"],
    });
    assert.equal(status, 0, stderr);
    assert.equal(ofType(template("pictures"), "AWS::ECS::Service").length, 1);
    assert.ok(template("pictures").Outputs?.["SecretArn"]);
  });

  for (const [name, config, says] of [
    [
      "no file",
      undefined,
      /image-server\.aws\.json: expected a file that says what to deploy, such as \{\}, got none/,
    ],
    ["what cannot be", { cpu: 1 }, /^image-server\.aws\.json: cpu: expected one of/m],
  ] as const)
    it(`ends with a sentence where there is ${name}`, () => {
      const { status, stderr, made } = run(config);
      assert.equal(status, 1);
      assert.match(stderr, says);
      assert.doesNotMatch(stderr, /^\s+at /m);
      assert.equal(made, false);
    });

  for (const [text, says] of [
    ["{", /^image-server\.aws\.json: expected JSON, got/],
    ["[]", /^image-server\.aws\.json: expected an object, got \[\]$/],
    ['{"stackName":"-"}', /stackName: expected letters, digits and dashes, got "-"$/],
    ['{"region":"here"}', /region: expected a region, got "here"$/],
  ] as const)
    it(`has a sentence for ${text}`, () => {
      assert.throws(() => parseConfig(text), { name: "DeploymentError", message: says });
    });

  it("reads folders from where the file lies", () => {
    const { images } = parseConfig(JSON.stringify({ image: { directory: "." } }), "x", tmpdir());
    assert.deepEqual(images.image, { directory: tmpdir() });
  });
});

describe("the companion stack", () => {
  it("has in us-east-1 what CloudFront takes from there alone", () => {
    const app = newApp();
    new GlobalStack(app, "global", {
      certificate: { hostNames: ["img.example.com"], hostedZone: NAMED.hostedZone },
      waf: { requestsPerFiveMinutes: 3000 },
      alarms: { distributionId: "E123", email: "ops@example.com" },
    });
    const assembly = app.synth();
    const template = assembly.getStackByName("global").template as Template;
    assert.equal(assembly.getStackByName("global").environment.region, "us-east-1");
    assert.equal(assembly.manifest.missing, undefined);
    assert.deepEqual(Object.keys(template.Outputs ?? {}).sort(), ["CertificateArn", "WebAclArn"]);
    assert.equal(ofType(template, "AWS::CloudWatch::Alarm").length, 2);
    assert.ok(publishers(template).includes("cloudwatch.amazonaws.com"));
  });

  it("is refused elsewhere", () => {
    assert.throws(
      () => new GlobalStack(newApp(), "global", { env: { region: "eu-west-1" } }),
      DeploymentError,
    );
  });
});
