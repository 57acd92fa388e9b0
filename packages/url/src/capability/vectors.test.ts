import assert from "node:assert/strict";
import { createHmac, hkdfSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { createCapabilities } from "../sign/index.ts";
import { formatTerms, hourToTime, parsePolicy, rungs, type Aspect } from "./index.ts";

interface Vector {
  readonly source: string;
  readonly policy: string;
  readonly capability: string;
}

const page = readFileSync(new URL("../../../../docs/capability-urls.md", import.meta.url), "utf8");
const vectors = JSON.parse(/```json\n(.+?)```/s.exec(page)?.[1] ?? "[]") as Vector[];
const [, key = ""] = /The key is `([\da-f]{64})`/.exec(page) ?? [];
const [, derived = ""] = /derived from it is\n?`([\da-f]{64})`/.exec(page) ?? [];

const AUDIENCE = "img.example.com";
const shape = (aspect: Aspect) =>
  aspect === "natural" ? aspect : (`${aspect.width}x${aspect.height}` as const);

describe("the vectors of docs/capability-urls.md", () => {
  it("are there", () => assert.ok(vectors.length >= 4));

  it("come from the derived key that the page names", () => {
    const bytes = hkdfSync("sha256", Buffer.from(key, "hex"), "", "img-cap-v1", 32);
    assert.equal(Buffer.from(bytes).toString("hex"), derived);
  });

  for (const { source, policy, capability } of vectors) {
    it(`hold for ${source} by the page's formula alone`, () => {
      const encoded = Buffer.from(source).toString("base64url");
      const message = `imgcap1\0${AUDIENCE}\0${policy.length}:${policy}\0${encoded.length}:${encoded}`;
      const mac = createHmac("sha256", Buffer.from(derived, "hex")).update(message).digest();
      const tag = Buffer.concat([Buffer.from([1]), mac.subarray(0, 16)]).toString("base64url");
      assert.equal(`/c1/${tag}/${policy}/${encoded}`, capability);
    });

    it(`are what createCapabilities mints for ${source}`, () => {
      const { aspects, expires, options: _options, ...terms } = parsePolicy(policy);
      const options = policy.includes(",o")
        ? ({ gravity: { type: "sm" }, watermark: { opacity: 0.5 } } as const)
        : {};
      const minted = createCapabilities({ endpoint: `https://${AUDIENCE}`, key, kid: 1 }).sign(source, {
        ...terms,
        options,
        ...(aspects.length > 0 && { aspects: aspects.map(shape) }),
        expires: expires === 0 ? "never" : new Date(hourToTime(expires)),
      });
      assert.equal(minted, `https://${AUDIENCE}${capability}`);
    });
  }
});

describe("a policy", () => {
  for (const { policy } of vectors)
    it(`has one spelling: ${policy}`, () => assert.equal(formatTerms(parsePolicy(policy)), policy));

  for (const wrong of [
    "",
    "w16-1920",
    "w016-1920,l2,fawj,q1,t1,n0.0",
    "w16-1920,l2,fawj,q1,t01,n0.0",
    "w16-1920,l2,fwa,q1,t1,n0.0",
    "w16-1920,l2,faa,q1,t1,n0.0",
    "w16-1920,l2,f,q1,t1,n0.0",
    "w16-1920,l4,faw,q1,t1,n0.0",
    "w16-1920,faw,l2,q1,t1,n0.0",
    "w16-1920,l2,faw,q4,t1,n0.0",
    "w16-1920,l2,faw,q1,t1,n0",
    "w16-1920,l2,faw,q1,t1,n0.0,",
    "w16-1920,l2,faw,q1,t1,n0.0\n",
    "w16-1920,l2,a6x4,fa,q1,t1,n0.0",
    "w16-1920,l2,a1x1.1x1,fa,q1,t1,n0.0",
    "w16-1920,l2,a0x1,fa,q1,t1,n0.0",
    "w16-96,h16-96,l2,a1x1,fa,q1,t1,n0.0",
    "w1920-16,l2,fa,q1,t1,n0.0",
    "w15-64,l2,fa,q1,t1,n0.0",
    "w16-8193,l2,fa,q1,t1,n0.0",
    "w16-8192,l1,faxwj,q1,t1,n0.0",
    "w16-8192,l1,faxwjp,q1,t1,n0.0",
    "w16-64,l2,fa,q1,o,t1,n0.0",
    "w16-64,l2,fa,q1,oA,t1,n0.0",
    "w16-64,l2,fa,q1,oZzpzbR,t1,n0.0",
    "W16-64,l2,fa,q1,t1,n0.0",
  ])
    it(`is not ${JSON.stringify(wrong)}`, () => {
      assert.throws(() => parsePolicy(wrong), { name: "CodecError" });
    });
});

describe("a ladder", () => {
  for (const [id, count] of [
    [1, 32],
    [2, 21],
    [3, 13],
  ] as const)
    it(`${id} has ${count} rungs from 48 to 4200, all multiples of 8, rising`, () => {
      const found = rungs(id, 48, 4200);
      assert.equal(found.length, count);
      assert.ok(found.every((rung, at) => rung % 8 === 0 && rung > (found[at - 1] ?? 0)));
      assert.ok(rungs(id)[0] === 16 && (rungs(id).at(-1) ?? 0) <= 8192);
    });

  it("doubles exactly at every second rung where its ratio is the root of two", () => {
    const found = rungs(3, 48, 3072);
    for (const rung of [48, 96, 192, 384, 768, 1536, 3072]) assert.ok(found.includes(rung), String(rung));
  });
});
