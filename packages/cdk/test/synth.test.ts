import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { Stack } from "aws-cdk-lib";
import type { CfnDistribution } from "aws-cdk-lib/aws-cloudfront";
import { ArtifactType } from "aws-cdk-lib/cloud-assembly-schema";
import type { CloudAssembly } from "aws-cdk-lib/cx-api";
import { Construct } from "constructs";
import { variables } from "tintype/deploy";
import { ImageServer, ImageServerStack, OUTPUTS } from "../src/index.ts";
import { planOf } from "../src/plan.ts";
import { settingNamed } from "../src/settings.ts";
import {
  at,
  assemble,
  EXPOSED,
  NAMED,
  newApp,
  ofType,
  only,
  plain,
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

  it("cuts as many subnets as it needs out of every block that it takes", () => {
    for (const azs of [2, 3] as const)
      for (const size of [16, 19, 20, 22]) {
        const id = `cut-${azs}-${size}`;
        const template = templateOf(assemble({ [id]: { azs, cidr: `10.0.0.0/${size}` } }), id);
        const [{ "Fn::Cidr": cut } = { "Fn::Cidr": [] }] = ofType(template, "AWS::EC2::Subnet").map((one) =>
          at<{ "Fn::Cidr": unknown[] }>(one, "CidrBlock.Fn::Select.1"),
        );
        const [, count, bits] = cut.map(Number);
        assert.equal(count, 2 * azs);
        assert.ok(count * 2 ** bits! <= 2 ** (32 - size), id);
      }
  });

  it("has its gateway before a load balancer, without which AWS makes no public one and no VPC origin", () => {
    for (const id of ["cloudfront-vpc", "cloudfront-public", "alb"]) {
      const all = Object.entries(templateOf(agnostic, id).Resources) as [
        string,
        { readonly Type: string; readonly DependsOn?: readonly string[] },
      ][];
      const of = (type: string) => all.find(([, { Type }]) => Type === type)!;
      const [, { DependsOn = [] }] = of("AWS::ElasticLoadBalancingV2::LoadBalancer");
      assert.ok(DependsOn.includes(of("AWS::EC2::VPCGatewayAttachment")[0]), id);
    }
  });

  it("may stand twice in a stack, under one name in two places", () => {
    const app = newApp();
    const stack = new Stack(app, "twice");
    for (const place of ["a", "b"])
      new ImageServer(new Construct(stack, place), "Images", {
        exposure: "private-dns",
        dns: { namespace: `${place}.internal` },
      });
    const template = app.synth().getStackByName("twice").template as Template;
    const names = ofType(template, "AWS::CloudWatch::Dashboard").map((one) =>
      plain(at(one, "DashboardName")),
    );
    assert.deepEqual(names.map((name) => name.replaceAll(/<[^>]*>/g, "")).sort(), [
      "-a-Images-",
      "-b-Images-",
    ]);
    const spaces = ofType(template, "AWS::Logs::MetricFilter").map((one) =>
      plain(at(one, "MetricTransformations.0.MetricNamespace")),
    );
    assert.equal(new Set(spaces).size, 2);
  });

  it("refuses a certificate of another region where it knows its own", () => {
    const env = { account: "123456789012", region: "us-east-1" };
    assert.throws(() => assemble({ far: { ...NAMED, exposure: "alb" } }, env), {
      name: "DeploymentError",
      message: /^certificateArn: expected a certificate in us-east-1.*got one in eu-west-1$/,
    });
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
