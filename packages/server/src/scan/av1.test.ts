import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readAv1Size } from "./av1.ts";

/** A sequence header from numbers and the bits that each takes, most significant first, in a unit with its size. */
function sequence(...fields: readonly (readonly [value: number, count: number])[]): number[] {
  const all = fields.map(([value, count]) => value.toString(2).padStart(count, "0")).join("");
  const bytes = (all.padEnd(Math.ceil(all.length / 8) * 8, "0").match(/.{8}/g) ?? []).map((byte) =>
    parseInt(byte, 2),
  );
  return [0x0a, bytes.length, ...bytes];
}

const START = [
  [0, 3],
  [1, 1],
] as const;
const SIZE = [
  [8, 4],
  [7, 4],
  [299, 9],
  [199, 8],
] as const;
const POINT = [
  [0, 12],
  [5, 5],
] as const;

describe("AV1 sequence headers", () => {
  const headers: Readonly<Record<string, readonly number[]>> = {
    reduced: sequence(...START, [1, 1], [5, 5], ...SIZE),
    full: sequence(...START, [0, 1], [0, 1], [0, 1], [0, 5], ...POINT, ...SIZE),
    "two operating points, one of a high tier": sequence(
      ...START,
      [0, 1],
      [0, 1],
      [0, 1],
      [1, 5],
      ...POINT,
      ...[[0, 12] as const, [8, 5] as const, [1, 1] as const],
      ...SIZE,
    ),
    "display delays": sequence(...START, [0, 1], [0, 1], [1, 1], [0, 5], ...POINT, [1, 1], [9, 4], ...SIZE),
    "timing without a model": sequence(
      ...START,
      ...[
        [0, 1],
        [1, 1],
        [1, 32],
        [25, 32],
        [1, 1],
        [0, 2],
        [1, 1],
        [2, 2],
        [0, 1],
      ].map(([v = 0, n = 0]) => [v, n] as const),
      ...[[0, 1] as const, [0, 5] as const],
      ...POINT,
      ...SIZE,
    ),
    "a decoder model": sequence(
      ...START,
      ...[
        [0, 1],
        [1, 1],
        [1, 32],
        [25, 32],
        [0, 1],
        [1, 1],
        [9, 5],
        [1, 32],
        [9, 5],
        [9, 5],
      ].map(([v = 0, n = 0]) => [v, n] as const),
      ...[[0, 1] as const, [0, 5] as const],
      ...POINT,
      ...[[1, 1] as const, [3, 10] as const, [3, 10] as const, [0, 1] as const],
      ...SIZE,
    ),
  };
  for (const [name, header] of Object.entries(headers)) {
    it(name, () => assert.deepEqual(readAv1Size(Uint8Array.from(header)), { width: 300, height: 200 }));
  }

  const [plain = []] = Object.values(headers);
  const others: Readonly<Record<string, readonly [readonly number[], object | undefined]>> = {
    "behind a delimiter": [[0x12, 0, ...plain], { width: 300, height: 200 }],
    "with an extension": [[0x0e, 0, ...plain.slice(1)], { width: 300, height: 200 }],
    "without its own size": [[0x08, ...plain.slice(2)], { width: 300, height: 200 }],
    "cut off": [plain.slice(0, 5), undefined],
    "not there": [[0x12, 0, 0x32, 1, 0], undefined],
    "with an endless length": [[0x0a, ...new Array<number>(9).fill(0xff)], undefined],
    nothing: [[], undefined],
  };
  for (const [name, [stream, size]] of Object.entries(others)) {
    it(name, () => assert.deepEqual(readAv1Size(Uint8Array.from(stream)), size));
  }
});
