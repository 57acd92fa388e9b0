import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { Validations } from "aws-cdk-lib";
import { Bucket } from "aws-cdk-lib/aws-s3";
import { AwsSolutionsChecks } from "cdk-nag";
import { ImageServerStack, type ImageServerProps } from "../src/index.ts";
import {
  assemble,
  at,
  EXPOSED,
  newApp,
  ofType,
  only,
  plain,
  SECRET,
  templateOf,
  UNUSUAL,
  type Resource,
  type Template,
} from "./fixtures.ts";

interface Statement {
  readonly Action: string | readonly string[];
  readonly Effect: string;
  readonly Resource: unknown;
  readonly Sid?: string;
}

const OPEN = /0\.0\.0\.0\/0|::\/0/;

describe("nothing is public by accident", () => {
  let templates: Readonly<Record<string, Template>>;
  before(() => {
    const assembly = assemble(EXPOSED);
    templates = Object.fromEntries(Object.keys(EXPOSED).map((id) => [id, templateOf(assembly, id)]));
  });
  /** Rules that let somebody in, wherever they stand. */
  const entrances = (template: Template): unknown[] => [
    ...ofType(template, "AWS::EC2::SecurityGroup").flatMap(
      ({ Properties }) => (Properties["SecurityGroupIngress"] ?? []) as unknown[],
    ),
    ...ofType(template, "AWS::EC2::SecurityGroupIngress").map(({ Properties }) => Properties),
  ];

  for (const id of ["cloudfront-vpc", "private-dns", "cloudfront-and-private"])
    it(`${id} lets in nobody from outside`, () => {
      const template = templates[id]!;
      for (const rule of entrances(template)) assert.doesNotMatch(JSON.stringify(rule), OPEN);
      for (const one of ofType(template, "AWS::ElasticLoadBalancingV2::LoadBalancer"))
        assert.equal(at(one, "Scheme"), "internal");
    });

  for (const id of ["cloudfront-public", "alb"])
    it(`${id} lets in HTTPS at the load balancer, and nothing else anywhere`, () => {
      const open = entrances(templates[id]!).filter((rule) => OPEN.test(JSON.stringify(rule)));
      assert.equal(open.length, 1);
      assert.equal((open[0] as { readonly FromPort: number }).FromPort, 443);
      assert.equal(at(only(templates[id]!, "AWS::ElasticLoadBalancingV2::Listener"), "Protocol"), "HTTPS");
    });

  it("cloudfront-public answers 403 to who does not prove to be CloudFront, by a secret that is not in the template", () => {
    const template = templates["cloudfront-public"]!;
    const door = only(template, "AWS::ElasticLoadBalancingV2::Listener");
    assert.deepEqual(
      at<Resource["Properties"][]>(door, "DefaultActions").map(({ Type, FixedResponseConfig }) => [
        Type,
        (FixedResponseConfig as { readonly StatusCode: string }).StatusCode,
      ]),
      [["fixed-response", "403"]],
    );
    const rule = only(template, "AWS::ElasticLoadBalancingV2::ListenerRule");
    const header = at<{ readonly HttpHeaderName: string; readonly Values: unknown[] }>(
      rule,
      "Conditions.0.HttpHeaderConfig",
    );
    const said = at<{ readonly HeaderName: string; readonly HeaderValue: unknown }>(
      only(template, "AWS::CloudFront::Distribution"),
      "DistributionConfig.Origins.0.OriginCustomHeaders.0",
    );
    assert.equal(header.HttpHeaderName, said.HeaderName);
    assert.deepEqual(header.Values, [said.HeaderValue]);
    assert.match(
      plain(said.HeaderValue),
      /^\{\{resolve:secretsmanager:<ImagesOriginProof[^>]+>:SecretString:::\}\}$/,
    );
  });

  it("buckets are closed, and speak TLS only", () => {
    for (const template of Object.values(templates)) {
      const bucket = only(template, "AWS::S3::Bucket");
      assert.deepEqual(Object.values(at<object>(bucket, "PublicAccessBlockConfiguration")), [
        true,
        true,
        true,
        true,
      ]);
      assert.match(JSON.stringify(only(template, "AWS::S3::BucketPolicy")), /"aws:SecureTransport":"false"/);
    }
  });

  it("tasks have addresses of their own only where that was chosen", () => {
    const publicIp = (id: string): unknown =>
      at(
        only(templates[id]!, "AWS::ECS::Service"),
        "NetworkConfiguration.AwsvpcConfiguration.AssignPublicIp",
      );
    assert.equal(publicIp("cloudfront-vpc"), "DISABLED");
    assert.equal(publicIp("cloudfront-and-private"), "ENABLED");
  });

  it("keys are in no template, and stay when a stack goes", () => {
    for (const template of Object.values(templates)) {
      const secret = ofType(template, "AWS::SecretsManager::Secret").find(
        ({ DeletionPolicy }) => DeletionPolicy === "Retain",
      );
      assert.equal(at(secret!, "GenerateSecretString.GenerateStringKey"), "key");
      const secrets = at<{ readonly Name: string }[]>(
        only(template, "AWS::ECS::TaskDefinition"),
        "ContainerDefinitions.0.Secrets",
      );
      assert.deepEqual(
        secrets.map(({ Name }) => Name),
        ["IMGPROXY_KEY", "IMGPROXY_SALT"],
      );
    }
  });
});

describe("tasks may do what they need", () => {
  const ECR = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/images@sha256:" + "0".repeat(64);
  let template: Template;
  before(() => {
    const many = {
      ...EXPOSED["cloudfront-vpc"],
      image: ECR,
      secretSettings: { TINTYPE_CACHE_REDIS_URL: { secretArn: SECRET } },
    };
    template = templateOf(assemble({ many }), "many");
  });
  const statementsOf = (role: string): Statement[] =>
    ofType(template, "AWS::IAM::Policy")
      .filter((policy) => JSON.stringify(at(policy, "Roles")).includes(role))
      .flatMap((policy) => at<Statement[]>(policy, "PolicyDocument.Statement"));
  const granted = (role: string): Record<string, string[]> =>
    Object.fromEntries(
      statementsOf(role).flatMap(({ Action, Effect, Resource }) => {
        assert.equal(Effect, "Allow");
        return [Action].flat().map((action): [string, string[]] => [action, [Resource].flat().map(plain)]);
      }),
    );
  const named = (value: string): string => value.replace(/<Images([A-Za-z]+?)[0-9A-F]{8}(\.Arn)?>/g, "<$1>");

  it("the server: read pictures, keep results, purge its own distribution", () => {
    const all = statementsOf("TaskTaskRole").flatMap(({ Action, Resource }) =>
      [Action].flat().map((action) => [action, ...[Resource].flat().map(plain).map(named).sort()].join(" ")),
    );
    assert.deepEqual(all.sort(), [
      "cloudfront:CreateInvalidation arn:<AWS::Partition>:cloudfront::<AWS::AccountId>:distribution/<Cdn>",
      "s3:DeleteObject <Results>/*",
      "s3:GetObject <Results>/*",
      "s3:GetObject arn:<AWS::Partition>:s3:::site/static/* arn:<AWS::Partition>:s3:::uploads/*",
      "s3:GetObjectVersion arn:<AWS::Partition>:s3:::site/static/* arn:<AWS::Partition>:s3:::uploads/*",
      "s3:ListBucket <Results>",
      "s3:ListBucket arn:<AWS::Partition>:s3:::site arn:<AWS::Partition>:s3:::uploads",
      "s3:PutObject <Results>/*",
    ]);
  });

  it("its start: one image, one log, the named secrets; and a token of ECR's, which no one image can be asked for", () => {
    const all = granted("TaskExecutionRole");
    const { "ecr:GetAuthorizationToken": token, ...rest } = all;
    assert.deepEqual(token, ["*"]);
    for (const [action, resources] of Object.entries(rest)) {
      assert.doesNotMatch(action, /\*/);
      for (const resource of resources) assert.doesNotMatch(resource, /\*/, action);
    }
    assert.deepEqual(Object.keys(rest).sort(), [
      "ecr:BatchCheckLayerAvailability",
      "ecr:BatchGetImage",
      "ecr:GetDownloadUrlForLayer",
      "logs:CreateLogStream",
      "logs:PutLogEvents",
      "secretsmanager:DescribeSecret",
      "secretsmanager:GetSecretValue",
    ]);
  });
});

describe("cdk-nag", () => {
  const check = (
    all: Readonly<Record<string, ImageServerProps>>,
    spoil: (stack: ImageServerStack) => unknown,
  ) => {
    const app = newApp();
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    for (const [id, images] of Object.entries(all)) spoil(new ImageServerStack(app, id, { images }));
    app.synth();
  };

  it("finds nothing but what was answered with a reason", () => {
    check({ ...EXPOSED, ...UNUSUAL }, () => undefined);
  });

  it("would find something new", () => {
    assert.throws(
      () => check({ bare: UNUSUAL["bare"]! }, (stack) => new Bucket(stack, "Open")),
      /Validation failed/,
    );
  });
});
