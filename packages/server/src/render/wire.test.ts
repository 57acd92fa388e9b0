import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Writable } from "node:stream";
import fc from "fast-check";
import { FrameReader, KINDS, MAX_BLOBS, MAX_JSON_BYTES, WireError, writeFrame } from "./wire.ts";
import type { Frame } from "./wire.ts";

const frames = fc.array(
  fc.record({
    id: fc.nat({ max: 2 ** 32 - 1 }),
    kind: fc.constantFrom(...KINDS),
    json: fc.jsonValue(),
    blobs: fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 4 }),
  }),
  { maxLength: 4 },
);

function sink() {
  const writes: (readonly Buffer[])[] = [];
  const keep = (parts: readonly Buffer[], done: () => void) => {
    writes.push(parts);
    done();
  };
  const stream = new Writable({
    write: (part: Buffer, _encoding, done) => keep([part], done),
    writev: (parts, done) =>
      keep(
        parts.map(({ chunk }) => chunk as Buffer),
        done,
      ), // nothing else is written here
  });
  return { stream, writes, bytes: () => Buffer.concat(writes.flat()) };
}

function encode(list: readonly Frame[]): Buffer {
  const { stream, bytes } = sink();
  for (const frame of list) writeFrame(stream, frame);
  return bytes();
}

/** Comparable by value: views of different buffers, and -0 that JSON does not know. */
const plain = (list: readonly Frame[]) =>
  list.map((frame) => ({
    ...frame,
    json: JSON.stringify(frame.json),
    blobs: frame.blobs.map((blob) => Buffer.from(blob).toString("hex")),
  }));

const oneFrame: Frame = { id: 7, kind: "job", json: { a: 1 }, blobs: [Buffer.from("abc")] };
const reader = (maxBytes = 100_000) => new FrameReader({ maxBytes });

describe("wire", () => {
  it("gives the same frames however the stream is cut", () => {
    fc.assert(
      fc.property(frames, fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1 }), (list, cuts) => {
        const bytes = encode(list);
        const target = reader();
        const got: Frame[] = [];
        for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
          const end = at + cuts[turn % cuts.length]!; // in range by the modulus
          got.push(...target.push(bytes.subarray(at, end)));
          at = end;
        }
        assert.deepEqual(plain(got), plain(list));
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  it("keeps nothing of a chunk that will be overwritten", () => {
    const one: Frame = {
      ...oneFrame,
      blobs: ["abc", "defghijk".repeat(9), "lm"].map((text) => Buffer.from(text)),
    };
    const bytes = encode([one, oneFrame]);
    const landing = Buffer.alloc(40);
    const target = new FrameReader({ maxBytes: 1000, reuses: true });
    const got: Frame[] = [];
    for (let at = 0; at < bytes.length; at += landing.length) {
      const length = bytes.copy(landing, 0, at);
      got.push(...target.push(landing.subarray(0, length)));
      landing.fill(0);
    }
    assert.deepEqual(plain(got), plain([one, oneFrame]));
  });

  it("throws nothing but WireError at random bytes, and then for good", () => {
    const mutation = fc.record({ at: fc.nat(), byte: fc.nat({ max: 255 }) });
    fc.assert(
      fc.property(frames, fc.array(mutation, { maxLength: 3 }), fc.uint8Array(), (list, mutations, tail) => {
        const bytes = Buffer.concat([encode(list), tail]);
        for (const { at, byte } of mutations) if (bytes.length > 0) bytes[at % bytes.length] = byte;
        const target = reader();
        try {
          target.push(bytes);
        } catch (error) {
          assert.ok(error instanceof WireError);
          assert.throws(() => target.push(encode([oneFrame])), WireError);
        }
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it("refuses what is not a frame or too large, before its bytes come", () => {
    const broken = (change: (bytes: Buffer) => unknown) => {
      const bytes = encode([oneFrame]);
      change(bytes);
      return bytes;
    };
    const cases: Record<string, Buffer> = {
      magic: broken((bytes) => bytes.writeUInt8(0, 0)),
      kind: broken((bytes) => bytes.writeUInt8(KINDS.length, 12)),
      "reserved byte": broken((bytes) => bytes.writeUInt8(1, 13)),
      "length of the JSON": broken((bytes) => bytes.writeUInt32BE(MAX_JSON_BYTES + 1, 8)).subarray(0, 16),
      "number of blobs": broken((bytes) => bytes.writeUInt16BE(MAX_BLOBS + 1, 14)).subarray(0, 16),
      "length of a blob": broken((bytes) => bytes.writeUInt32BE(100_000, 16)).subarray(0, 20),
      "JSON text": broken((bytes) => bytes.write("?", 20)),
      "JSON encoding": broken((bytes) => bytes.writeUInt8(0xff, 21)),
    };
    for (const [name, bytes] of Object.entries(cases)) {
      assert.throws(() => reader().push(bytes), WireError, name);
    }
  });

  it("takes a frame of exactly the allowed size", () => {
    const size = Buffer.byteLength(JSON.stringify(oneFrame.json)) + 3;
    assert.equal(reader(size).push(encode([oneFrame])).length, 1);
    assert.throws(() => reader(size - 1).push(encode([oneFrame])), WireError);
  });

  it("hands over large blobs without copying them, in one gathering write", () => {
    const blob = Buffer.alloc(1_000_000, 1);
    const { stream, writes } = sink();
    // Stream and test share a tick, so the first write of a cork is not sent before the last.
    writeFrame(stream, { ...oneFrame, blobs: [blob] });
    assert.equal(writes.length, 1);
    assert.equal(writes[0]?.at(-1)?.buffer, blob.buffer);
    const whole = encode([{ ...oneFrame, blobs: [blob] }]);
    const [frame] = reader(2_000_000).push(whole);
    assert.equal(frame?.blobs[0]?.buffer, whole.buffer);
  });

  it("sends nothing of a frame that is too large", () => {
    const cases: Frame[] = [
      { ...oneFrame, json: "x".repeat(MAX_JSON_BYTES) },
      { ...oneFrame, blobs: Array.from({ length: MAX_BLOBS + 1 }, () => Buffer.alloc(1)) },
    ];
    for (const frame of cases) {
      const { stream, bytes } = sink();
      assert.throws(() => writeFrame(stream, frame), WireError);
      assert.equal(bytes().length, 0);
    }
  });

  it("reads a missing document as null", () => {
    const [frame] = reader().push(encode([{ ...oneFrame, json: undefined }]));
    assert.equal(frame?.json, null);
  });
});
