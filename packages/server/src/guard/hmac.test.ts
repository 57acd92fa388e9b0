import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { describe, it } from "node:test";
import fc from "fast-check";
import { createHmac256 } from "./hmac.ts";

describe("HMAC-SHA256", () => {
  // RFC 4231, test cases 1, 2, 6.
  for (const [key, message, expected] of [
    [Buffer.alloc(20, 0x0b), "Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"],
    [
      Buffer.from("Jefe"),
      "what do ya want for nothing?",
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    ],
    [
      Buffer.alloc(131, 0xaa),
      "Test Using Larger Than Block-Size Key - Hash Key First",
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
    ],
  ] as const)
    it(`is that of RFC 4231 for ${JSON.stringify(message)}`, () => {
      assert.equal(createHmac256(key)(message).toString("hex"), expected);
    });

  it("is Node's own for every key and message, in however many parts", () => {
    const bytes = fc.uint8Array({ maxLength: 200 });
    fc.assert(
      fc.property(bytes, bytes, fc.string({ unit: "binary" }), (key, one, other) => {
        const mac = createHmac("sha256", key).update(one).update(other).digest();
        assert.deepEqual(createHmac256(key)(one, other), mac);
      }),
      { seed: 1, numRuns: 300 },
    );
  });
});
