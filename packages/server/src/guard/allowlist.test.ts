import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { applyBase, createAllowlist, replaceUrl } from "./allowlist.ts";

const allows = (pattern: string, source: string): boolean =>
  createAllowlist([pattern], { unlisted: "refused" }).allows(source);

/** Per pattern: sources that it allows, and sources that it must not. */
const CASES: Readonly<Record<string, { allowed: readonly string[]; refused: readonly string[] }>> = {
  "https://cdn.example.com": {
    allowed: [
      "https://cdn.example.com",
      "https://cdn.example.com/",
      "https://cdn.example.com/a.jpg",
      "https://cdn.example.com?x=1",
      "https://cdn.example.com:443/a.jpg",
      "HTTPS://CDN.EXAMPLE.COM/a.jpg",
      "https://cdn.example.com/a/../b.jpg",
    ],
    refused: [
      "https://cdn.example.com.evil.org/",
      "https://cdn.example.com@evil.org/",
      "https://cdn.example.com:x@evil.org/",
      "https://cdn.example.com:80@evil.org/",
      "https://cdn.example.com%2eevil.org/",
      "https://cdn.example.com\\@evil.org/",
      "https://cdn.example.com\\.evil.org/",
      "https://evil.org/https://cdn.example.com",
      "https://evil.org#https://cdn.example.com",
      "https://cdn.example.com:8443/",
      "https://cdn.example.com./",
      "https://cdn.example.comx/",
      "http://cdn.example.com/",
      "https:/cdn.example.com/",
      "https:cdn.example.com/",
      "https:///cdn.example.com/",
      "//cdn.example.com/",
      " https://cdn.example.com/",
      "https://cdn-example.com/",
    ],
  },
  "https://*.example.com/": {
    allowed: ["https://a.example.com/", "https://a.b.example.com/x", "https://A.example.com/x"],
    refused: [
      "https://example.com/",
      "https://evilexample.com/",
      "https://evil.com/.example.com/",
      "https://x@evil.com#.example.com/",
      "https://evil.com?.example.com/",
      "https://evil.com\\.example.com/",
      "https://a.example.com.evil.org/",
      "https://a.example.com:8443/",
    ],
  },
  "https://cdn*.example.com/": {
    allowed: ["https://cdn.example.com/", "https://cdn7.example.com/"],
    refused: ["https://img.example.com/", "https://cdn7.example.org/"],
  },
  "http*://example.com/": {
    allowed: ["http://example.com/", "https://example.com/"],
    refused: ["ftp://example.com/", "http://example.org/"],
  },
  "*://images/": {
    allowed: ["https://images/x", "s3://images/x", "gs://images/x"],
    refused: ["https://images.evil.org/", "s3://images-evil/x"],
  },
  "https://example.com/public/": {
    allowed: [
      "https://example.com/public/",
      "https://example.com/public/a.jpg?u=/../x",
      "https://example.com/public/..hidden",
      "https://example.com/public/a b.jpg",
    ],
    refused: [
      "https://example.com/public",
      "https://example.com/publicity/a.jpg",
      "https://example.com/PUBLIC/a.jpg",
      "https://example.com/private/a.jpg",
      "https://example.com/public/../private/a.jpg",
      "https://example.com/public/%2e%2e/private/a.jpg",
      "https://example.com/public/.%2E/private/a.jpg",
      "https://example.com/public/..%2fprivate/a.jpg",
      "https://example.com/public%2f..%2fprivate/a.jpg",
      "https://example.com/public/..%5cprivate/a.jpg",
      "https://example.com/public/..\\private/a.jpg",
      "https://example.com/public/.\t./private/a.jpg",
      "https://example.com/pub\tlic/a.jpg",
      "https://example.com/private/../public/a.jpg",
      "https://example.com//public/a.jpg",
      "https://example.com/?/public/",
    ],
  },
  "https://example.com/*/thumbs/": {
    allowed: ["https://example.com/a/thumbs/1.jpg"],
    refused: ["https://example.com/a/b/thumbs/1.jpg", "https://example.com/thumbs/1.jpg"],
  },
  "https://example.com/größe/": {
    allowed: ["https://example.com/größe/a.jpg"],
    refused: ["https://example.com/gross/a.jpg"],
  },
  "https://bücher.example/": {
    allowed: ["https://bücher.example/a", "https://xn--bcher-kva.example/a", "https://BÜCHER.example/a"],
    refused: ["https://bucher.example/a"],
  },
  "http://localhost:9000/": {
    allowed: ["http://localhost:9000/a"],
    refused: [
      "http://localhost/a",
      "http://localhost:90000/a",
      "http://localhost:9001/a",
      "https://localhost:9000/a",
    ],
  },
  "http://localhost:*/": {
    allowed: ["http://localhost:9000/a", "http://localhost/a"],
    refused: ["http://localhost.evil.org:9000/a"],
  },
  "http://[::1]:9000/": {
    allowed: ["http://[::1]:9000/a", "http://[0::1]:9000/a"],
    refused: ["http://[::2]:9000/a"],
  },
  "https://example.com:443/": { allowed: ["https://example.com/a"], refused: ["https://example.com:444/a"] },
  "https://": {
    allowed: ["https://anything.example/", "https://other.example:8443/x"],
    refused: ["http://anything.example/", "https://u@anything.example/"],
  },
  "http*": { allowed: ["http://a.example/", "https://b.example/"], refused: ["s3://a/b", "local:///a"] },
  "https:/*/example.com": { allowed: [], refused: ["https://example.com.evil.org/", "https://example.com/"] },
  "*": { allowed: ["https://a.example/", "s3://a/b", "local:///a"], refused: ["https://a@b.example/"] },
  "local://": {
    allowed: ["local:///a.jpg", "local:///a/../b.jpg"],
    refused: ["https://local/", "loca:///a"],
  },
  "local:///public/": {
    allowed: ["local:///public/a.jpg", "local:///public/a..b.jpg"],
    refused: [
      "local:///public123/a.jpg",
      "local:///secret/a.jpg",
      "local:///public/../secret/a.jpg",
      "local:///public/../secret?/../public/a.jpg",
      "local:////public/a.jpg",
    ],
  },
  "s3://bucket/": { allowed: ["s3://bucket/a/b.jpg"], refused: ["s3://bucket-evil/a", "s3://other/bucket/"] },
  "s3://prod-*/avatars/": {
    allowed: ["s3://prod-eu/avatars/1.jpg"],
    refused: ["s3://dev/avatars/1.jpg", "s3://prod-eu/x/avatars/1.jpg", "s3://prod-eu/avatars/../x"],
  },
};

describe("the allow-list", () => {
  for (const [pattern, { allowed, refused }] of Object.entries(CASES)) {
    for (const source of allowed) {
      it(`lets ${pattern} allow ${JSON.stringify(source)}`, () =>
        assert.equal(allows(pattern, source), true));
    }
    for (const source of refused) {
      it(`lets ${pattern} refuse ${JSON.stringify(source)}`, () =>
        assert.equal(allows(pattern, source), false));
    }
  }

  it("allows what any of its patterns allows", () => {
    const list = createAllowlist(["https://a.example/", "local://"], { unlisted: "allowed" });
    assert.deepEqual(
      ["https://a.example/x", "local:///x", "https://b.example/x"].map((source) => list.allows(source)),
      [true, true, false],
    );
  });

  it("does without patterns what its mode says", () => {
    assert.equal(createAllowlist([], { unlisted: "allowed" }).allows("https://a.example/"), true);
    assert.equal(createAllowlist([], { unlisted: "refused" }).allows("https://a.example/"), false);
  });

  it("tells which ports its patterns name", () => {
    const patterns = [
      "http://a.example:8080/",
      "https://b.example/",
      "http://*:9000",
      "http://c:*/",
      "s3://d:1/",
    ];
    assert.deepEqual(createAllowlist(patterns, { unlisted: "refused" }).ports, [8080, 9000]);
  });

  it("refuses to start with a pattern that cannot be meant", () => {
    for (const pattern of [
      "",
      " ",
      "https://u:p@a.example/",
      "https://a b/",
      "https://[::1/",
      "https://a\\b/",
    ]) {
      assert.throws(
        () => createAllowlist([pattern], { unlisted: "refused" }),
        /expected a source pattern/,
        pattern,
      );
    }
  });
});

describe("replaceUrl", () => {
  const cases: readonly (readonly [
    rules: readonly (readonly [string, string])[],
    url: string,
    expected: string,
  ])[] = [
    [[["mys3://", "s3://my_bucket/images/"]], "mys3://a.jpg", "s3://my_bucket/images/a.jpg"],
    [[["mys3://*/", "s3://bucket-${1}/"]], "mys3://eu/a.jpg", "s3://bucket-eu/a.jpg"],
    [[["x://*/*/", "y://$2/$1/"]], "x://a/b/c", "y://b/a/c"],
    [[["x://*/", "y://$1z/"]], "x://a/c", "y:///c"],
    [[["x://*/", "y://${1}z/"]], "x://a/c", "y://az/c"],
    [[["x://*/", "y://${9}$name/"]], "x://a/c", "y:///c"],
    [[["x://*/", "$$1 $ ${ $0/"]], "x://a/c", "$1 $ ${ x://a//c"],
    [[["a", "aa"]], "aaa", "aaaa"],
    [
      [
        ["a:", "b:"],
        ["b:", "c:"],
      ],
      "a:x",
      "c:x",
    ],
    [[["b:", "c:"]], "a:b:", "a:b:"],
    [[["a.c", "x"]], "abc", "abc"],
    [[], "a", "a"],
  ];
  for (const [rules, url, expected] of cases) {
    it(`turns ${url} into ${expected} by ${JSON.stringify(rules)}`, () => {
      const replace = replaceUrl(rules.map(([pattern, replacement]) => ({ pattern, replacement })));
      assert.equal(replace(url), expected);
    });
  }
});

describe("applyBase", () => {
  it("prepends the base once", () => {
    assert.equal(applyBase("https://a.example/", "x.jpg"), "https://a.example/x.jpg");
    assert.equal(applyBase("https://a.example/", "https://a.example/x.jpg"), "https://a.example/x.jpg");
    assert.equal(applyBase("", "x.jpg"), "x.jpg");
  });
});
