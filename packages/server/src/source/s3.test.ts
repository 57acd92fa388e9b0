import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import dns from "node:dns";
import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, it } from "node:test";
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { conforms } from "../../test/conformance/source.ts";
import { ACCOUNT, startAmazon } from "../../test/fixtures/amazon.ts";
import { read, refusal, serve, wish } from "../../test/fixtures/fetching.ts";
import { s3Source, type S3Settings } from "./s3.ts";

/** Where Amazon's usual chain of credentials looks first. */
const become = ({ accessKeyId, secretAccessKey }: { accessKeyId: string; secretAccessKey: string }): void => {
  process.env["AWS_ACCESS_KEY_ID"] = accessKeyId;
  process.env["AWS_SECRET_ACCESS_KEY"] = secretAccessKey;
};
beforeEach(() => become(ACCOUNT));

conforms("S3", {
  scheme: "s3",
  start: startAmazon,
  env: (url) => ({ IMGPROXY_USE_S3: "true", IMGPROXY_S3_ENDPOINT: url }),
  stranger: {
    env: () => {
      become({ accessKeyId: "NOBODY", secretAccessKey: "none" });
      return {};
    },
    code: "source_refused 403",
  },
  failing: "source_failed",
  unnamed: [
    "Pictures",
    "a",
    "arn:aws:s3:::pictures",
    "me@pictures",
    "pictures:80",
    "pict%75res",
    "10.0.0.1",
    "a..b",
  ],
  // What s3rver has against real stores: no suffix ranges, no ETag with 304, no empty names of folders.
  cannot: ["tail", "etag-of-304", "twice//slash.png"],
});

const SETTINGS: S3Settings = {
  region: "us-east-1",
  endpoint: "",
  endpointUsePathStyle: true,
  assumeRoleArn: "",
  assumeRoleExternalId: "",
  accessPoints: new Map(),
  sseCustomerKey: undefined,
  querySeparator: "?",
  allowedBuckets: [],
  deniedBuckets: [],
  downloadTimeoutSeconds: 5,
  connectTimeoutSeconds: 2,
  ignoreTls: false,
};

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

function source(settings: Partial<S3Settings>) {
  const made = s3Source({ ...SETTINGS, ...settings });
  closers.push(() => made.close());
  return made;
}

const served = (_incoming: IncomingMessage, response: ServerResponse): void =>
  void response.end("the object");

describe("s3Source", () => {
  it("asks for the very path that the official client would ask for", async () => {
    const origin = await serve(served);
    const client = new S3Client({
      ...SETTINGS,
      endpoint: origin.url,
      forcePathStyle: true,
      credentials: ACCOUNT,
    });
    const { fetch } = source({ endpoint: origin.url });
    for (const key of [
      "a/b.png",
      "twice//slash",
      "up/../down",
      "%41",
      "a b+c",
      "日本",
      "quote'(paren)*!~",
      "#$&=@:;,",
    ]) {
      await client.send(new GetObjectCommand({ Bucket: "pictures", Key: key }));
      assert.equal(await read(await fetch(`s3://pictures/${key}`, wish())), "the object");
      const [theirs, ours] = origin.asks.slice(-2).map(({ url }) => url);
      assert.equal(ours, theirs, key);
    }
    assert.equal(origin.asks.at(-1)?.url, "/pictures/%23%24%26%3D%40%3A%3B%2C?x-id=GetObject");
    client.destroy();
  });

  it("asks for the version that the query names, where there is a separator", async () => {
    const origin = await serve(served);
    const versionOf = async (url: string, querySeparator: string): Promise<unknown> => {
      await read(await source({ endpoint: origin.url, querySeparator }).fetch(url, wish()));
      const asked = new URL(origin.asks.at(-1)?.url ?? "", origin.url);
      return [asked.pathname, asked.searchParams.get("versionId")];
    };
    assert.deepEqual(await versionOf("s3://pictures/a.png?v1?&=2", "?"), ["/pictures/a.png", "v1?&=2"]);
    assert.deepEqual(await versionOf("s3://pictures/a.png", "?"), ["/pictures/a.png", null]);
    assert.deepEqual(await versionOf("s3://pictures/a.png?v1", ""), ["/pictures/a.png%3Fv1", null]);
    assert.deepEqual(await versionOf("s3://pictures/a.png?1--v2", "--"), ["/pictures/a.png%3F1", "v2"]);
  });

  it("shows the customer's key of encrypted objects", async () => {
    const origin = await serve(served);
    const sseCustomerKey = Buffer.alloc(32, 7);
    await read(await source({ endpoint: origin.url, sseCustomerKey }).fetch("s3://pictures/a.png", wish()));
    const { headers } = origin.asks[0] ?? assert.fail("nobody asked");
    const prefix = "x-amz-server-side-encryption-customer";
    assert.equal(headers[`${prefix}-algorithm`], "AES256");
    assert.equal(headers[`${prefix}-key`], sseCustomerKey.toString("base64"));
    assert.equal(headers[`${prefix}-key-md5`], createHash("md5").update(sseCustomerKey).digest("base64"));
  });

  it("sends a range only where no older copy is in question", async () => {
    const origin = await serve(served);
    const { fetch } = source({ endpoint: origin.url });
    for (const [headers, expected] of [
      [{ range: "bytes=0-3" }, "bytes=0-3"],
      [{ range: "bytes=0-3", "if-range": '"old"' }, undefined],
    ] as const) {
      await read(await fetch("s3://pictures/a.png", wish({ mode: "relay", headers })));
      assert.equal(origin.asks.at(-1)?.headers.range, expected);
    }
  });

  it("keeps the store's own status of a refusal, and nothing else of it", async () => {
    const origin = await serve((_incoming, response) => {
      response.writeHead(403, { "content-type": "application/xml" });
      response.end("<Error><Code>AccessDenied</Code><Message>the inside</Message></Error>");
    });
    const { fetch } = source({ endpoint: origin.url });
    for (const mode of ["picture", "relay"] as const) {
      const work = fetch("s3://pictures/a.png", wish({ mode }));
      assert.equal(await refusal(work), "source_refused 403");
      await assert.rejects(work, /403 AccessDenied: the inside/);
    }
  });
});

describe("regions", () => {
  const regionOf = ({ headers }: IncomingMessage): string =>
    /Credential=[^/]+\/\d+\/([^/]+)\//.exec(headers.authorization ?? "")?.[1] ?? "";

  /** Buckets that lie where they lie, as Amazon answers for them. */
  const amazon = (homes: Readonly<Record<string, string>>) =>
    serve((incoming, response) => {
      const home = homes[incoming.url?.split("/")[1] ?? ""] ?? "";
      if (regionOf(incoming) === home) {
        response.end("the object");
        return;
      }
      response.writeHead(301, { "x-amz-bucket-region": home, "content-type": "application/xml" });
      response.end("<Error><Code>PermanentRedirect</Code></Error>");
    });

  it("are learned from the answer, once for each bucket", async () => {
    const origin = await amazon({ here: "us-east-1", there: "eu-central-1", elsewhere: "ap-south-2" });
    const { fetch } = source({ endpoint: origin.url });
    for (const bucket of ["there", "here", "there", "elsewhere", "elsewhere"])
      assert.equal(await read(await fetch(`s3://${bucket}/a.png`, wish())), "the object");
    assert.deepEqual(
      origin.asks.map((ask) => [ask.url?.split("/")[1], regionOf(ask)]),
      [
        ["there", "us-east-1"],
        ["there", "eu-central-1"],
        ["here", "us-east-1"],
        ["there", "eu-central-1"],
        ["elsewhere", "us-east-1"],
        ["elsewhere", "ap-south-2"],
        ["elsewhere", "ap-south-2"],
      ],
    );
  });

  for (const home of ["nowhere.example/", "", "us-east-1"])
    it(`are not learned where ${JSON.stringify(home)} is said to be one`, async () => {
      const origin = await serve((_incoming, response) => {
        response.writeHead(301, { "x-amz-bucket-region": home }).end();
      });
      const work = source({ endpoint: origin.url }).fetch("s3://pictures/a.png", wish());
      assert.equal(await refusal(work), "source_unreachable");
      assert.equal(origin.asks.length, 1);
    });

  it("are asked for no more than twice", async () => {
    const origin = await serve((incoming, response) => {
      const other = regionOf(incoming) === "eu-west-1" ? "us-east-1" : "eu-west-1";
      response.writeHead(301, { "x-amz-bucket-region": other }).end();
    });
    const work = source({ endpoint: origin.url }).fetch("s3://pictures/a.png", wish());
    assert.equal(await refusal(work), "source_unreachable");
    assert.equal(origin.asks.length, 2);
  });
});

describe("hosts of buckets", () => {
  it("name the bucket or the access point where the path does not", async (context) => {
    const { lookup } = dns;
    const toHere = ((host: string, ...rest: [dns.LookupOptions, () => void]) =>
      lookup(host.endsWith(".store.test") ? "127.0.0.1" : host, ...rest)) as typeof lookup;
    context.mock.method(dns, "lookup", toHere);
    const origin = await serve(served);
    const accessPoints = new Map([["Photos", "arn:aws:s3:eu-west-1:123456789012:accesspoint/photos"]]);
    const endpoint = `http://store.test:${origin.port}`;
    const { fetch } = source({
      endpoint,
      endpointUsePathStyle: false,
      accessPoints,
      allowedBuckets: ["Photos", "own"],
    });
    for (const [bucket, host, region] of [
      ["own", "own", "us-east-1"],
      ["Photos", "photos-123456789012", "eu-west-1"],
    ] as const) {
      assert.equal(await read(await fetch(`s3://${bucket}/a.png`, wish())), "the object");
      const { headers, url } = origin.asks.at(-1) ?? assert.fail("nobody asked");
      assert.deepEqual([headers.host, url], [`${host}.store.test:${origin.port}`, "/a.png?x-id=GetObject"]);
      assert.match(headers.authorization ?? "", new RegExp(`/${region}/s3/`));
    }
    assert.equal(await refusal(fetch("s3://photos/a.png", wish())), "source_unreachable");
  });
});

describe("roles", () => {
  /** Amazon's token service: hands out keys that are about to end, so that the next request needs new ones. */
  const tokens = async (lifeSeconds: number) => {
    const bodies: string[] = [];
    let given = 0;
    const service = await serve((incoming, response) => {
      void text(incoming).then((body) => bodies.push(body));
      given += 1;
      const end = new Date(Date.now() + lifeSeconds * 1000).toISOString();
      response.setHeader("content-type", "text/xml");
      response.end(`<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>
        <Credentials><AccessKeyId>ROLE${given}</AccessKeyId><SecretAccessKey>secret</SecretAccessKey>
        <SessionToken>token-${given}</SessionToken><Expiration>${end}</Expiration></Credentials>
        </AssumeRoleResult></AssumeRoleResponse>`);
    });
    return { ...service, bodies };
  };

  /** The session tokens that three requests show, and what was asked to get them. */
  async function asked(lifeSeconds: number) {
    const [service, origin] = [await tokens(lifeSeconds), await serve(served)];
    process.env["AWS_ENDPOINT_URL_STS"] = service.url;
    const { fetch } = source({
      endpoint: origin.url,
      assumeRoleArn: "arn:aws:iam::123456789012:role/reader",
      assumeRoleExternalId: "between us",
    });
    for (let time = 0; time < 3; time += 1) await read(await fetch("s3://pictures/a.png", wish()));
    delete process.env["AWS_ENDPOINT_URL_STS"];
    const [first] = origin.asks;
    assert.match(first?.headers.authorization ?? "", /Credential=ROLE\d\//);
    return { service, shown: origin.asks.map(({ headers }) => headers["x-amz-security-token"]) };
  }

  it("are assumed by who has the usual credentials, once while the keys hold", async () => {
    const { service, shown } = await asked(3600);
    assert.deepEqual([service.asks.length, shown], [1, ["token-1", "token-1", "token-1"]]);
    assert.match(service.asks[0]?.headers.authorization ?? "", /Credential=S3RVER\/\d+\/us-east-1\/sts\//);
    const [form] = service.bodies;
    assert.deepEqual(
      ["Action", "RoleArn", "ExternalId"].map((name) => new URLSearchParams(form).get(name)),
      ["AssumeRole", "arn:aws:iam::123456789012:role/reader", "between us"],
    );
  });

  it("are assumed anew when the keys are about to end", async () => {
    const { shown } = await asked(1);
    assert.equal(new Set(shown).size, 3);
  });

  it("that cannot be assumed are a source that cannot be reached", async () => {
    const [service, origin] = [
      await serve((_incoming, response) => void response.writeHead(403).end("<Error/>")),
      await serve(served),
    ];
    process.env["AWS_ENDPOINT_URL_STS"] = service.url;
    const { fetch } = source({
      endpoint: origin.url,
      assumeRoleArn: "arn:aws:iam::123456789012:role/reader",
    });
    const code = await refusal(fetch("s3://pictures/a.png", wish()));
    delete process.env["AWS_ENDPOINT_URL_STS"];
    assert.deepEqual([code, origin.asks.length], ["source_unreachable", 0]);
  });
});
