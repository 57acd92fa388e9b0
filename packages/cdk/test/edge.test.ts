import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { sign } from "@tintype/url/sign";
import { edgeKeys, loadConfig, MAX_FUNCTION_BYTES } from "tintype/deploy";
import { runEdgeFunction } from "../../server/test/fixtures/edge-function.ts";
import { spawnServer } from "../../server/test/fixtures/process.ts";
import { TAG_HEADER } from "../src/cdn.ts";
import { VIEWER_HEADER } from "../src/limits.ts";
import {
  assemble,
  at,
  EDGE_CERTIFICATE,
  EXPOSED,
  ofType,
  only,
  plain,
  templateOf,
  type Template,
} from "./fixtures.ts";

const PAIRS = [
  { key: "a1".repeat(32), salt: "b1".repeat(16) },
  { key: "a2".repeat(32), salt: "b2".repeat(16) },
] as const;
const KEYS = {
  IMGPROXY_KEY: PAIRS.map(({ key }) => key).join(","),
  IMGPROXY_SALT: PAIRS.map(({ salt }) => salt).join(","),
};
const PATH = "rs:fit:40:40/plain/local:///fig.jpg";
const signed = (pair: { readonly key: string; readonly salt: string }): string =>
  `/${sign(`/${PATH}`, pair)}/${PATH}`;

describe("the distribution", () => {
  let templates: Record<string, Template>;
  before(() => {
    const assembly = assemble({
      ...EXPOSED,
      verifying: {
        cdn: { verify: true, resign: true, hostNames: ["img.example.com"], certificateArn: EDGE_CERTIFICATE },
        settings: { TINTYPE_ENCODE_AUTO_JXL: "true" },
      },
    });
    templates = Object.fromEntries(
      [...Object.keys(EXPOSED), "verifying"].map((id) => [id, templateOf(assembly, id)]),
    );
  });

  for (const id of ["cloudfront-vpc", "cloudfront-public"])
    it(`of ${id} has path and Accept in its key, and nothing else`, () => {
      const key = at(
        only(templates[id]!, "AWS::CloudFront::CachePolicy"),
        "CachePolicyConfig.ParametersInCacheKeyAndForwardedToOrigin",
      );
      assert.deepEqual(key, {
        HeadersConfig: { HeaderBehavior: "whitelist", Headers: ["Accept"] },
        QueryStringsConfig: { QueryStringBehavior: "none" },
        CookiesConfig: { CookieBehavior: "none" },
        EnableAcceptEncodingBrotli: false,
        EnableAcceptEncodingGzip: false,
      });
      const forwarded = at(
        only(templates[id]!, "AWS::CloudFront::OriginRequestPolicy"),
        "OriginRequestPolicyConfig",
      );
      assert.deepEqual(
        { ...(forwarded as object), Name: "" },
        {
          Name: "",
          HeadersConfig: { HeaderBehavior: "whitelist", Headers: [VIEWER_HEADER] },
          QueryStringsConfig: { QueryStringBehavior: "none" },
          CookiesConfig: { CookieBehavior: "none" },
        },
      );
      const behaviour = at<Record<string, unknown>>(
        only(templates[id]!, "AWS::CloudFront::Distribution"),
        "DistributionConfig.DefaultCacheBehavior",
      );
      assert.equal(behaviour["Compress"], false);
      assert.equal(behaviour["ViewerProtocolPolicy"], "redirect-to-https");
    });

  it("reads tags in the header that the server says them in, and remembers failures for seconds", () => {
    const distribution = only(templates["cloudfront-vpc"]!, "AWS::CloudFront::Distribution");
    assert.deepEqual(at(distribution, "DistributionConfig.CacheTagConfig"), { HeaderName: TAG_HEADER });
    const errors = at<{ readonly ErrorCode: number; readonly ErrorCachingMinTTL: number }[]>(
      distribution,
      "DistributionConfig.CustomErrorResponses",
    );
    assert.deepEqual(
      Object.fromEntries(errors.map(({ ErrorCode, ErrorCachingMinTTL }) => [ErrorCode, ErrorCachingMinTTL])),
      { 403: 10, 404: 10, 500: 1, 502: 1, 503: 1, 504: 1 },
    );
  });

  const codeIn = (template: Template): string =>
    plain(at(only(template, "AWS::CloudFront::Function"), "FunctionCode"));

  it("runs a function that CloudFront takes, whatever is on", () => {
    for (const id of ["cloudfront-vpc", "cloudfront-public", "verifying"]) {
      const bytes = Buffer.byteLength(codeIn(templates[id]!));
      assert.ok(bytes > 2000 && bytes <= MAX_FUNCTION_BYTES, String(bytes));
    }
  });

  it("runs the function of these settings: browsers are sorted, the query is dropped, the viewer is named", async () => {
    const run = runEdgeFunction(codeIn(templates["cloudfront-vpc"]!), undefined);
    const headers = { accept: "image/webp,image/avif,image/*;q=0.8", [VIEWER_HEADER]: "1.1.1.1" };
    const result = await run({ uri: signed(PAIRS[0]), headers, querystring: { a: { value: "1" } } });
    assert.ok("uri" in result);
    assert.deepEqual(result.querystring, {});
    assert.deepEqual(result.headers, { accept: "image/avif,image/webp", [VIEWER_HEADER]: "203.0.113.7" });
  });

  it("counts misses by the viewer that the function names, where there is a CDN, and by the address elsewhere", () => {
    const rule = (id: string) =>
      at<Record<string, unknown>>(
        only(templates[id]!, "AWS::WAFv2::WebACL"),
        "Rules.0.Statement.RateBasedStatement",
      );
    assert.deepEqual(rule("cloudfront-vpc")["ForwardedIPConfig"], {
      HeaderName: VIEWER_HEADER,
      FallbackBehavior: "MATCH",
    });
    assert.equal(rule("alb")["AggregateKeyType"], "IP");
    assert.equal(ofType(templates["private-dns"]!, "AWS::WAFv2::WebACL").length, 0);
  });

  it("makes one object of a URL with the old key and one with the new: rotation costs no cache", async () => {
    const store = { keys: edgeKeys(loadConfig({ env: KEYS }).config) };
    const run = runEdgeFunction(codeIn(templates["verifying"]!), store);
    const [newer, older] = await Promise.all(PAIRS.map((pair) => run({ uri: signed(pair), headers: {} })));
    assert.ok("uri" in newer! && "uri" in older!);
    assert.equal(newer.uri, signed(PAIRS[0]));
    assert.equal(older.uri, newer.uri);
    const forged = await run({ uri: signed(PAIRS[0]).replace("40:40", "41:41"), headers: {} });
    assert.equal("status" in forged && forged.status, 403);
    const emptied = await runEdgeFunction(
      codeIn(templates["verifying"]!),
      undefined,
    )({ uri: "/x/y", headers: {} });
    assert.ok("uri" in emptied, "without keys all passes: the server checks");
  });

  it("has a store for the keys where it verifies, and none elsewhere", () => {
    assert.equal(ofType(templates["verifying"]!, "AWS::CloudFront::KeyValueStore").length, 1);
    assert.ok(templates["verifying"]!.Outputs?.["KeyValueStoreArn"]);
    assert.equal(ofType(templates["cloudfront-vpc"]!, "AWS::CloudFront::KeyValueStore").length, 0);
    const viewer = at(
      only(templates["verifying"]!, "AWS::CloudFront::Distribution"),
      "DistributionConfig.ViewerCertificate.MinimumProtocolVersion",
    );
    assert.equal(viewer, "TLSv1.2_2021");
  });
});

describe("two pairs in the secret", () => {
  it("are both taken by a server that reads them as a task does", async () => {
    const root = fileURLToPath(new URL("../../../samples", import.meta.url));
    const server = await spawnServer({ ...KEYS, IMGPROXY_LOCAL_FILESYSTEM_ROOT: root });
    const statuses = await Promise.all(
      [signed(PAIRS[0]), signed(PAIRS[1]), signed({ ...PAIRS[1], salt: PAIRS[0].salt })].map(
        async (target) => {
          const response = await fetch(server.url + target);
          await response.arrayBuffer();
          return response.status;
        },
      ),
    );
    assert.deepEqual(statuses, [200, 200, 403]);
    await server.stop();
  });
});
