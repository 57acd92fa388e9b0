import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  choice,
  CodecError,
  color,
  describe as inWords,
  fields,
  flag,
  hex,
  integer,
  list,
  number,
  strictFlag,
  text,
  trimEnd,
  word,
  type Scalar,
  type Shape,
} from "./codec.ts";

const refuses = (codec: Scalar<unknown>, given: string, expected = inWords(codec.shape)): void => {
  assert.throws(() => codec.read(given), {
    name: "CodecError",
    message: `expected ${expected}, got ${JSON.stringify(given)}`,
  });
};

describe("integer", () => {
  const accepted = [
    ["0", 0],
    ["300", 300],
    ["+5", 5],
    ["-5", -5],
    ["-0", 0],
    ["+0", 0],
    ["007", 7],
    [`${"0".repeat(60)}42`, 42],
    ["9007199254740991", Number.MAX_SAFE_INTEGER],
    ["9007199254740993", Number.MAX_SAFE_INTEGER],
    ["9223372036854775807", Number.MAX_SAFE_INTEGER],
    ["-9223372036854775808", Number.MIN_SAFE_INTEGER],
  ] as const;
  for (const [given, expected] of accepted) {
    it(`reads ${given} as ${expected}`, () => {
      assert.ok(Object.is(integer().read(given), expected));
    });
  }

  const refused = `5.0 5. 1e3 0x10 0b1 0o7 1_000 1,000 ++5 +-5 -- + - NaN Inf 9223372036854775808
    -9223372036854775809 99999999999999999999 ٥ ५ ５ ² 5n`.split(/\s+/);
  for (const given of [...refused, "", " 5", "5 ", "5\n"]) {
    it(`refuses ${JSON.stringify(given)}`, () => {
      refuses(integer(), given, "an integer");
    });
  }

  it("keeps to its range, both ends included", () => {
    const percent = integer({ min: 0, max: 100 });
    assert.deepEqual([percent.read("0"), percent.read("100")], [0, 100]);
    refuses(percent, "-1", "an integer from 0 to 100");
    refuses(percent, "101", "an integer from 0 to 100");
    refuses(integer({ min: 1 }), "0", "an integer of 1 or more");
    refuses(integer({ max: 3 }), "4", "an integer of 3 or less");
    refuses(integer({ multipleOf: 90 }), "45", "an integer that is a multiple of 90");
  });

  it("reads back what it writes", () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (value) => {
        assert.equal(integer().read(integer().write(value)), value);
      }),
      { seed: 1, numRuns: 300 },
    );
  });
});

describe("number", () => {
  const accepted = [
    ["1", 1],
    [".5", 0.5],
    ["5.", 5],
    ["0.25", 0.25],
    ["+5", 5],
    ["-1.5", -1.5],
    ["-0", 0],
    ["-0.0", 0],
    ["-0x0p0", 0],
    ["1e3", 1000],
    ["1E+3", 1000],
    ["1e-3", 0.001],
    ["1e308", 1e308],
    ["5e-324", 5e-324],
    ["1e-400", 0],
    ["0x1p-2", 0.25],
    ["0X1P-2", 0.25],
    ["0x1p+2", 4],
    ["-0x1.8p1", -3],
    ["0x.8p0", 0.5],
    ["0xFf.p0", 255],
    ["0x1p-1074", 5e-324],
  ] as const;
  for (const [given, expected] of accepted) {
    it(`reads ${given} as ${expected}`, () => {
      assert.ok(Object.is(number().read(given), expected), String(number().read(given)));
    });
  }

  const refused = `NaN nan Inf inf +Inf -Inf Infinity infinity -infinity 1e309 -1e309 0x1p1024 1_0 0x10 0x1.8
    0xp0 0x.p0 0x1p 0x1p1.5 0b1 1e 1e+ e5 . + - +.e1 1,5 ٥ ½ 1.2.3 1f 0x1g`.split(/\s+/);
  for (const given of [...refused, "", " 1", "1 ", "1\n"]) {
    it(`refuses ${JSON.stringify(given)}`, () => {
      refuses(number(), given, "a number");
    });
  }

  it("keeps to its range; `above` leaves its own bound out", () => {
    const factor = number({ above: 0 });
    assert.equal(factor.read("5e-324"), 5e-324);
    for (const given of ["0", "-0", "-1", "1e-400"]) refuses(factor, given, "a number above 0");
    refuses(number({ min: 0, max: 1 }), "1.0000001", "a number from 0 to 1");
    refuses(number({ min: 0 }), "-5e-324", "a number of 0 or more");
  });

  it("bounds the work of a long text", () => {
    const long = "1".repeat(100_000);
    assert.throws(() => number().read(long), /^CodecError: expected a number, got "1{61}\.\.\."$/);
  });

  it("reads back what it writes", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        assert.equal(number().read(number().write(value)), value + 0);
      }),
      { seed: 1, numRuns: 500 },
    );
  });
});

describe("booleans", () => {
  for (const given of ["1", "t", "T", "true", "TRUE", "True"]) {
    it(`${given} is true`, () => {
      assert.deepEqual([flag.read(given), strictFlag.read(given)], [true, true]);
    });
  }
  for (const given of ["0", "f", "F", "false", "FALSE", "False"]) {
    it(`${given} is false`, () => {
      assert.deepEqual([flag.read(given), strictFlag.read(given)], [false, false]);
    });
  }
  for (const given of ["", "2", "yes", "on", "tRUE", "tr", " 1", "1 ", "-1", "01", "１"]) {
    it(`${JSON.stringify(given)} is false in a URL and an error in a setting`, () => {
      assert.equal(flag.read(given), false);
      refuses(strictFlag, given, "a boolean (1, t, true or 0, f, false)");
    });
  }
});

describe("words", () => {
  it("reads colours of 3 and 6 digits in any case", () => {
    assert.deepEqual(["fFf", "0a1B2c", "000"].map(color.read), ["ffffff", "0a1b2c", "000000"]);
    for (const given of ["", "#fff", "ff", "ffff", "fffff", "fffffff", "ff8800cc", "ggg", "ｆｆｆ"])
      refuses(color, given, "a colour of 3 or 6 hex digits");
  });

  it("reads hex of whole bytes", () => {
    assert.equal(hex.read("00fFaB"), "00ffab");
    for (const given of ["", "f", "0x00", "zz"]) refuses(hex, given, "an even number of hex digits");
  });

  it("reads choices by exact case, and by alias", () => {
    const kind = choice(["one", "two"], { uno: "one" });
    assert.deepEqual(["one", "uno", "two"].map(kind.read), ["one", "one", "two"]);
    for (const given of ["", "One", "one ", "constructor", "__proto__"])
      refuses(kind, given, "one of one, two");
  });

  it("takes an empty text, not an empty word", () => {
    assert.equal(text.read(""), "");
    refuses(word, "", "text");
  });
});

describe("many arguments", () => {
  it("fields deal them out and keep what an empty one leaves", () => {
    const pair = fields({ a: integer(), b: flag });
    assert.deepEqual(pair.parse(["1"]), { a: 1 });
    assert.deepEqual(pair.parse(["", "1"], { a: 7, b: false }), { a: 7, b: true });
    assert.deepEqual(pair.format({ b: true }), ["", "1"]);
    assert.deepEqual(pair.format({ a: 3 }), ["3"]);
    assert.throws(() => pair.parse(["1", "1", "1"]), new CodecError("expected at most 2 arguments, got 3"));
    assert.throws(() => integer().parse(["1", "2"]), new CodecError("expected at most 1 argument, got 2"));
  });

  it("a list takes any number of them", () => {
    assert.deepEqual(list(integer()).parse(["1", "2", "3"]), [1, 2, 3]);
    assert.deepEqual(list(integer()).format([1, 2]), ["1", "2"]);
  });

  it("trimEnd keeps at least one part", () => {
    assert.deepEqual(trimEnd(["a", "", "b", "", ""]), ["a", "", "b"]);
    assert.deepEqual(trimEnd(["", ""]), [""]);
  });
});

describe("describe", () => {
  const cases: readonly (readonly [Shape, string])[] = [
    [{ kind: "text" }, "text"],
    [{ kind: "gravity" }, "a gravity"],
    [{ kind: "list", of: { kind: "number", above: 0 } }, "a list, each item a number above 0"],
    [
      { kind: "fields", of: { x: { kind: "number" }, y: { kind: "flag" } } },
      "x: a number; y: a boolean (1, t, true or 0, f, false)",
    ],
  ];
  for (const [shape, words] of cases) {
    it(`says ${JSON.stringify(words)}`, () => {
      assert.equal(inWords(shape), words);
    });
  }
});
