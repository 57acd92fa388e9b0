import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parsePresets } from "./presets.ts";
import { parseSegments, type Grammar } from "./segments.ts";
import { parsePath } from "./target.ts";

const refuses = (definitions: readonly string[], grammar: Grammar, code: string, message: string): void => {
  assert.throws(() => parsePresets(definitions, grammar), { name: "UrlError", code, message });
};

describe("definitions", () => {
  it("are read, spaces around name and value trimmed", () => {
    assert.deepEqual(
      [...parsePresets(["a=w:1", "  b = rs:fill:1:2/g:sm  ", "min-x.1=q:5"])],
      [
        ["a", ["w:1"]],
        ["b", ["rs:fill:1:2", "g:sm"]],
        ["min-x.1", ["q:5"]],
      ],
    );
  });

  it("that are blank or a comment mean nothing", () => {
    assert.deepEqual([...parsePresets(["", "   ", "#a=w:1", "  # a = b = c", "#"])], []);
  });

  it("of the same name: the later wins", () => {
    assert.deepEqual(
      [...parsePresets(["a=w:1", "b=w:2", "a=w:3"])],
      [
        ["a", ["w:3"]],
        ["b", ["w:2"]],
      ],
    );
  });

  const shapeless = ["a", "=w:1", "a=", " = ", "a=w:1=2", "a=fn:YQ==:1", "a==w:1"];
  for (const definition of shapeless) {
    it(`${JSON.stringify(definition)} is none`, () => {
      const got = JSON.stringify(definition.trim());
      refuses([definition], {}, "invalid_option", `expected a preset as name=options, got ${got}`);
    });
  }

  const broken = [
    ["a=w", "invalid_option", 'preset a: expected an option with arguments, got "w"'],
    ["a=w:1/", "invalid_option", 'preset a: expected an option with arguments, got ""'],
    ["a=w:1//h:1", "invalid_option", 'preset a: expected an option with arguments, got ""'],
    ["a=w:1/-/h:1", "invalid_option", 'preset a: expected an option with arguments, got "-"'],
    ["a=w:x", "invalid_option", 'preset a: w: expected an integer of 0 or more, got "x"'],
    ["a=nope:1", "invalid_option", 'preset a: expected a processing option, got "nope"'],
    ["a=sa:1", "invalid_option", 'preset a: expected a processing option, got "sa"'],
    ["a=w:1:2", "invalid_option", "preset a: w: expected at most 1 argument, got 2"],
    ["a=pr:b", "unknown_preset", 'preset a: expected the name of a preset, got "b"'],
    ["a=pr:", "unknown_preset", 'preset a: expected the name of a preset, got ""'],
    ["a=maf:5", "security_option", "preset a: option maf changes a limit, which is not permitted here"],
  ] as const;
  for (const [definition, code, message] of broken) {
    it(`${JSON.stringify(definition)} is refused, by name`, () => {
      refuses([definition], {}, code, message);
    });
  }

  it("are blamed by their own name, not by that of one before them", () => {
    refuses(
      ["a=w:1", "default=w:x"],
      {},
      "invalid_option",
      'preset default: w: expected an integer of 0 or more, got "x"',
    );
    refuses(
      ["a=pr:b", "b=w:x"],
      {},
      "invalid_option",
      'preset a: preset b: w: expected an integer of 0 or more, got "x"',
    );
  });

  it("may change limits where URLs may", () => {
    const presets = parsePresets(["a=maf:5"], { security: true });
    assert.deepEqual(parseSegments(["pr:a"], { presets, security: true }), { maxAnimationFrames: 5 });
  });

  it("are not bound by the list of allowed options", () => {
    const allowed = new Set(["pr"]);
    const presets = parsePresets(["a=w:1"], { allowed });
    assert.deepEqual(parseSegments(["pr:a"], { presets, allowed }), { width: 1 });
  });

  it("go by the configured separator", () => {
    const presets = parsePresets(["a=w,1/fn,x:y"], { separator: "," });
    assert.deepEqual(parseSegments(["pr,a"], { presets, separator: "," }), { width: 1, filename: "x:y" });
    refuses(
      ["a=w:1"],
      { separator: "," },
      "invalid_option",
      'preset a: expected an option with arguments, got "w:1"',
    );
  });
});

const presets = parsePresets([
  "small=w:10/h:10",
  "sharp=sh:2",
  "wide=w:90",
  "both=pr:small:sharp",
  "self=w:1/pr:self/h:2",
  "ping=w:1/pr:pong",
  "pong=h:2/pr:ping",
  "skips=skp:png",
  "place=g:so:10:20",
]);

describe("use", () => {
  const cases = [
    ["pr:small", { width: 10, height: 10 }],
    ["preset:small:sharp", { width: 10, height: 10, sharpen: 2 }],
    ["pr:small:wide", { width: 90, height: 10 }],
    ["pr:wide:small", { width: 10, height: 10 }],
    ["w:5/pr:small", { width: 10, height: 10 }],
    ["pr:small/w:5", { width: 5, height: 10 }],
    ["pr:both", { width: 10, height: 10, sharpen: 2 }],
    ["pr:self", { width: 1, height: 2 }],
    ["pr:ping", { width: 1, height: 2 }],
    ["pr:skips:skips/skp:gif", { skipProcessing: ["png", "png", "gif"] }],
    // What a preset set stays where a later segment does not set it.
    ["pr:place/g:no", { gravity: { type: "no", x: 10, y: 20 } }],
  ] as const;
  for (const [path, expected] of cases) {
    it(`${path} means ${JSON.stringify(expected)}`, () => {
      assert.deepEqual(parseSegments(path.split("/"), { presets }), expected);
    });
  }

  for (const name of ["nope", "Small", "", "small ", "__proto__"]) {
    it(`knows no preset ${JSON.stringify(name)}`, () => {
      const message = `expected the name of a preset, got ${JSON.stringify(name)}`;
      assert.throws(() => parseSegments([`pr:small:${name}`], { presets }), {
        code: "unknown_preset",
        message,
      });
    });
  }

  it("needs the option to be allowed, under the name that is used", () => {
    assert.deepEqual(parseSegments(["pr:small"], { presets, allowed: new Set(["pr"]) }).width, 10);
    for (const allowed of [["w", "h"], ["preset"]])
      assert.throws(() => parseSegments(["pr:small"], { presets, allowed: new Set(allowed) }), {
        code: "option_not_allowed",
      });
  });

  it("comes to a thousand options in one URL, and no more", () => {
    const names = (count: number): string => Array.from({ length: count }, () => "small").join(":");
    const width = (segments: readonly string[], grammar: Grammar = {}): number | undefined =>
      parseSegments(segments, { presets, ...grammar }).width;
    const tooMuch = {
      name: "UrlError",
      code: "invalid_option",
      message: "preset small: expected at most 1000 options out of presets, got more",
    };
    assert.equal(width([`pr:${names(500)}`, "w:7"]), 7);
    assert.throws(() => width([`pr:${names(501)}`]), tooMuch);
    assert.throws(() => width([`pr:${names(300)}`, "w:7", `pr:${names(201)}`]), tooMuch);
    // What a URL says by itself is bounded by its own length.
    const many = Array.from({ length: 2000 }, () => "w:5");
    assert.equal(width([...many, `pr:${names(500)}`]), 10);
    assert.equal(width([names(500)], { onlyPresets: true }), 10);
    assert.throws(() => width([names(501)], { onlyPresets: true }), tooMuch);
  });

  it("counts what presets make of one another", () => {
    const doubled = Array.from({ length: 20 }, (_, i) => `p${i + 1}=pr:p${i}:p${i}`);
    assert.throws(() => parsePresets(["p0=w:1", ...doubled]), {
      code: "invalid_option",
      message: /^preset p9: .*expected at most 1000 options out of presets, got more$/,
    });
  });
});

describe("the default preset", () => {
  const withDefault = parsePresets(["default=w:10/q:50/g:so:1:2", "big=w:99"]);
  const always = { quality: 50, gravity: { type: "so", x: 1, y: 2 } };

  it("holds before what the URL says, and after what clients hint", () => {
    assert.deepEqual(parseSegments([], { presets: withDefault }), { width: 10, ...always });
    assert.deepEqual(parseSegments(["w:20"], { presets: withDefault }), { width: 20, ...always });
    assert.deepEqual(parseSegments(["g:no"], { presets: withDefault, defaults: { width: 7, dpr: 2 } }), {
      width: 10,
      quality: 50,
      dpr: 2,
      gravity: { type: "no", x: 1, y: 2 },
    });
  });

  it("holds for raw pictures, for lists of allowed options, and where only presets are", () => {
    assert.deepEqual(parseSegments(["raw:1"], { presets: withDefault }).width, 10);
    assert.deepEqual(parseSegments(["q:1"], { presets: withDefault, allowed: new Set(["q"]) }).width, 10);
    assert.deepEqual(parsePath("big/plain/http://x/y", { presets: withDefault, onlyPresets: true }).options, {
      width: 99,
      ...always,
    });
  });

  it("is none where its definition is missing", () => {
    assert.deepEqual(parseSegments([], { presets, defaults: { width: 3 } }), { width: 3 });
  });
});

describe("only presets", () => {
  const grammar: Grammar = { presets, onlyPresets: true };
  const cases = [
    ["small/plain/http://x/y", { width: 10, height: 10 }],
    ["small:sharp:wide/plain/http://x/y", { width: 90, height: 10, sharpen: 2 }],
    ["small/plain/http://x/y@png", { width: 10, height: 10, format: "png" }],
    ["sharp/aHR0cDovL3gveQ", { sharpen: 2 }],
    ["sharp/aHR0cDov/L3gveQ.webp", { sharpen: 2, format: "webp" }],
  ] as const;
  for (const [path, options] of cases) {
    it(`${path} means ${JSON.stringify(options)}`, () => {
      assert.deepEqual(parsePath(path, grammar), { source: "http://x/y", options });
    });
  }

  it("split their list by the configured separator", () => {
    const separated = parsePresets(["small=w,10/h,10", "wide=w,90"], { separator: "," });
    const { options } = parsePath("small,wide/plain/http://x/y", {
      presets: separated,
      onlyPresets: true,
      separator: ",",
    });
    assert.deepEqual(options, { width: 90, height: 10 });
  });

  it("may be named like the resizing types of old URLs", () => {
    const fill = parsePresets(["fill=w:1", "force=h:2"]);
    for (const [path, options] of [
      ["fill/plain/http://x/y", { width: 1 }],
      ["force:fill/plain/http://x/y", { width: 1, height: 2 }],
    ] as const)
      assert.deepEqual(parsePath(path, { presets: fill, onlyPresets: true }).options, options);
  });

  const refused = [
    ["w:10/plain/http://x/y", "unknown_preset"],
    ["/plain/http://x/y", "unknown_preset"],
    ["small:/plain/http://x/y", "unknown_preset"],
    ["plain/http://x/y", "unknown_preset"],
    ["small", "invalid_source"],
    // All behind the list is source.
    ["small/w:10/plain/http://x/y", "invalid_source"],
  ] as const;
  for (const [path, code] of refused) {
    it(`${path} is refused as ${code}`, () => {
      assert.throws(() => parsePath(path, grammar), { name: "UrlError", code });
    });
  }
});
