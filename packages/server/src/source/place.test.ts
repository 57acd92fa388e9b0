import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { HttpError } from "../errors.ts";
import { followLocation, readPlace } from "./place.ts";

const codeOf = (read: () => unknown): string => {
  try {
    read();
  } catch (error) {
    return error instanceof HttpError ? error.code : String(error);
  }
  return "none";
};

describe("readPlace", () => {
  const sent = [
    ["/a/../b", "/a/../b"],
    ["/a/./b//c", "/a/./b//c"],
    ["/%2e%2e/%2E/a%2Fb", "/%2e%2e/%2E/a%2Fb"],
    ["", "/"],
    ["?q=1", "/?q=1"],
    ["#frag", "/"],
    ["/a?b=c?d&e=%zz#frag", "/a?b=c?d&e=%zz"],
    ["/a b.jpg", "/a%20b.jpg"],
    ["/größe/日本.png?ö=😀", "/gr%C3%B6%C3%9Fe/%E6%97%A5%E6%9C%AC.png?%C3%B6=%F0%9F%98%80"],
    ["/a\\b", "/a%5Cb"],
    ["/a@b:c", "/a@b:c"],
    ["/'~!$&()*+,;=:@[]", "/'~!$&()*+,;=:@[]"],
    [`/a"<>^\`{|}b?"<>^\`{|}`, `/a%22%3C%3E%5E%60%7B%7C%7Db?"<>^\`{|}`],
    ["/\ud800", "/%EF%BF%BD"],
  ] as const;
  for (const [written, expected] of sent) {
    it(`sends ${JSON.stringify(written)} as ${expected}`, () => {
      const { path, url, text } = readPlace(`https://example.com:8443${written}`);
      assert.equal(path, expected);
      assert.equal(url.origin, "https://example.com:8443");
      assert.equal(text, `https://example.com:8443${written}`);
    });
  }

  const refused = [
    ["http://h/a%zz", "source_unreachable"],
    ["http://h/a%", "source_unreachable"],
    ["http://h/a%2", "source_unreachable"],
    ["http://h/a\nb", "source_unreachable"],
    ["http://h/a\tb", "source_unreachable"],
    ["http://h/a\0b", "source_unreachable"],
    ["http://h/a\x7fb", "source_unreachable"],
    ["http://h\t/", "source_unreachable"],
    ["http://h\\@example.com/", "source_unreachable"],
    ["http://h\\/", "source_unreachable"],
    ["http:/h/", "source_unreachable"],
    ["http:h/", "source_unreachable"],
    ["http:///h/", "source_unreachable"],
    ["http:\\\\h/", "source_unreachable"],
    ["http://h:/", "source_unreachable"],
    ["http://h:70000/", "source_unreachable"],
    ["http://h:-1/", "source_unreachable"],
    ["http://%68/", "source_unreachable"],
    ["http://%31%32%37.0.0.1/", "source_unreachable"],
    ["http://h /", "source_unreachable"],
    ["http://a b/", "source_unreachable"],
    ["http://[::1/", "source_unreachable"],
    ["http://1.2.3.4.5/", "source_unreachable"],
    [" http://h/", "source_unreachable"],
    ["ftp://h/", "source_unreachable"],
    ["//h/", "source_unreachable"],
    ["http://", "source_unreachable"],
    ["", "source_unreachable"],
    ["http://u:p@h/", "source_address_forbidden"],
    ["http://u@h/", "source_address_forbidden"],
    ["http://@h/", "source_address_forbidden"],
    ["http://h@evil.example/", "source_address_forbidden"],
  ] as const;
  for (const [text, code] of refused) {
    it(`refuses ${JSON.stringify(text)}`, () =>
      assert.equal(
        codeOf(() => readPlace(text)),
        code,
      ));
  }
});

describe("followLocation", () => {
  const from = readPlace("http://example.com/a/../b/c?q");

  const followed = [
    ["/x", "http://example.com/x"],
    ["x", "http://example.com/b/x"],
    ["../../x?y#frag", "http://example.com/x?y"],
    ["//other.example/x", "http://other.example/x"],
    ["HTTPS://Other.Example:443/X", "https://other.example/X"],
    ["/caf\u00e9", "http://example.com/caf%E9"],
    ["/gr\u00c3\u00b6\u00c3\u009fe", "http://example.com/gr%C3%B6%C3%9Fe"],
    ["http://b\u00c3\u00bccher.example/", "http://xn--bcher-kva.example/"],
    ["", "http://example.com/b/c?q"],
  ] as const;
  for (const [location, expected] of followed) {
    it(`reads ${JSON.stringify(location)} as ${expected}`, () => {
      const { url, path, text } = followLocation(location, from);
      assert.equal(text, expected);
      assert.equal(url.href, expected);
      assert.equal(path, `${url.pathname}${url.search}`);
    });
  }

  it("refuses what leads nowhere", () => {
    for (const location of ["http://[", "http://a b/", "http://h:99999/"]) {
      assert.equal(
        codeOf(() => followLocation(location, from)),
        "source_unreachable",
        location,
      );
    }
  });
});
