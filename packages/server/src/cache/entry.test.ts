import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import fc from "fast-check";
import { bodyOf, entryOf, headOf, keyOf } from "../../test/conformance/store.ts";
import { HEAD_LIMIT, MOST_BESIDES_BODY, decodeEntry, decodeHead, encodeEntry } from "./entry.ts";
import type { Entry } from "./store.ts";

const RUNS = { seed: 20_231_026, numRuns: 200 };

const encoded = (key: string, entry: Entry): Buffer => Buffer.concat(encodeEntry(key, entry));
const sum = (bytes: Uint8Array): Buffer => createHash("sha256").update(bytes).digest();

/** Bytes as somebody would write them who knows the layout, but has a head of his own. */
function forged(key: string, json: string, body = Buffer.from("body")): Buffer {
  const head = Buffer.from(json);
  const lengths = Buffer.alloc(8);
  lengths.writeUInt32BE(head.length);
  lengths.writeUInt32BE(body.length, 4);
  const plain = Buffer.concat([Buffer.from("TTE\u0001"), lengths, Buffer.from(key), head]);
  const front = Buffer.concat([plain, sum(plain), body]);
  return Buffer.concat([front, sum(front)]);
}

const time = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
const json = fc
  .jsonValue()
  .map((value) => JSON.parse(JSON.stringify(value)) as unknown)
  .filter((value) => !JSON.stringify(value).includes("__proto__"));
const entries = fc.record(
  {
    head: fc.record(
      {
        source: fc.string({ unit: "binary" }),
        tags: fc.array(fc.string({ unit: "binary" }), { maxLength: 5 }),
        askedAt: time,
        by: fc.string(),
        freshUntil: time,
        staleUntil: time,
        failUntil: time,
        about: json,
      },
      { noNullPrototype: true },
    ),
    body: fc.uint8Array({ maxLength: 300 }),
  },
  { noNullPrototype: true },
);
const keys = fc.string({ maxLength: 8 }).map((text) => keyOf(text));

describe("encodeEntry", () => {
  it("keeps any entry to the last byte", () => {
    fc.assert(
      fc.property(keys, entries, (key, entry) => {
        const bytes = encoded(key, entry);
        assert.deepEqual(decodeEntry(key, bytes), entry);
        assert.deepEqual(decodeHead(key, bytes), entry.head);
        assert.deepEqual(decodeHead(key, bytes.subarray(0, HEAD_LIMIT)), entry.head);
        assert.ok(bytes.length <= entry.body.length + MOST_BESIDES_BODY);
      }),
      RUNS,
    );
  });

  it("copies the body neither in nor out", () => {
    const [key, entry] = [keyOf("view"), entryOf("view")];
    assert.equal(encodeEntry(key, entry)[1], entry.body);
    const bytes = Buffer.concat([Buffer.alloc(3), encoded(key, entry)]).subarray(3);
    const body = decodeEntry(key, bytes)?.body;
    assert.equal(body?.buffer, bytes.buffer);
    assert.equal(Object.getPrototypeOf(body), Uint8Array.prototype);
  });

  it("lays bytes down as its description says", () => {
    const [key, entry] = [keyOf("layout"), entryOf("layout")];
    assert.deepEqual(encoded(key, entry), forged(key, JSON.stringify(entry.head), Buffer.from(entry.body)));
  });

  it("refuses what it could not read again", () => {
    const refused: readonly [string, Partial<Entry["head"]>][] = [
      ["../../etc/passwd", {}],
      [keyOf("x"), { askedAt: Number.NaN }],
      [keyOf("x"), { failUntil: Infinity }],
      [keyOf("x"), { about: JSON.parse('{"__proto__":{"admin":true}}') as unknown }],
      [keyOf("x"), { about: "x".repeat(HEAD_LIMIT) }],
      [keyOf("x"), { tags: [1] as never }],
    ];
    for (const [key, changes] of refused)
      assert.throws(() => encodeEntry(key, entryOf("x", 10, changes)), /^Error: expected .*, got /, key);
  });

  it("takes the longest head, and no longer one", () => {
    const key = keyOf("long");
    const besides = encodeEntry(key, entryOf("long", 0, { about: "" }))[0].length;
    const longest = entryOf("long", 10, { about: "x".repeat(HEAD_LIMIT - besides) });
    const bytes = encoded(key, longest);
    assert.deepEqual(decodeEntry(key, bytes), longest);
    assert.deepEqual(decodeHead(key, bytes.subarray(0, HEAD_LIMIT)), longest.head);
    assert.equal(decodeHead(key, bytes.subarray(0, HEAD_LIMIT - 1)), undefined);
    const longer = entryOf("long", 10, { about: "x".repeat(HEAD_LIMIT - besides + 1) });
    assert.throws(() => encodeEntry(key, longer), /expected a head of at most 16384 bytes, got 16385/);
  });
});

describe("decodeEntry", () => {
  const key = keyOf("one");
  const entry = entryOf("one", 150);
  const whole = encoded(key, entry);

  it("gives nothing for what was cut off, anywhere", () => {
    for (let length = 0; length < whole.length; length += 1) {
      assert.equal(decodeEntry(key, whole.subarray(0, length)), undefined, `${length} bytes`);
      const head = decodeHead(key, whole.subarray(0, length));
      assert.deepEqual(head, length < whole.length - 150 - 32 ? undefined : entry.head, `${length} bytes`);
    }
  });

  it("gives nothing where a bit changed, anywhere", () => {
    for (let at = 0; at < whole.length; at += 1) {
      const bytes = Buffer.from(whole);
      bytes[at]! ^= 1 << (at % 8);
      assert.equal(decodeEntry(key, bytes), undefined, `byte ${at}`);
      const head = decodeHead(key, bytes);
      assert.deepEqual(head, at < whole.length - 150 - 32 ? undefined : entry.head, `byte ${at}`);
    }
  });

  it("gives nothing where bytes follow", () => {
    assert.equal(decodeEntry(key, Buffer.concat([whole, Buffer.alloc(1)])), undefined);
    assert.equal(decodeEntry(key, Buffer.concat([whole, whole])), undefined);
  });

  it("gives nothing for another's entry, nor under what is no key", () => {
    for (const other of [keyOf("two"), keyOf("one", "else"), "", "__proto__", key.toUpperCase(), `${key}0`]) {
      assert.equal(decodeEntry(other, whole), undefined, other);
      assert.equal(decodeHead(other, whole), undefined, other);
    }
    const name = "x".repeat(65);
    assert.equal(decodeEntry(name, forged(name, JSON.stringify(entry.head))), undefined);
  });

  it("gives nothing for a head of another shape, though its sums are right", () => {
    const head = JSON.stringify(headOf("one"));
    assert.ok(decodeEntry(key, forged(key, head)));
    const shapes = [
      "",
      "null",
      "[]",
      "{}",
      "7",
      '"head"',
      head.slice(1),
      head.replace('"source":"one"', '"source":1'),
      head.replace('"tags":[', '"tags":[1,'),
      head.replace(/"tags":\[[^\]]*\]/, '"tags":{"length":0}'),
      head.replace(/"askedAt":\d+/, '"askedAt":"now"'),
      head.replace(/"freshUntil":\d+/, '"freshUntil":1e999'),
      head.replace(/"by":"[^"]*",/, ""),
      head.replace("{", '{"__proto__":{"admin":true},'),
      head.replace('"about":{', '"about":{"\\u005f_proto__":{"admin":true},'),
      `${"[".repeat(7000)}${"]".repeat(7000)}`,
    ];
    for (const shape of shapes) {
      assert.notEqual(shape, head);
      assert.equal(decodeEntry(key, forged(key, shape)), undefined, shape);
      assert.equal(decodeHead(key, forged(key, shape)), undefined, shape);
    }
    assert.deepEqual(
      Object.keys(decodeHead(key, forged(key, head.replace("{", '{"extra":1,'))) ?? {}),
      Object.keys(headOf("one")),
    );
  });

  it("believes no length", () => {
    for (const at of [4, 8])
      for (const length of [0, 1, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff]) {
        const bytes = Buffer.from(whole);
        bytes.writeUInt32BE(length, at);
        assert.equal(decodeEntry(key, bytes), undefined, `${length} at ${at}`);
        assert.equal(decodeHead(key, bytes), undefined, `${length} at ${at}`);
      }
  });

  it("gives nothing for any other bytes, and never throws", () => {
    const patch = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
        assert.equal(decodeEntry(key, bytes), undefined);
        assert.equal(decodeHead(key, Buffer.concat([whole.subarray(0, 80), bytes])), undefined);
      }),
      RUNS,
    );
    fc.assert(
      fc.property(patch, fc.nat(whole.length), (changes, length) => {
        const bytes = Buffer.from(whole);
        for (const [at, value] of changes) bytes[at] = value;
        const cut = bytes.subarray(0, length);
        if (!cut.equals(whole)) assert.equal(decodeEntry(key, cut), undefined);
      }),
      RUNS,
    );
  });

  it("holds bodies of a megabyte", () => {
    const large = { head: headOf("one"), body: bodyOf(2 ** 20) };
    assert.deepEqual(decodeEntry(key, encoded(key, large)), large);
  });
});
