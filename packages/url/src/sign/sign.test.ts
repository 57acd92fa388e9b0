import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { describe, it } from "node:test";
import fc from "fast-check";
import { createCapabilities, sign as signNow, type SigningKey } from "./index.ts";
import { createCapabilities as createWebCapabilities, sign as signWeb } from "./web.ts";

const hex = (ascii: string): string => Buffer.from(ascii).toString("hex");
const pair = (key: string, salt: string) => ({ key: hex(key), salt: hex(salt) });

/** Both ways of signing, which have to agree. */
async function sign(path: string, key: SigningKey): Promise<string> {
  const signature = signNow(path, key);
  assert.equal(await signWeb(path, key), signature);
  return signature;
}

describe("sign", () => {
  const vectors = [
    [
      "secret",
      "hello",
      "/rs:fill:300:400:0/g:sm/aHR0cDovL2V4YW1w/bGUuY29tL2ltYWdl/cy9jdXJpb3NpdHku/anBn.png",
      "oKfUtW34Dvo2BGQehJFR4Nr0_rIjOtdtzJ3QFsUcXH8",
    ],
    ["test-key", "test-salt", "/asd", "oWaL7QoW5TsgbuiS9-5-DI8S3Ibbo1gdB2SteJh3a20"],
    ["test-key2", "test-salt2", "/asd", "jYz1UZ7j1BCdSzH3pZhaYf0iuz0vusoOTdqJsUT6WXI"],
    [
      "test-key",
      "test-salt",
      "/rs:fill:4:4/plain/local:///test1.png",
      "My9d3xq_PYpVHsPrCyww0Kh1w5KZeZhIlWhsa4az1TI",
    ],
  ] as const;
  for (const [key, salt, path, signature] of vectors) {
    it(`gives ${signature} for ${path}`, async () => {
      assert.equal(await sign(path, pair(key, salt)), signature);
      assert.equal(await sign(path.slice(1), pair(key, salt)), signature);
    });
  }

  it("cuts to the first bytes", async () => {
    assert.equal(await sign("/asd", { ...pair("test-key", "test-salt"), size: 8 }), "oWaL7QoW5Ts");
    const whole = Buffer.from(await sign("/asd", pair("test-key", "test-salt")), "base64url");
    for (let size = 1; size <= 32; size++) {
      const cut = await sign("/asd", { ...pair("test-key", "test-salt"), size });
      assert.equal(cut, whole.subarray(0, size).toString("base64url"));
    }
  });

  it("takes one leading slash for the one it would add, and no second", async () => {
    const keys = pair("k", "s");
    assert.equal(await sign("a", keys), await sign("/a", keys));
    assert.notEqual(await sign("/a", keys), await sign("//a", keys));
  });

  it("is an HMAC over salt, slash and path, byte for byte", async () => {
    const bytes = fc
      .uint8Array({ minLength: 1, maxLength: 70 })
      .map((array) => Buffer.from(array).toString("hex"));
    await fc.assert(
      fc.asyncProperty(bytes, bytes, fc.string({ unit: "binary" }), async (key, salt, path) => {
        const mac = createHmac("sha256", Buffer.from(key, "hex"))
          .update(Buffer.from(salt, "hex"))
          .update(`/${path.replace(/^\//, "")}`);
        assert.equal(await sign(path, { key, salt }), mac.digest("base64url"));
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  it("takes hex in any case", async () => {
    const keys = { key: "ab0f", salt: "cd" };
    assert.equal(await sign("a", { key: "AB0F", salt: "CD" }), await sign("a", keys));
  });

  for (const bad of ["", "f", "0x00", "zz", "00 11"]) {
    it(`refuses ${JSON.stringify(bad)} for a key or a salt`, async () => {
      const error = {
        name: "CodecError",
        message: `expected an even number of hex digits, got ${JSON.stringify(bad)}`,
      };
      for (const pair of [
        { key: bad, salt: "00" },
        { key: "00", salt: bad },
      ]) {
        assert.throws(() => signNow("a", pair), error);
        await assert.rejects(signWeb("a", pair), error);
      }
    });
  }

  for (const size of [0, -1, 33, 1.5, NaN]) {
    it(`refuses a size of ${size}`, async () => {
      const message = `expected a size from 1 to 32, got ${size}`;
      const pair = { key: "00", salt: "00", size };
      assert.throws(() => signNow("a", pair), { name: "CodecError", message });
      await assert.rejects(signWeb("a", pair), { name: "CodecError", message });
    });
  }
});

describe("createCapabilities", () => {
  const settings = { endpoint: "https://img.example.com/", key: "00112233445566778899aabbccddeeff", kid: 7 };
  const policy = { widths: [16, 1920], expires: new Date("2030-01-01T00:00:00Z") } as const;

  it("gives the same bytes with WebCrypto as in Node", async () => {
    for (const source of ["https://example.com/cat.jpg", "https://example.com/cats/*", "local:///ä b.jpg"]) {
      const capability = createCapabilities(settings).sign(source, policy);
      assert.equal(await createWebCapabilities(settings).sign(source, policy), capability);
      assert.match(
        capability,
        /^https:\/\/img\.example\.com\/c1\/B[\w-]{22}\/w16-1920,l2,fawj,q1,t87672,n0\.0\/[\w-]+$/,
      );
    }
  });

  it("rounds the end up to a whole hour, so that pages of one hour share their URLs", () => {
    const capabilities = createCapabilities(settings);
    const at = (time: string) => capabilities.sign("a", { widths: [16, 64], expires: new Date(time) });
    assert.equal(at("2029-12-31T23:00:00.001Z"), at("2030-01-01T00:00:00Z"));
    assert.notEqual(at("2029-12-31T23:00:00Z"), at("2030-01-01T00:00:00Z"));
  });

  const wrong: [string, Record<string, unknown>, string | undefined, RegExp][] = [
    [
      "a key that is too short",
      { key: "0011" },
      undefined,
      /expected a key of 16 bytes or more in hex, got 2/,
    ],
    ["an id that is no byte", { kid: 256 }, undefined, /kid: expected a whole number from 0 to 255, got 256/],
    ["an endpoint without a host", { endpoint: "/images" }, undefined, /expected an audience/],
    [
      "a prefix that is open at its end",
      {},
      "https://example.com/cats*",
      /expected a prefix of whole segments/,
    ],
    ["a prefix that is open at its host", {}, "https://*", /expected a prefix of whole segments/],
    ["a prefix with somebody else's name before the host", {}, "https://a@b.com/*", /expected a prefix/],
    ["no source", {}, "", /expected a source, got an empty one/],
  ];
  for (const [what, change, source = "a", message] of wrong) {
    it(`refuses ${what}, both ways`, async () => {
      const changed = { ...settings, ...change };
      assert.throws(() => createCapabilities(changed).sign(source, policy), { name: "CodecError", message });
      await assert.rejects(async () => createWebCapabilities(changed).sign(source, policy), {
        name: "CodecError",
        message,
      });
    });
  }

  const policies: [string, object, RegExp][] = [
    [
      "more than 128 variants",
      { widths: [16, 8192], ladder: 1, formats: ["avif", "webp", "jpg", "png"] },
      /expected at most 128 variants, got 164/,
    ],
    ["a range without a rung", { widths: [65, 79] }, /expected a range with at least one rung/],
    ["a range the wrong way round", { widths: [100, 50] }, /widths: expected whole pixels/],
    ["heights and aspects", { heights: [16, 64], aspects: ["1x1"] }, /expected heights or aspects, got both/],
    ["one aspect twice", { aspects: ["3x2", "6x4"] }, /expected every aspect once/],
    ["an aspect that is none", { aspects: ["3:2"] }, /aspects: expected "natural" or sides such as 3x2/],
    ["no format", { formats: [] }, /expected at least one format/],
    ["a namespace that is no number", { namespace: -1 }, /namespace: expected a whole number/],
  ];
  for (const [what, change, message] of policies) {
    it(`refuses to sign ${what}`, () => {
      const wide = { widths: [16, 400], ...change } as never;
      assert.throws(() => createCapabilities(settings).sign("a", wide), { name: "CodecError", message });
    });
  }
});
