import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { describe, it } from "node:test";
import fc from "fast-check";
import { sign } from "./sign.ts";

const hex = (ascii: string): string => Buffer.from(ascii).toString("hex");
const pair = (key: string, salt: string) => ({ key: hex(key), salt: hex(salt) });

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
      await assert.rejects(sign("a", { key: bad, salt: "00" }), error);
      await assert.rejects(sign("a", { key: "00", salt: bad }), error);
    });
  }

  for (const size of [0, -1, 33, 1.5, NaN]) {
    it(`refuses a size of ${size}`, async () => {
      const message = `expected a size from 1 to 32, got ${size}`;
      await assert.rejects(sign("a", { key: "00", salt: "00", size }), { name: "CodecError", message });
    });
  }
});
