import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { DEFAULT_IMAGE, MAX_TEMPLATE_BYTES, PUBLISHED } from "../src/index.ts";
import { ofType, type Template } from "./fixtures.ts";

const FOLDER = new URL("../templates/", import.meta.url);
const SCRIPT = fileURLToPath(new URL("../../../scripts/templates.mjs", import.meta.url));

interface Published extends Template {
  readonly Parameters: Readonly<
    Record<string, { readonly Default?: string; readonly AllowedPattern?: string }>
  >;
  readonly Conditions: Readonly<Record<string, unknown>>;
  readonly Mappings?: Readonly<Record<string, unknown>>;
}

describe("published templates", () => {
  const all = PUBLISHED.map((exposure) => {
    const text = readFileSync(new URL(`${exposure}.json`, FOLDER), "utf8");
    return { exposure, text, template: JSON.parse(text) as Published };
  });

  it("are what the constructs make, made without a network where it can be taken away", () => {
    execFileSync(process.execPath, ["--conditions=tintype-source", SCRIPT, "--check"], { timeout: 120_000 });
    assert.deepEqual(readdirSync(FOLDER).sort(), PUBLISHED.map((exposure) => `${exposure}.json`).sort());
  });

  for (const { exposure, text, template } of all) {
    it(`${exposure} lies in no bucket, and needs nothing that does`, () => {
      assert.ok(Buffer.byteLength(text) <= MAX_TEMPLATE_BYTES, String(Buffer.byteLength(text)));
      assert.doesNotMatch(text, /AWS::Lambda|Custom::|AssetParameters|BootstrapVersion|cdk-hnb659fds/);
    });

    it(`${exposure} asks for nothing that it could know`, () => {
      const asked = Object.keys(template.Parameters);
      const needed = asked.filter((name) => template.Parameters[name]?.Default === undefined);
      const named = exposure === "alb" || exposure === "cloudfront-public";
      assert.deepEqual(needed, named ? ["HostName", "HostedZoneId", "CertificateArn"] : []);
      assert.equal(template.Parameters["Image"]?.Default, DEFAULT_IMAGE);
      assert.equal(
        ofType(template, "AWS::SecretsManager::Secret").length,
        exposure === "cloudfront-public" ? 2 : 1,
      );
    });

    it(`${exposure} refers to nothing that is not in it`, () => {
      const known = new Set([...Object.keys(template.Parameters), ...Object.keys(template.Resources)]);
      const referred = [...text.matchAll(/\{"Ref":"([^":]+)"\}|"Fn::GetAtt":\["([^"]+)"/g)].map(
        ([, ref, att]) => ref ?? att!,
      );
      assert.ok(referred.length > 50);
      for (const name of referred) assert.ok(known.has(name), name);
      for (const [, name] of text.matchAll(/"Fn::If":\["([^"]+)"/g))
        assert.ok(template.Conditions[name!], name);
    });

    it(`${exposure} can be deployed twice: no name in it is its own`, () => {
      for (const [, name] of text.matchAll(/"(?:Name|DashboardName|MetricNamespace|Namespace)":"([^"]+)"/g))
        assert.doesNotMatch(name!, new RegExp(`^${exposure.replace("-", "")}|^Tintype/|^tintype-`, "i"));
    });
  }
});
