import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { sign } from "@tintype/url/sign";
import { App, BootstraplessSynthesizer, Stack, type IStackSynthesizer } from "aws-cdk-lib";
import { DeploymentError, FEATURE_FLAGS, ImageFunction } from "../src/index.ts";
import { at, ofType, only, plain, type Template } from "./fixtures.ts";

const RUNTIME = fileURLToPath(new URL("lambda-runtime.mjs", import.meta.url));
const SAMPLES = fileURLToPath(new URL("../../../samples", import.meta.url));
const PAIR = { key: "a1".repeat(32), salt: "b1".repeat(16) };

interface Answered {
  readonly head?: { readonly statusCode: number; readonly headers: Readonly<Record<string, string>> };
  readonly body: string;
  readonly chunks: number;
  readonly error?: string;
}

const event = (rawPath: string, { method = "GET", ...headers }: Readonly<Record<string, string>> = {}) => ({
  version: "2.0",
  rawPath,
  rawQueryString: "",
  headers: { host: "x.lambda-url.eu-west-1.on.aws", ...headers },
  requestContext: { http: { method, path: rawPath, sourceIp: "203.0.113.9" } },
  isBase64Encoded: false,
});

const signed = (path: string): string => `/${sign(`/${path}`, PAIR)}/${path}`;

describe("the function of Lambda's", () => {
  let ask: (event: object) => Promise<Answered>;
  const ends: (() => void)[] = [];
  after(() => {
    for (const end of ends) end();
  });
  before(async () => {
    // Amazon's Secrets Manager, as far as the handler knows it.
    const secrets = createServer((request, response) => {
      request.resume();
      response.end(JSON.stringify({ SecretString: JSON.stringify(PAIR) }));
    }).listen(0, "127.0.0.1");
    await once(secrets, "listening");
    ends.push(() => secrets.close());
    const { PATH } = process.env;
    const child = spawn(process.execPath, ["--conditions=tintype-source", RUNTIME], {
      env: {
        PATH,
        IMGPROXY_LOCAL_FILESYSTEM_ROOT: SAMPLES,
        TINTYPE_RENDER_SANDBOX: "0",
        AWS_LAMBDA_FUNCTION_NAME: "images",
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "1024",
        KEYS_SECRET_ARN: "arn:aws:secretsmanager:eu-west-1:123456789012:secret:pictures-AbCdEf",
        AWS_REGION: "eu-west-1",
        AWS_ACCESS_KEY_ID: "x",
        AWS_SECRET_ACCESS_KEY: "x",
        AWS_ENDPOINT_URL_SECRETS_MANAGER: `http://127.0.0.1:${(secrets.address() as AddressInfo).port}`,
        TINTYPE_CACHE_DISK: "0",
        TINTYPE_CACHE_ORIGINALS: "0",
      },
      stdio: ["pipe", "ignore", "inherit", "pipe"],
    });
    ends.push(() => child.kill("SIGKILL"));
    const waiting: ((answered: Answered) => void)[] = [];
    createInterface(child.stdio[3] as NodeJS.ReadableStream).on("line", (line) =>
      waiting.shift()?.(JSON.parse(line) as Answered),
    );
    ask = (asked) => {
      child.stdin?.write(`${JSON.stringify(asked)}\n`);
      return new Promise((resolve) => waiting.push(resolve));
    };
  });

  it("makes a picture, whose bytes come as they are", async () => {
    const answered = await ask(event(signed("rs:fit:40:40/plain/local:///fig.jpg@webp"), { accept: "*/*" }));
    assert.equal(answered.error, undefined);
    assert.equal(answered.head?.statusCode, 200);
    assert.equal(answered.head.headers["content-type"], "image/webp");
    assert.match(answered.head.headers["cache-control"] ?? "", /max-age/);
    const bytes = Buffer.from(answered.body, "base64");
    assert.equal(bytes.subarray(8, 12).toString("latin1"), "WEBP");
    assert.equal(String(bytes.length), answered.head.headers["content-length"]);
    for (const name of ["connection", "keep-alive", "transfer-encoding"])
      assert.ok(!(name in answered.head.headers));
  });

  it("sends an original of megabytes on in pieces", async () => {
    const answered = await ask(event(signed("raw:1/plain/local:///peaks.jpg")));
    assert.equal(answered.head?.statusCode, 200);
    assert.ok(answered.chunks > 1, String(answered.chunks));
  });

  it("takes its key from Secrets Manager, and refuses what is not signed", async () => {
    const answered = await ask(event("/x/rs:fit:40:40/plain/local:///fig.jpg"));
    assert.equal(answered.head?.statusCode, 403);
  });

  it("answers HEAD with a head alone", async () => {
    const answered = await ask(event(signed("rs:fit:40:40/plain/local:///fig.jpg@webp"), { method: "HEAD" }));
    assert.equal(answered.head?.statusCode, 200);
    assert.equal(answered.body, "");
  });

  it("answers 304 to who has the picture", async () => {
    const path = signed("rs:fit:40:40/plain/local:///fig.jpg@webp");
    const { head } = await ask(event(path));
    const again = await ask(event(path, { "if-none-match": head?.headers["etag"] ?? "" }));
    assert.equal(again.head?.statusCode, 304);
    assert.equal(again.body, "");
  });
});

describe("its construct", () => {
  function bundle(): string {
    const folder = mkdtempSync(join(tmpdir(), "tintype-bundle-"));
    after(() => rmSync(folder, { recursive: true }));
    mkdirSync(join(folder, "node_modules", "tintype"), { recursive: true });
    writeFileSync(join(folder, "handler.mjs"), "");
    return folder;
  }

  it("has edge, keys and buckets of the server, behind CloudFront's own signature", () => {
    const app = new App({ context: FEATURE_FLAGS, analyticsReporting: false });
    const stack = new Stack(app, "images");
    new ImageFunction(stack, "Images", { bundle: bundle(), buckets: ["uploads"], concurrency: 20 });
    const template = app.synth().getStackByName("images").template as Template;
    assert.equal(at(only(template, "AWS::Lambda::Url"), "AuthType"), "AWS_IAM");
    assert.equal(at(only(template, "AWS::Lambda::Url"), "InvokeMode"), "RESPONSE_STREAM");
    const made = only(template, "AWS::Lambda::Function");
    assert.deepEqual(at(made, "Architectures"), ["arm64"]);
    assert.equal(at(made, "ReservedConcurrentExecutions"), 20);
    const variables = at<Record<string, unknown>>(made, "Environment.Variables");
    assert.ok(variables["KEYS_SECRET_ARN"] && !("IMGPROXY_KEY" in variables));
    assert.equal(
      at(
        only(template, "AWS::CloudFront::OriginAccessControl"),
        "OriginAccessControlConfig.OriginAccessControlOriginType",
      ),
      "lambda",
    );
    assert.equal(ofType(template, "AWS::CloudFront::Function").length, 1);
    for (const permission of ofType(template, "AWS::Lambda::Permission"))
      assert.equal(at(permission, "Principal"), "cloudfront.amazonaws.com");
    assert.deepEqual(
      ofType(template, "AWS::Lambda::Permission")
        .map((one) => at(one, "Action"))
        .sort(),
      ["lambda:InvokeFunction", "lambda:InvokeFunctionUrl"],
    );
  });

  it("says where it is with the prefix of its paths", () => {
    const stack = new Stack(new App(), "images");
    const settings = { TINTYPE_HTTP_PATH_PREFIX: "/img" };
    const { outputs } = new ImageFunction(stack, "Images", {
      bundle: bundle(),
      settings,
      cdn: { shield: false },
    });
    assert.match(plain(stack.resolve(outputs.Url)), /^https:\/\/<[^>]+>\/img$/);
  });

  it("is refused without what is to run", () => {
    const stack = new Stack(new App(), "images", {
      synthesizer: new BootstraplessSynthesizer() as IStackSynthesizer,
    });
    assert.throws(
      () => new ImageFunction(stack, "Images", { bundle: tmpdir() }),
      (error: unknown) => {
        assert.ok(error instanceof DeploymentError);
        assert.match(
          error.message,
          /^bundle: expected a folder with handler\.mjs and node_modules\/tintype, got/,
        );
        return true;
      },
    );
  });
});
