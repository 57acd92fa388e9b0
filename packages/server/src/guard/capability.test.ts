import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { encodeBase64 } from "@tintype/url";
import { pick as pickUrl, type Layout } from "@tintype/url/capability";
import { countVariants, rungs } from "@tintype/url/capability/terms";
import { createCapabilities, type Policy } from "@tintype/url/sign";
import { HttpError } from "../errors.ts";
import { createCapabilityCheck, type Grant, type Moved } from "./capability.ts";
import { parseKeyring } from "./keyring.ts";

const KEY = "00112233445566778899aabbccddeeff";
const OTHER = "ffeeddccbbaa99887766554433221100";
const ENDPOINT = "https://img.example.com";
const SOURCE = "https://example.com/a/cat.jpg";
const POLICY: Policy = {
  widths: [16, 640],
  aspects: ["3x2", "1x1"],
  formats: ["avif", "webp"],
  expires: new Date("2090-01-01"),
};

interface Around {
  readonly keyring?: string;
  readonly audience?: string;
  readonly allowEndless?: boolean;
}

const checkWith = ({
  keyring = `key 1 ${KEY}`,
  audience = "img.example.com",
  allowEndless = false,
}: Around = {}) => createCapabilityCheck({ keyring: () => parseKeyring(keyring), audience, allowEndless });

const mint = (source: string = SOURCE, policy: Partial<Policy> = {}, settings: object = {}): string =>
  createCapabilities({ endpoint: ENDPOINT, key: KEY, kid: 1, ...settings }).sign(source, {
    ...POLICY,
    ...policy,
  });

/** What stands behind the version. */
const rest = (url: string): string => url.slice(`${ENDPOINT}/c1/`.length);
const picked = (capability: string, layout: Layout = { width: 600 }): string =>
  rest(pickUrl(capability, layout));

const refused = (check: (rest: string) => unknown, text: string): void => {
  assert.equal(outcome(check, text), "bad_capability: Forbidden", text);
};

/** What comes of it; assert.throws would take longer than all the checks. */
function outcome(check: (rest: string) => unknown, text: string): string {
  try {
    check(text);
    return "granted";
  } catch (error) {
    return error instanceof HttpError ? `${error.code}: ${error.publicMessage}` : String(error);
  }
}

const isMoved = (found: Grant | Moved): found is Moved => "path" in found;

describe("a capability", () => {
  const check = checkWith();

  it("grants what is picked of its policy", () => {
    const found = check(picked(mint(), { width: 250, dpr: 2, aspect: 1, format: "webp" }));
    assert.ok(!isMoved(found));
    assert.equal(found.source, SOURCE);
    assert.deepEqual(found.pick, { width: 560, aspect: 1, format: "webp" });
  });

  it("moves a width between two rungs to the one above, and refuses one above the range", () => {
    const base = rest(mint());
    const found = check(`${base}/w457a0.avif`);
    assert.ok(isMoved(found));
    assert.equal(found.path, `c1/${base}/w560a0.avif`);
    assert.ok(!isMoved(check(`${base}/w560a0.avif`)));
    refused(check, `${base}/w561a0.avif`);
  });

  it("is refused at any other byte than the ones it was minted with, or is another member of its policy", () => {
    const text = picked(mint());
    const start = text.lastIndexOf("/");
    const members = new Set(rungs(2, 16, 640));
    for (let at = 0; at < text.length; at++) {
      for (let code = 0; code < 256; code++) {
        const changed = text.slice(0, at) + String.fromCharCode(code) + text.slice(at + 1);
        if (changed === text) continue;
        if (at <= start) {
          refused(check, changed);
          continue;
        }
        try {
          const found = check(changed);
          if (isMoved(found)) assert.match(found.path, /\/w(\d+)a[01]\.(?:avif|webp)$/);
          else assert.ok(members.has(found.pick.width) && (found.pick.aspect ?? 9) < 2);
        } catch (error) {
          assert.ok(error instanceof HttpError && error.code === "bad_capability", changed);
        }
      }
      if (at < start) {
        refused(check, text.slice(0, at) + text.slice(at + 1));
        refused(check, `${text.slice(0, at)}-${text.slice(at)}`);
      }
    }
  });

  it("leads to no more members than its policy counts, however it is asked", () => {
    const base = rest(mint());
    const found = new Set<string>();
    for (let width = 0; width <= 700; width++)
      for (const shape of ["", "a0", "a1", "a2", "a00", "h64"])
        for (const format of ["", ".avif", ".webp", ".jpg", ".png", ".jxl", ".auto", ".AVIF"])
          try {
            const grant = check(`${base}/w${width}${shape}${format}`);
            if (!isMoved(grant)) found.add(JSON.stringify(grant.pick));
          } catch (error) {
            assert.ok(error instanceof HttpError);
          }
    const grant = check(picked(mint()));
    assert.ok(!isMoved(grant));
    assert.equal(found.size, countVariants(grant.terms));
    assert.equal(found.size, rungs(2, 16, 640).length * 2 * 2);
  });

  const others: [string, string, Around?][] = [
    ["of another key", picked(mint(SOURCE, {}, { key: OTHER }))],
    ["of a key that nobody knows", picked(mint(SOURCE, {}, { kid: 2 }))],
    ["made out to another host", picked(mint(SOURCE, {}, { audience: "img.example.org" }))],
    ["that has expired", picked(mint(SOURCE, { expires: new Date("2021-01-01") }))],
    ["that never expires, where that is not permitted", picked(mint(SOURCE, { expires: "never" }))],
    ["of a key that has ended", picked(mint()), { keyring: `key 1 ${KEY} until 2021-01-01` }],
    ["of a namespace that was revoked", picked(mint()), { keyring: `key 1 ${KEY}\ngeneration 0 1` }],
    ["of a source that was revoked", picked(mint()), { keyring: `key 1 ${KEY}\nrevoke source ${SOURCE}` }],
    [
      "below a place of which the source was revoked",
      picked(mint("https://example.com/*"), { width: 64, path: "a/cat.jpg" }),
      { keyring: `key 1 ${KEY}\nrevoke source ${SOURCE}` },
    ],
    [
      "below a place that was revoked",
      picked(mint("https://example.com/*"), { width: 64, path: "a/cat.jpg" }),
      { keyring: `key 1 ${KEY}\nrevoke source https://example.com/*` },
    ],
    [
      "that was revoked itself",
      picked(mint()),
      { keyring: `key 1 ${KEY}\nrevoke tag ${rest(mint()).split("/")[0] ?? ""}` },
    ],
    ["with a query", `${picked(mint())}?a=1`],
    ["with an escape", picked(mint()).replace("w", "%77")],
    ["without a pick", rest(mint())],
    ["with a path that its source has no room for", `${rest(mint())}/${encodeBase64("a")}/w16a0.avif`],
    ["for all below a place, without a path", picked(mint("https://example.com/*"))],
    ["longer than anyone would mint", `${rest(mint())}${"a".repeat(5000)}/w16a0.avif`],
  ];
  for (const [what, text, around] of others)
    it(`is refused where it is one ${what}`, () => {
      refused(checkWith(around), text);
    });

  it("holds again where the revocation has ended, and where the namespace is of a later generation", () => {
    const lines = `key 1 ${KEY}\nrevoke source ${SOURCE} until 2021-01-01\ngeneration 0 1`;
    assert.ok(!isMoved(checkWith({ keyring: lines })(picked(mint(SOURCE, { generation: 1 })))));
  });

  it("may last for ever where that is permitted", () => {
    const found = checkWith({ allowEndless: true })(picked(mint(SOURCE, { expires: "never" })));
    assert.equal(found.expiresAt, Infinity);
  });

  it("lasts a minute longer than it says, for clocks that differ", (t) => {
    t.mock.timers.enable({ apis: ["Date"], now: Date.parse("2026-01-01T00:00:59Z") });
    const text = picked(mint(SOURCE, { expires: new Date("2026-01-01T00:00:00Z") }));
    assert.ok(!isMoved(check(text)));
    t.mock.timers.setTime(Date.parse("2026-01-01T00:01:01Z"));
    refused(check, text);
  });
});

describe("a capability for all below a place", () => {
  const check = checkWith();
  const base = rest(mint("https://cdn.shop.example/products/*"));
  const at = (path: string): string => `${base}/${encodeBase64(path)}/w64a0.avif`;

  for (const path of ["1.jpg", "shoes/red/1.jpg", "a b.jpg", "ä.jpg", "50%25.jpg", "..jpg", "a..b/c"])
    it(`reaches ${path}`, () => {
      const found = check(at(path));
      assert.ok(!isMoved(found));
      assert.equal(found.source, `https://cdn.shop.example/products/${path}`);
    });

  for (const path of [
    "",
    "/1.jpg",
    "../secret/1.jpg",
    "a/../../1.jpg",
    "a/./1.jpg",
    "a//1.jpg",
    "a/",
    "%2e%2e/1.jpg",
    ".%2E/1.jpg",
    "%2e%2e%2f1.jpg",
    "%252e%252e/1.jpg",
    "a%5c..%5c1.jpg",
    "a\\..\\1.jpg",
    "..;/1.jpg",
    "1.jpg?x=1",
    "1.jpg#x",
    "1.jpg%3Fx",
    "a\n.jpg",
    "a%00.jpg",
    "%",
    "%ff",
  ])
    it(`does not reach ${JSON.stringify(path)}`, () => {
      refused(check, at(path));
    });

  it("has one spelling of each path", () => {
    const [, encoded = ""] = /\/([\w-]+)\/w64/.exec(at("1.jpg")) ?? [];
    refused(check, at("1.jpg").replace(encoded, `${encoded.slice(0, -1)}x`));
    refused(check, at("1.jpg").replace(encoded, `${encoded}=`));
  });
});

describe("a keyring", () => {
  it("has the keys of the settings below those of the file", () => {
    const ring = parseKeyring(`# ours\n\n key 1 ${OTHER} \r\nkey 2 ${KEY} until 2090-01-01`, [
      { kid: 1, key: KEY },
    ]);
    assert.deepEqual([...ring.keys.keys()], [1, 2]);
    const macOf = ({ keys }: typeof ring) => keys.get(1)?.mac("a");
    assert.deepEqual(macOf(ring), macOf(parseKeyring(`key 1 ${OTHER}`)));
    assert.equal(ring.keys.get(2)?.until, Date.parse("2090-01-01"));
  });

  for (const line of [
    "key 1",
    "key 256 " + KEY,
    "key 1 zz",
    "key 1 0011",
    "revoke all x",
    "generation a 1",
    "x",
  ])
    it(`refuses ${JSON.stringify(line)} by its number, and does not repeat it`, () => {
      assert.throws(
        () => parseKeyring(`# first\n${line}`),
        (error: Error) => error.message.startsWith("line 2: expected ") && !error.message.includes(KEY),
      );
    });
});
