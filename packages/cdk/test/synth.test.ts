import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import type { CfnDistribution } from "aws-cdk-lib/aws-cloudfront";
import { ArtifactType } from "aws-cdk-lib/cloud-assembly-schema";
import type { CloudAssembly } from "aws-cdk-lib/cx-api";
import { variables } from "tintype/deploy";
import { ImageServerStack, OUTPUTS } from "../src/index.ts";
import { planOf } from "../src/plan.ts";
import { settingNamed } from "../src/settings.ts";
import {
  at,
  assemble,
  EXPOSED,
  newApp,
  ofType,
  only,
  templateOf,
  UNUSUAL,
  withValidator,
  type Template,
} from "./fixtures.ts";

describe("every exposure", () => {
  let agnostic: CloudAssembly;
  let pinned: CloudAssembly;
  before(() => {
    agnostic = withValidator(() => assemble({ ...EXPOSED, ...UNUSUAL }));
    pinned = assemble({ ...EXPOSED, ...UNUSUAL }, { account: "123456789012", region: "eu-west-1" });
  });

  it("is made without asking an account for anything, wherever it is to be", () => {
    for (const { manifest } of [agnostic, pinned]) assert.equal(manifest.missing, undefined);
  });

  it("needs no bootstrap: no asset, no function of Lambda's, no resource of our own making", () => {
    for (const id of Object.keys(EXPOSED)) {
      const template = templateOf(agnostic, id);
      assert.equal(template.Parameters, undefined);
      assert.deepEqual(
        Object.values(template.Resources).filter(({ Type }) =>
          /^AWS::Lambda|^Custom::|CustomResource/.test(Type),
        ),
        [],
      );
    }
    assert.deepEqual(
      agnostic.artifacts
        .filter(({ manifest }) => manifest.type === ArtifactType.ASSET_MANIFEST)
        .flatMap(({ id }) => id),
      [],
    );
  });

  it("has the outputs that the command line looks for", () => {
    const outputs = (id: string): string[] => Object.keys(templateOf(agnostic, id).Outputs ?? {}).sort();
    for (const id of Object.keys(EXPOSED))
      for (const name of outputs(id)) assert.ok(Object.hasOwn(OUTPUTS, name), name);
    const always = ["AlarmTopicArn", "ClusterName", "ResultsBucket", "SecretArn", "ServiceName", "Url"];
    assert.deepEqual(outputs("private-dns"), always);
    assert.deepEqual(outputs("alb"), [...always, "LoadBalancerDns"].sort());
    assert.deepEqual(outputs("cloudfront-vpc"), [...always, "DistributionId", "LoadBalancerDns"].sort());
  });

  it("lies in three zones, and in two where an account has no more", () => {
    const zones = (template: Template): number =>
      new Set(ofType(template, "AWS::EC2::Subnet").map((one) => JSON.stringify(at(one, "AvailabilityZone"))))
        .size;
    assert.equal(zones(templateOf(agnostic, "cloudfront-vpc")), 3);
    assert.equal(zones(templateOf(assemble({ two: { azs: 2 } }), "two")), 2);
  });

  it("runs on arm64, read-only, as nobody, and writes to /tmp alone", () => {
    for (const id of Object.keys(EXPOSED)) {
      const task = only(templateOf(agnostic, id), "AWS::ECS::TaskDefinition");
      assert.equal(at(task, "RuntimePlatform.CpuArchitecture"), "ARM64");
      const container = at<Record<string, unknown>>(task, "ContainerDefinitions.0");
      assert.equal(container["ReadonlyRootFilesystem"], true);
      assert.equal(container["User"], "65532");
      assert.deepEqual(container["MountPoints"], [
        { ContainerPath: "/tmp", ReadOnly: false, SourceVolume: "tmp" },
      ]);
      assert.equal(at(task, "ContainerDefinitions.0.LogConfiguration.Options.mode"), "non-blocking");
    }
  });

  it("keeps what S3 holds off the NAT gateway, and the service waits for its ways out", () => {
    const template = templateOf(agnostic, "cloudfront-vpc");
    assert.equal(at<unknown[]>(only(template, "AWS::EC2::VPCEndpoint"), "RouteTableIds").length, 2);
    const service = Object.values(template.Resources).find(({ Type }) => Type === "AWS::ECS::Service");
    const { DependsOn } = service as unknown as { readonly DependsOn: readonly string[] };
    const routes = Object.entries(template.Resources).filter(([, { Type }]) => Type === "AWS::EC2::Route");
    assert.equal(routes.length, 2);
    for (const [id] of routes) assert.ok(DependsOn.includes(id), id);
  });
});

describe("the validator that AWS ships", () => {
  it("ends a synthesis with a property that does not exist", () => {
    const app = newApp();
    const { images } = new ImageServerStack(app, "wrong", { images: {} });
    const distribution = images.distribution?.node.defaultChild as CfnDistribution;
    distribution.addPropertyOverride("DistributionConfig.PriceClas", "PriceClass_100");
    assert.throws(() => withValidator(() => app.synth()), /Validation failed/);
  });
});

describe("settings that a deployment states", () => {
  it("are all settings of the server", () => {
    const names = Object.values(EXPOSED).flatMap((props) => Object.keys(planOf(props).settings));
    const known = new Set(variables.map(({ name }) => name));
    for (const name of [...names, "TINTYPE_CACHE_S3_BUCKET", "TINTYPE_EDGE_CLOUDFRONT_DISTRIBUTION"])
      assert.ok(known.has(name), name);
    assert.ok(settingNamed("IMGPROXY_KEY")?.isSecret);
  });

  it("give way to those that are given, under either name", () => {
    const { settings } = planOf({ settings: { IMGPROXY_KEEP_ALIVE_TIMEOUT: "90" } });
    assert.equal(settings["IMGPROXY_KEEP_ALIVE_TIMEOUT"], "90");
    assert.ok(!Object.hasOwn(settings, "TINTYPE_HTTP_KEEP_ALIVE_TIMEOUT"));
  });
});

describe("a VPC origin", () => {
  const idOf = (template: Template): string | undefined =>
    Object.keys(template.Resources).find(
      (id) => template.Resources[id]?.Type === "AWS::CloudFront::VpcOrigin",
    );

  it("is another one as soon as it points elsewhere, because CloudFront changes none that is in use", () => {
    const assembly = assemble({
      one: {},
      same: { tasks: { max: 5 }, profile: "small" },
      tls: { ...EXPOSED["alb"], exposure: "cloudfront-vpc", cdn: { origin: "https" } },
      place: { cidr: "10.1.0.0/16" },
    });
    const [one, same, tls, place] = ["one", "same", "tls", "place"].map((id) =>
      idOf(templateOf(assembly, id)),
    );
    assert.equal(one, same);
    assert.notEqual(one, tls);
    assert.notEqual(one, place);
  });
});
