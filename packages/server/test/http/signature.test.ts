/** Who may ask: signatures, their sizes, their repair (contract url.md, 1.1 and 2). */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { describe, it } from "node:test";
import { base64 } from "../fixtures/ask.ts";
import { useFolder } from "../fixtures/folder.ts";
import { picture } from "../fixtures/pictures.ts";
import { assertRefused, type Refusal } from "../fixtures/refusal.ts";
import { useServer } from "../fixtures/server.ts";

const PAIRS = [
  ["test-key", "test-salt"],
  ["test-key2", "test-salt2"],
  ["secret", "hello"],
] as const;

const hex = (texts: readonly string[]): string =>
  texts.map((text) => Buffer.from(text).toString("hex")).join(",");

const KEYS = {
  IMGPROXY_KEY: hex(PAIRS.map(([key]) => key)),
  IMGPROXY_SALT: hex(PAIRS.map(([, salt]) => salt)),
};

function sign(path: string, pair: 0 | 1 | 2 = 0, size = 32): string {
  const [key, salt] = PAIRS[pair];
  return createHmac("sha256", key).update(`${salt}/${path}`).digest().subarray(0, size).toString("base64url");
}

const signed = (path: string, sent = path): string => `/${sign(path)}/${sent}`;

const PATH = "rs:fill:4:4/plain/local:///test1.png";

const FORBIDDEN: Refusal = {
  status: 403,
  body: "Forbidden",
  code: "bad_signature",
  detail: /expected the signature of|signature/,
};

/** The same bits, and others in the places that base64 does not use. */
function otherEnding(signature: string): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const last = alphabet.indexOf(signature.at(-1) ?? "");
  return signature.slice(0, -1) + (alphabet[last + 1] ?? "");
}

const root = useFolder(async () => ({ "test1.png": await picture("png") }));
const LOCAL = { IMGPROXY_LOCAL_FILESYSTEM_ROOT: root, IMGPROXY_ALLOWED_SOURCES: "local://" };

describe("signed URLs", { concurrency: 4 }, () => {
  const server = useServer({ ...LOCAL, ...KEYS, IMGPROXY_TRUSTED_SIGNATURES: "trusted,also:this" });

  for (const [name, target] of [
    ["the documented vector", `/My9d3xq_PYpVHsPrCyww0Kh1w5KZeZhIlWhsa4az1TI/${PATH}`],
    ["the second key", `/${sign(PATH, 1)}/${PATH}`],
    ["the third key", `/${sign(PATH, 2)}/${PATH}`],
    ["a trusted word", `/trusted/${PATH}`],
    ["a trusted word with a colon", `/also:this/${PATH}`],
    ["a query, which is not signed", `${signed(PATH)}?utm=1/../2`],
    ["colons that were escaped on the way", signed(PATH, "rs%3Afill%3A4%3A4/plain/local:///test1.png")],
    ["slashes that were lost on the way", signed(PATH, "rs:fill:4:4/plain/local:/test1.png")],
    ["a source in base64", signed(`w:3/${base64("local:///test1.png")}`)],
    ["no options", signed("plain/local:///test1.png")],
  ] as const)
    it(`accepts ${name}`, async () => {
      const { status, headers } = await server.get(target);
      assert.deepEqual([status, headers["content-type"]], [200, "image/png"]);
    });

  it("accepts the vector of imgproxy's documentation, and judges its source only then", async () => {
    const path = "rs:fill:300:400:0/g:sm/aHR0cDovL2V4YW1w/bGUuY29tL2ltYWdl/cy9jdXJpb3NpdHku/anBn.png";
    const refusal = {
      status: 404,
      body: "Invalid source URL",
      code: "source_not_allowed",
      detail: /got http:\/\/example\.com\/images\/curiosity\.jpg/,
    };
    await assertRefused(server, `/oKfUtW34Dvo2BGQehJFR4Nr0_rIjOtdtzJ3QFsUcXH8/${path}`, refusal);
  });

  const good = sign(PATH);
  for (const [name, target] of [
    ["another path", `/${good}/rs:fill:5:4/plain/local:///test1.png`],
    ["an extension that was added", `/${good}/${PATH}@jpg`],
    ["padding", `/${good}=/${PATH}`],
    ["escaped padding", `/${good}%3D/${PATH}`],
    ["bits that base64 does not use", `/${otherEnding(good)}/${PATH}`],
    ["the standard alphabet", `/${good.replaceAll("_", "/").replaceAll("-", "+")}/${PATH}`],
    ["other case", `/${good.toLowerCase()}/${PATH}`],
    ["a shorter one", `/${sign(PATH, 0, 16)}/${PATH}`],
    ["one character less", `/${good.slice(0, -1)}/${PATH}`],
    ["one character more", `/${good}A/${PATH}`],
    ["an escaped character", `/%${good.charCodeAt(0).toString(16)}${good.slice(1)}/${PATH}`],
    ["unsafe", `/unsafe/${PATH}`],
    ["an option", `/rs:fill:4:4/${PATH}`],
    ["a part of a trusted word", `/truste/${PATH}`],
    ["a trusted word in capitals", `/TRUSTED/${PATH}`],
    ["small %3a, which is not repaired", signed(PATH, PATH.replaceAll("rs:", "rs%3a"))],
    ["one made over the broken form", signed("rs:fill:4:4/plain/local:/test1.png")],
    ["one made with the query", `/${sign(`${PATH}?a`)}/${PATH}?a`],
    ["one made of the decoded source", `/${good}/${PATH.replace("test1", "%74est1")}`],
    [
      "the key of one pair with the salt of another",
      `/${createHmac("sha256", "test-key").update(`test-salt2/${PATH}`).digest("base64url")}/${PATH}`,
    ],
  ] as const)
    it(`refuses ${name}`, async () => {
      await assertRefused(server, target, FORBIDDEN);
    });

  it("tells nothing of the options behind a wrong signature", async () => {
    await assertRefused(server, "/wrong/nope:1/plain/ftp://a", FORBIDDEN);
  });

  it("tells of the options behind a good one", async () => {
    const refusal = { status: 404, body: "Invalid URL", code: "invalid_option", detail: /nope/ };
    await assertRefused(server, signed("nope:1/plain/local:///test1.png"), refusal);
  });

  it("never logs a key, a salt, or the signature that would have been right", async () => {
    await server.get(`/wrong/${PATH}`);
    const log = server.lines.filter((line) => line.includes("/wrong/")).join("\n");
    for (const word of [
      ...KEYS.IMGPROXY_KEY.split(","),
      ...KEYS.IMGPROXY_SALT.split(","),
      ...PAIRS.flat(),
      good,
    ])
      assert.ok(!log.includes(word), `expected no ${word} in the log`);
  });
});

describe("short signatures", () => {
  const server = useServer({ ...LOCAL, ...KEYS, IMGPROXY_SIGNATURE_SIZE: "8" });

  it("are exactly as long as the setting says", async () => {
    const short = sign(PATH, 0, 8);
    assert.equal((await server.get(`/${short}/${PATH}`)).status, 200);
    for (const size of [1, 7, 9, 32])
      await assertRefused(server, `/${sign(PATH, 0, size)}/${PATH}`, FORBIDDEN);
    await assertRefused(server, `/${otherEnding(short)}/${PATH}`, FORBIDDEN);
  });
});

describe("unsigned URLs", () => {
  const server = useServer(LOCAL);

  for (const word of ["unsafe", "insecure", "_", "x", sign(PATH), "a=b", "%20"])
    it(`take ${word} for a signature`, async () => {
      assert.equal((await server.get(`/${word}/${PATH}`)).status, 200);
    });

  it("are served under any spelling of the source that means the same", async () => {
    for (const source of [
      "plain/local:///test1.png",
      "plain/local:///%74est1.png",
      base64("local:///test1.png"),
    ])
      assert.equal((await server.get(`/_/${source}`)).status, 200);
  });
});
