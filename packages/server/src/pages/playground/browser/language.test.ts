import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { OPTIONS, type AnyOption } from "@tintype/url";
import { createLanguage } from "./language.ts";
import type { PageSettings } from "./settings.ts";

const SETTINGS: PageSettings = {
  prefix: "",
  separator: ":",
  onlyPresets: false,
  presets: [["small", ["w:100"]]],
  allowed: [],
  security: true,
  bypass: true,
  base64IncludesFilename: false,
  start: "",
  signing: "none",
  pixels: {},
};
const SOURCE = "local:///a b/ü@2x.jpg";

describe("the language of the playground", () => {
  it("reads every option back that it writes, in the colour of its stage", () => {
    const { write, read, pieces } = createLanguage(SETTINGS);
    for (const [name, { arg, example, stage, preset }] of Object.entries(
      OPTIONS as Readonly<Record<string, AnyOption>>,
    )) {
      const value: unknown = preset ? ["small"] : arg.parse(example.split(":"));
      const options = { [name]: value };
      const path = write({ source: SOURCE, options });
      const read_ = read(`/unsafe/${path}`);
      assert.deepEqual(read_.options, preset ? { width: 100 } : options, name);
      assert.deepEqual([read_.source, read_.path], [SOURCE, path]);
      const [, segment] = pieces(`/unsafe/${path}`);
      assert.equal(segment?.part, stage, name);
    }
  });

  it("cuts any text into pieces that are the text", () => {
    const { pieces } = createLanguage({ ...SETTINGS, prefix: "/img" });
    for (const text of [
      "",
      "http://localhost:8080",
      "http://localhost:8080/img/unsafe",
      "http://localhost:8080/img/unsafe/w:100/plain/local:///a.jpg",
      "/img/unsafe/rs:fill:1:1/nonsense:1/",
      "words",
      "////",
    ])
      assert.equal(
        pieces(text)
          .map((piece) => piece.text)
          .join(""),
        text,
      );
    const parts = pieces("https://a.example/img/unsafe/rs:fill:1:1/nonsense:1/plain/local:///a:b.jpg");
    assert.deepEqual(
      parts.map(({ text, part }) => [text, part]),
      [
        ["https://a.example/img/unsafe", "signature"],
        ["/rs:fill:1:1", "scale"],
        ["/nonsense:1", "unknown"],
        ["/plain/local:///a:b.jpg", "source"],
      ],
    );
  });

  it("reads a URL of any host, a path, and spaces around them", () => {
    const { read } = createLanguage(SETTINGS);
    for (const text of [
      "https://img.example/sig/w:5/plain/http://a.example/b.png",
      " /x/w:5/plain/http://a.example/b.png\n",
    ]) {
      const { source, options } = read(text);
      assert.deepEqual([source, options], ["http://a.example/b.png", { width: 5 }]);
    }
  });

  it("speaks with another separator, and of nothing but presets", () => {
    const other = createLanguage({ ...SETTINGS, separator: "_" });
    assert.equal(
      other.write({ source: "local:///a.jpg", options: { width: 5 } }),
      "w_5/plain/local:///a.jpg",
    );
    assert.deepEqual(other.read("/unsafe/w_5/plain/local:///a.jpg").options, { width: 5 });
    const only = createLanguage({ ...SETTINGS, onlyPresets: true });
    const path = only.write({ source: "local:///a.jpg", options: { preset: ["small"] } });
    assert.equal(path, "small/plain/local:///a.jpg");
    assert.deepEqual(only.read(`/unsafe/${path}`).options, { width: 100 });
    assert.deepEqual(
      only.pieces(`/unsafe/${path}`).map(({ part }) => part),
      ["signature", "admit", "source"],
    );
  });
});
