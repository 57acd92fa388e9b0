import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { FORMAT_NAMES } from "./arguments.ts";
import { encodeBase64 } from "./base64.ts";
import { formatSource, parseSource, type SourceReading } from "./source.ts";

const parse = (source: string, reading?: SourceReading) => parseSource(source.split("/"), reading);

const refuses = (source: string, message: string, reading?: SourceReading): void => {
  assert.throws(() => parse(source, reading), { name: "UrlError", code: "invalid_source", message }, source);
};

const URL = "http://example.com/images/curiosity.jpg";
const B64 = encodeBase64(URL);

describe("plain sources", () => {
  const cases = [
    ["plain/http://example.com/a.jpg", "http://example.com/a.jpg"],
    ["plain/http://example.com/plain/a.jpg", "http://example.com/plain/a.jpg"],
    ["plain/http://example.com//a//", "http://example.com//a//"],
    ["plain/http://example.com/w:300/h:2", "http://example.com/w:300/h:2"],
    ["plain/local:///test1.png", "local:///test1.png"],
    ["plain/s3://bucket/key", "s3://bucket/key"],
    ["plain/images/a.jpg", "images/a.jpg"],
    ["plain//a.jpg", "/a.jpg"],
    ["plain/plain", "plain"],
    ["plain/enc", "enc"],
    // Decoded once, as a path: a plus stays a plus.
    ["plain/http%3A%2F%2Fexample.com%2Fa%20b.jpg%3Fx%3D1", "http://example.com/a b.jpg?x=1"],
    ["plain/a+b%2Bc", "a+b+c"],
    ["plain/a%2540b", "a%40b"],
    ["plain/a%25252Fb", "a%252Fb"],
    ["plain/user%40host", "user@host"],
    ["plain/%c3%A9", "é"],
    ["plain/e%CC%81", "e\u0301"], // Decomposed stays decomposed.
    ["plain/%F0%9F%98%80", "😀"],
    ["plain/%EF%BB%BFa", "\ufeffa"],
    ["plain/%00", "\0"],
    // Bytes that are no UTF-8 stay escapes, and their neighbours do not.
    ["plain/%E9%2F%E9", "%E9/%E9"],
    ["plain/caf%e9%20%C3%A9", "caf%e9 é"],
    ["plain/%C3%A9%E9", "%C3%A9%E9"],
    ["plain/%ED%A0%80", "%ED%A0%80"],
    ["plain/%C0%AF", "%C0%AF"],
  ] as const;
  for (const [source, url] of cases) {
    it(`${source} is ${JSON.stringify(url)}`, () => {
      assert.deepEqual(parse(source), { url });
    });
  }

  it("may name a format behind @", () => {
    assert.deepEqual(parse("plain/a.jpg@png"), { url: "a.jpg", extension: "png" });
    assert.deepEqual(parse("plain/a@jpg"), { url: "a", extension: "jpeg" });
    assert.deepEqual(parse("plain/a%40b@webp"), { url: "a@b", extension: "webp" });
    assert.deepEqual(parse("plain/a.jpg@"), { url: "a.jpg" });
  });

  const refused = [
    ["plain/", "expected a source URL, got an empty one"],
    ["plain/@png", "expected a source URL, got an empty one"],
    ["plain/a@b@png", 'expected at most one "@" in the source, got 2'],
    ["plain/http://user@host/a@png", 'expected at most one "@" in the source, got 2'],
    ["plain/a%", 'expected two hex digits behind "%", got "%"'],
    ["plain/a%2", 'expected two hex digits behind "%", got "%2"'],
    ["plain/a%zz", 'expected two hex digits behind "%", got "%zz"'],
    ["plain/a%2g%", 'expected two hex digits behind "%", got "%2g"'],
  ] as const;
  for (const [source, message] of refused) {
    it(`${source} is refused`, () => {
      refuses(source, message);
    });
  }
});

describe("base64 sources", () => {
  it("may be cut anywhere by slashes, and padded", () => {
    for (let cut = 1; cut < B64.length; cut++)
      assert.deepEqual(parse(`${B64.slice(0, cut)}/${B64.slice(cut)}`), { url: URL });
    assert.deepEqual(parse(B64.split("").join("/")), { url: URL });
    for (const padding of ["=", "==", "/=", "=/="]) assert.deepEqual(parse(B64 + padding), { url: URL });
  });

  it("may name a format behind a dot", () => {
    assert.deepEqual(parse(`${B64}.png`), { url: URL, extension: "png" });
    assert.deepEqual(parse(`${B64}==.jpg`), { url: URL, extension: "jpeg" });
    assert.deepEqual(parse(`${B64}.`), { url: URL });
    assert.deepEqual(parse(`${B64}/.webp`), { url: URL, extension: "webp" });
    assert.deepEqual(parse(`${B64}.we/bp`), { url: URL, extension: "webp" });
  });

  it("may be of any text, relative ones included", () => {
    for (const url of ["/test.png", "a", "é", "http://x/?a=1&b=2@3#4", " ", "plain"])
      assert.deepEqual(parse(encodeBase64(url)), { url });
  });

  it("`plain` and `enc` alone are base64 like any other text", () => {
    refuses("plain", "source: expected base64, got a length that no bytes have");
    refuses("enc/11111", "source: expected base64 of UTF-8 text, got other bytes");
    assert.deepEqual(parse(encodeBase64("zw+").match(/../g)?.join("/") ?? ""), { url: "zw+" });
  });

  it("end in a file name where the server is told so", () => {
    const reading = { base64IncludesFilename: true };
    assert.deepEqual(parse(`${B64}/puppy.jpg`, reading), { url: URL });
    assert.deepEqual(parse(`${B64.slice(0, 9)}/${B64.slice(9)}/puppy:1.x.y`, reading), { url: URL });
    assert.deepEqual(parse(`${B64}.png/puppy`, reading), { url: URL, extension: "png" });
    assert.deepEqual(parse(B64, reading), { url: URL });
    assert.deepEqual(parse("plain/a/b", reading), { url: "a/b" });
    refuses(`${B64}/puppy.jpg`, "source: expected base64, got a length that no bytes have");
  });

  const refused = [
    ["", "expected a source URL, got an empty one"],
    [".png", "expected a source URL, got an empty one"],
    ["=", "expected a source URL, got an empty one"],
    ["==.png", "expected a source URL, got an empty one"],
    ["/", "expected a source URL, got an empty one"],
    ["YQ.png.webp", 'expected at most one "." in the source, got 2'],
    ["YQ..", 'expected at most one "." in the source, got 2'],
    ["A", "source: expected base64, got a length that no bytes have"],
    ["Pz8+", 'source: expected URL-safe base64, got the character "+"'],
    ["ab%20c", 'source: expected URL-safe base64, got the character "%"'],
    ["Y=Q=", 'source: expected URL-safe base64, got the character "="'],
    ["YQ@png", 'source: expected URL-safe base64, got the character "@"'],
    ["http://x/a", 'source: expected URL-safe base64, got the character ":"'],
    ["aHR0cDov6Q", "source: expected base64 of UTF-8 text, got other bytes"],
  ] as const;
  for (const [source, message] of refused) {
    it(`${JSON.stringify(source)} is refused`, () => {
      refuses(source, message);
    });
  }

  it("none at all is refused", () => {
    assert.throws(() => parseSource([]), { message: "expected a source behind the options, got nothing" });
  });
});

describe("extensions", () => {
  it("are those of the format option", () => {
    for (const format of FORMAT_NAMES)
      assert.deepEqual(
        [parse(`plain/a@${format}`).extension, parse(`YQ.${format}`).extension],
        [format, format],
      );
  });

  for (const extension of ["tif", "heif", "jpe", "PNG", "best", "pdf", "mp4", "psd", "png ", "constructor"]) {
    it(`${extension} is none, except where nobody looks`, () => {
      const message = `extension: expected one of ${FORMAT_NAMES.join(", ")}, got ${JSON.stringify(extension)}`;
      refuses(`plain/a@${extension}`, message);
      refuses(`YQ.${extension}`, message);
      assert.deepEqual(parse(`plain/a@${extension}`, { ignoreExtension: true }), { url: "a" });
    });
  }
});

describe("formatSource", () => {
  const cases = [
    ["http://example.com/a.jpg", {}, "aHR0cDovL2V4YW1wbGUuY29tL2EuanBn"],
    ["http://example.com/a.jpg", { extension: "png" }, "aHR0cDovL2V4YW1wbGUuY29tL2EuanBn.png"],
    ["http://example.com/a.jpg", { form: "plain" }, "plain/http://example.com/a.jpg"],
    ["http://example.com/a.jpg", { form: "plain", extension: "webp" }, "plain/http://example.com/a.jpg@webp"],
    [
      "http://h:8080/a b?x=1&y=2@z#%20",
      { form: "plain" },
      "plain/http://h%3A8080/a%20b%3Fx=1&y=2%40z%23%2520",
    ],
    ["local:///a/é", { form: "plain" }, "plain/local:///a/%C3%A9"],
    ["a/b+c,d;e=f$g", { form: "plain" }, "plain/a/b+c,d;e=f$g"],
    // A colon before one slash would be taken for a scheme that lost the other.
    ["http:/a", { form: "plain" }, "plain/http%3A/a"],
    ["http:/", { form: "plain", extension: "png" }, "plain/http%3A/@png"],
    ["http:a", { form: "plain" }, "plain/http:a"],
    ["\ud800", { form: "plain" }, "plain/%EF%BF%BD"],
  ] as const;
  for (const [url, writing, expected] of cases) {
    it(`writes ${JSON.stringify(url)} as ${expected}`, () => {
      assert.equal(formatSource(url, writing), expected);
    });
  }

  it("writes no empty source", () => {
    assert.throws(() => formatSource(""), { name: "CodecError" });
    assert.throws(() => formatSource("", { form: "plain" }), { name: "CodecError" });
  });
});
