import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { DEFAULT_IMAGE, ImageServerStack } from "../src/index.ts";
import { ecrOf, HEALTH_COMMAND, USER } from "../src/image.ts";
import { assemble, at, newApp, only, templateOf, type Template } from "./fixtures.ts";

const read = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8");

describe("the container of a task", () => {
  const dockerfile = read("Dockerfile");

  it("asks itself how it is as the image does", () => {
    const commands = [...dockerfile.matchAll(/HEALTHCHECK[^[]*CMD (\[.*\])/g)].map(
      ([, json]) => JSON.parse(json!) as string[],
    );
    assert.ok(commands.length > 0);
    for (const command of commands) assert.deepEqual(["CMD", ...command], HEALTH_COMMAND);
  });

  it("is the user of the image", () => {
    const users = [...dockerfile.matchAll(/^USER (\d+)/gm)].map(([, user]) => user);
    assert.ok(users.length > 0 && users.every((user) => user === USER));
  });

  it("may write where a task mounts something, since the image has a volume there", () => {
    assert.equal(dockerfile.match(/^VOLUME \["\/tmp"\]$/gm)?.length, dockerfile.match(/^USER /gm)?.length);
  });

  it("is this version, or its digest", () => {
    const { version } = JSON.parse(read("packages/server/package.json")) as { readonly version: string };
    assert.match(
      DEFAULT_IMAGE,
      new RegExp(`^ghcr\\.io/tintype/tintype(?::${version}|@sha256:[0-9a-f]{64})$`),
    );
  });

  const imageIn = (template: Template): unknown =>
    at(only(template, "AWS::ECS::TaskDefinition"), "ContainerDefinitions.0.Image");

  it("may be another image, by digest", () => {
    const image = `registry.example.com/images@sha256:${"0".repeat(64)}`;
    assert.equal(imageIn(templateOf(assemble({ other: { image } }), "other")), image);
  });

  it("may be built from a folder, which the template then names as an asset", () => {
    const directory = mkdtempSync(join(tmpdir(), "tintype-cdk-"));
    after(() => rmSync(directory, { recursive: true }));
    writeFileSync(join(directory, "Dockerfile"), "FROM scratch");
    const app = newApp();
    new ImageServerStack(app, "built", { images: { image: { directory } } });
    const assembly = app.synth();
    assert.match(
      JSON.stringify(imageIn(assembly.getStackByName("built").template as Template)),
      /container-assets/,
    );
  });

  it("may lie in ECR, whose names are read", () => {
    const digest = `sha256:${"0".repeat(64)}`;
    for (const [name, region, partition, version] of [
      ["a/b:1", "eu-west-1", "aws", "1"],
      ["ecr", "us-gov-west-1", "aws-us-gov", "latest"],
      [`a@${digest}`, "cn-north-1", "aws-cn", digest],
    ] as const) {
      const repository = name.replace(/[:@].*/, "");
      const host = `123456789012.dkr.ecr.${region}.amazonaws.com${partition === "aws-cn" ? ".cn" : ""}`;
      assert.deepEqual(ecrOf(`${host}/${name}`), {
        arn: `arn:${partition}:ecr:${region}:123456789012:repository/${repository}`,
        repository,
        version,
      });
    }
    assert.equal(ecrOf("ghcr.io/a/b:1"), undefined);
  });
});
