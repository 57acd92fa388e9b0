/** What strangers may send, parser by parser, as properties: for `npm test` with one seed, for `npm run fuzz` with many. */
import assert from "node:assert/strict";
import { parsePath, splitTarget, UrlError } from "@tintype/url";
import { countVariants, MAX_VARIANTS, message, rungs } from "@tintype/url/capability/terms";
import { deriveKey, sign } from "@tintype/url/sign";
import fc from "fast-check";
import { configOf } from "../../src/config/config.ts";
import { HttpError, type ErrorCode } from "../../src/errors.ts";
import { admitsAddress, classify } from "../../src/guard/address.ts";
import { createGate } from "../../src/guard/gate.ts";
import { createCapabilityCheck } from "../../src/guard/capability.ts";
import { createHmac256 } from "../../src/guard/hmac.ts";
import { parseKeyring } from "../../src/guard/keyring.ts";
import { createVerify } from "../../src/guard/signature.ts";
import { disposition, fileName, linkTo, pathName } from "../../src/header-text.ts";
import { rebuildSvg } from "../../src/image/svg/svg.ts";
import { decide } from "../../src/job.ts";
import { redact, redactTarget } from "../../src/observe/redact.ts";
import { planLimits } from "../../src/plan/limits.ts";
import { plan } from "../../src/plan/plan.ts";
import { FrameReader, WireError } from "../../src/render/wire.ts";
import { isUnchanged, spanOf } from "../../src/source/conditional.ts";
import { readPlace } from "../../src/source/place.ts";
import { randomOptions, randomTarget } from "../fixtures/random-options.ts";

/** One parser and what must hold of it, whatever it is given. */
export interface Target {
  readonly name: string;
  /** Runs that `npm test` can afford. */
  readonly runs: number;
  readonly property: fc.IRawProperty<unknown>;
}

const pieces = (words: string, ...more: readonly string[]): fc.Arbitrary<string> =>
  fc
    .array(fc.oneof(fc.constantFrom(...words.split(" "), ...more), fc.string({ maxLength: 4 })), {
      maxLength: 12,
    })
    .map((parts) => parts.join(""));

/** Text of any characters, or of those that mean something to whoever reads it. */
const textOf = (words: string, ...more: readonly string[]): fc.Arbitrary<string> =>
  fc.oneof({ arbitrary: pieces(words, ...more), weight: 4 }, fc.string({ unit: "binary", maxLength: 60 }));

/** Runs what may be refused, by these codes and in no other way; undefined where it was. */
function refusing<T>(codes: readonly ErrorCode[], work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    assert.ok(error instanceof HttpError && codes.includes(error.code), String(error));
    return undefined;
  }
}

const GRAMMAR = {
  separator: ":",
  onlyPresets: false,
  allowed: new Set<string>(),
  security: false,
  base64IncludesFilename: false,
};

const url = fc.property(fc.oneof(randomTarget, textOf("/ : @ . % plain/ w:1 http://a/")), (target) => {
  try {
    const { path } = splitTarget(target, "");
    const { source } = parsePath(path, GRAMMAR);
    assert.equal(typeof source, "string");
  } catch (error) {
    assert.ok(error instanceof UrlError, String(error));
  }
});

const { limits: LIMITS } = configOf();
const side = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 30_000 }));
const facts = fc.record({
  width: side,
  height: side,
  orientation: fc.integer({ min: 1, max: 8 }),
  vector: fc.boolean(),
});
/** What rounding may add to the longest side (plan.ts). */
const LONGEST = LIMITS.maxResultDimension * 1.1 + 3;

/** Counts what came of it, so that a test can tell whether options were any good. */
export const planned = { made: 0, refused: 0 };

const options = fc.property(randomOptions, facts, (text, source) => {
  let wished;
  try {
    wished = parsePath(`${text === "" ? "" : `${text}/`}plain/http://a/b`, GRAMMAR).options;
  } catch (error) {
    assert.ok(error instanceof UrlError, String(error));
    return;
  }
  const limits = planLimits(wished, LIMITS);
  const made = refusing(["result_too_big"], () => plan(source, wished, limits));
  planned[made ? "made" : "refused"] += 1;
  if (made === undefined) return;
  for (const { width, height } of [made.size, made.scaled, ...made.embeds]) {
    assert.ok(Number.isSafeInteger(width) && Number.isSafeInteger(height) && width > 0 && height > 0);
    assert.ok(width * height <= limits.maxWorkingPixels);
  }
  assert.ok(Math.max(made.size.width, made.size.height) <= LONGEST);
});

const KEY = "6b".repeat(32);
const SALT = "73".repeat(32);
const verify = createVerify({ keys: [KEY], salts: [SALT], signatureSize: 32, trustedSignatures: [] });
const SIGNED = "w:10/plain/http://a/b";
const GOOD = sign(SIGNED, { key: KEY, salt: SALT });

const edit = fc.tuple(fc.nat(GOOD.length), fc.nat(2), textOf("= - _ + / A a 0 %3D . ~"));
const signature = fc.property(
  fc.oneof(
    textOf("= - _ + / A a 0 unsafe insecure"),
    edit.map(([at, cut, put]) => GOOD.slice(0, at) + put + GOOD.slice(at + cut)),
  ),
  textOf("/ w:10 plain http://a/b %2f //"),
  (given, path) => {
    assert.equal(
      refusing(["bad_signature"], () => (verify(given, path), true)),
      undefined,
    );
    const fits = refusing(["bad_signature"], () => (verify(given, SIGNED), true));
    assert.equal(fits ?? false, given === GOOD);
  },
);

const CLASSES = new Set(["public", "loopback", "link-local", "private", "special"]);
const strict = { allowLoopback: false, allowLinkLocal: false, allowPrivate: false, deny: ["8.8.8.0/24"] };
const admits = admitsAddress(strict);
const gate = createGate({ ...strict, ports: [80, 443] });
const INSIDE = ["127.0.0.1", "10.0.0.1", "169.254.169.254", "192.168.0.1", "100.64.0.1", "0.0.0.0"];

const hexOf = (address: string): string => {
  const [a = 0, b = 0, c = 0, d = 0] = address.split(".").map(Number);
  return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
};
const disguise = fc
  .tuple(
    fc.constantFrom(...INSIDE, "8.8.8.8"),
    fc.constantFrom("::ffff:", "::", "64:ff9b::", "::ffff:0:", "2002:"),
  )
  .map(([inner, prefix]) => (prefix === "2002:" ? `2002:${hexOf(inner)}::1` : `${prefix}${hexOf(inner)}`));

const address = fc.property(
  fc.oneof(textOf("0 1 127 . : :: [ ] % ffff 0x7f 255 / fe80", ...INSIDE), fc.ipV4(), fc.ipV6(), disguise),
  disguise,
  (text, hidden) => {
    assert.ok(CLASSES.has(classify(text)));
    if (admits(text)) assert.equal(classify(text), "public");
    assert.equal(admits(hidden), false, hidden);
    const host = `http://${text}/`;
    if (!URL.canParse(host)) return;
    const parsed = new URL(host);
    const passed = refusing(
      ["source_address_forbidden", "source_unreachable"],
      () => (gate.check(parsed), true),
    );
    const literal = /^\d+(?:\.\d+){3}$|^\[/.test(parsed.hostname);
    if (passed && literal) assert.ok(admits(parsed.hostname.replace(/^\[|\]$/g, "")), parsed.href);
  },
);

const place = fc.property(
  textOf("http:// https:// a.example / \\ @ : % %2e ? # ../ [::1] 127.1 \r\n \t", "\u0000", "。", "①"),
  (text) => {
    const read = refusing(["source_unreachable", "source_address_forbidden"], () => readPlace(text));
    if (read === undefined) return;
    assert.match(read.path, /^\/[!-~]*$/);
    assert.deepEqual([read.url.username, read.url.password], ["", ""]);
  },
);

const FORBIDDEN = /<(?:script|foreignObject|iframe|embed|object|handler)\b|\son\w+\s*=|javascript:|<!|<\?/i;
const svgText = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ..."<g> </g> <rect/> <script>alert(1)</script> <a href='javascript:x'> </a> <style>*{} </style> <!--x--> <?x?> <![CDATA[x]]> <use href='#a'/> <set attributeName='href' to='x'/> <foreignObject/> &amp; &#x6a; &lt; ]]> onload='x' xmlns:x='http://www.w3.org/1999/xhtml' <x:script/> id='a' style='fill:url(//x)'".split(
          " ",
        ),
      ),
      fc.string({ maxLength: 6 }),
    ),
    { maxLength: 14 },
  )
  .map((parts) => `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">${parts.join("")}</svg>`);

const svg = fc.property(
  svgText,
  fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { maxLength: 2 }),
  (text, changes) => {
    const bytes = Buffer.from(text);
    for (const [at, byte] of changes) if (at < bytes.length) bytes[at] = byte;
    const rebuilt = refusing(["broken_svg"], () => rebuildSvg(bytes));
    if (rebuilt === undefined) return;
    const written = Buffer.from(rebuilt).toString();
    // What stands between elements is escaped text, and harmless.
    const tags = written.match(/<[^>]*>/g)?.join("") ?? "";
    assert.doesNotMatch(tags, FORBIDDEN);
    assert.equal(Buffer.from(rebuildSvg(rebuilt)).toString(), written);
  },
);

const FRAME = Buffer.from("54544631000000070000000701000001000000037b2261223a317d616263", "hex");
const wire = fc.property(
  fc.array(fc.tuple(fc.nat(FRAME.length - 1), fc.nat(255)), { maxLength: 3 }),
  fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 6 }),
  fc.uint8Array({ maxLength: 40 }),
  (changes, cuts, tail) => {
    const bytes = Buffer.concat([FRAME, FRAME, tail]);
    for (const [at, byte] of changes) bytes[at] = byte;
    const reader = new FrameReader({ maxBytes: 1000 });
    try {
      for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
        const end = at + (cuts[turn % cuts.length] ?? 1);
        for (const { blobs } of reader.push(bytes.subarray(at, end)))
          assert.ok(blobs.reduce((sum, blob) => sum + blob.length, 0) <= 1000);
        at = end;
      }
    } catch (error) {
      assert.ok(error instanceof WireError, String(error));
      assert.throws(() => reader.push(Buffer.from("a")), WireError);
    }
  },
);

const FILE = { etag: '"abc"', modified: new Date("2024-05-01T10:00:00Z"), size: 100 };
const conditions = fc.property(
  textOf('bytes= bytes - , 0 5 99 100 99999999999999999999 "abc" W/ * Wed, 01 May 2024 10:00:00 GMT'),
  textOf('"abc" W/"abc" * , " \\ Wed, 01 May 2024 10:00:00 GMT'),
  (range, condition) => {
    const span = spanOf({ range, "if-range": condition }, FILE);
    if (typeof span === "object") {
      assert.ok(span.from >= 0 && span.from < span.to && span.to <= FILE.size, JSON.stringify(span));
      assert.ok(Number.isSafeInteger(span.from) && Number.isSafeInteger(span.to));
    }
    if (isUnchanged({ "if-none-match": condition }, FILE))
      assert.ok(condition.includes(FILE.etag) || condition.trim() === "*", condition);
  },
);

const JOBS = {
  grammar: GRAMMAR,
  resolve: (source: string) => source,
  clientHints: true,
  cookies: () => undefined,
  pipeline: "1",
  partition: () => [],
  offers: { auto: ["avif", "webp"], enforced: [] },
} as const;
const hints = fc.property(
  textOf("image/ webp avif jxl */* , ;q= 0 1 image/webp image/avif"),
  textOf("1 2 0 -1 1e9 NaN Infinity 0x10 8 8.1 . e"),
  (accept, number) => {
    const headers = { accept, dpr: number, width: number };
    const job = decide("plain/http://a/b", headers, JOBS);
    assert.ok(job.accepted.every((format) => accept.includes(`image/${format}`)));
    const { width = 1, dpr = 1 } = job.options;
    assert.ok(Number.isSafeInteger(width) && width >= 0 && dpr > 0 && dpr <= 8, JSON.stringify(job.options));
  },
);

/** Bytes that a header value may have, and a quoted string of it. */
const VALUE = /^[\x20-\x7e\x80-\xff]*$/;
const headers = fc.property(
  textOf('" \\ ; < > / ? # . .. \r \n \u0085 \u2028 é filename= %22 http://a/ https://b/'),
  fc.boolean(),
  (text, attachment) => {
    const { stem, extension } = pathName(text);
    for (const name of [fileName(text, undefined), fileName("", text), `${stem}${extension}`]) {
      const value = disposition(name, attachment);
      assert.match(value, VALUE);
      assert.match(value, /^(?:inline|attachment); filename="[^"]*"$/);
    }
    const { Link: link } = linkTo(text);
    if (link === undefined) return;
    assert.match(link, VALUE);
    assert.match(link, /^<[^<>"\s]*>; rel="canonical"$/);
  },
);

const CAPABILITY_KEY = "00112233445566778899aabbccddeeff";
const AUDIENCE = "img.example";
const checkCapability = createCapabilityCheck({
  keyring: () => KEYRING,
  audience: AUDIENCE,
  allowEndless: true,
});
const KEYRING = parseKeyring(`key 1 ${CAPABILITY_KEY}`);
const capabilityMac = createHmac256(deriveKey(CAPABILITY_KEY));
const encoded = (text: string): string => Buffer.from(text).toString("base64url");
/** Whatever its parts say, its tag is good: what is behind the tag is what is tried. */
const capability = fc.property(
  fc.oneof(
    fc.constantFrom("w16-64,l2,faw,q1,t0,n0.0", "w16-64,l2,a3x2.1x1,faw,q1,t0,n0.0"),
    textOf("w 16 - 1920 ,h ,l 1 2 3 ,a n . x 3x2 ,f a x w j p u ,q ,o ,t 0 99999 ,n 0.0"),
  ),
  fc.oneof(
    fc.constant("https://a.example/products/*"),
    textOf("https:// local:/// a.example / products/ * /* .. . % ? # @ : \\ é"),
  ),
  fc.option(textOf("a / .. . %2e %2f %5c %25 ..; ? # \\ \0 é"), { nil: undefined }),
  fc.oneof(
    fc.constantFrom("w16.avif", "w60a1.webp"),
    textOf("w 16 24 32 64 9999 h a 0 1 . .avif .webp .jpg"),
  ),
  (policy, source, path, pick) => {
    const tag = Buffer.concat([
      Buffer.from([1]),
      capabilityMac(message(AUDIENCE, policy, encoded(source))).subarray(0, 16),
    ]).toString("base64url");
    const rest = [tag, policy, encoded(source), ...(path === undefined ? [] : [encoded(path)]), pick].join(
      "/",
    );
    const grant = refusing(["bad_capability"], () => checkCapability(rest));
    if (grant === undefined) return;
    if ("path" in grant) {
      const moved = checkCapability(grant.path.slice("c1/".length));
      assert.ok(!("path" in moved), rest);
      return;
    }
    const { terms } = grant;
    assert.ok(rungs(terms.ladder, ...terms.widths).includes(grant.pick.width), rest);
    assert.ok(terms.formats.includes(grant.pick.format) && countVariants(terms) <= MAX_VARIANTS, rest);
    if (path === undefined) assert.equal(grant.source, source);
    else {
      assert.ok(grant.source.startsWith(source.slice(0, -1)), grant.source);
      const [below, place] = [
        new URL(grant.source, "http://base.example/"),
        new URL(source, "http://base.example/"),
      ];
      assert.ok(
        below.pathname.startsWith(place.pathname.slice(0, -1)) && below.host === place.host,
        grant.source,
      );
    }
  },
);

const SECRET = "hush4hush";
const redaction = fc.property(
  textOf("http:// user: @ ? & = / % token signature key X-Amz-Signature= #"),
  (text) => {
    assert.equal(typeof redact(text), "string");
    assert.doesNotMatch(redact(`${text} https://me:${SECRET}@a.example/`), new RegExp(SECRET));
    assert.equal(typeof redactTarget(text), "string");
  },
);

/** THE TABLE of targets. */
export const TARGETS: readonly Target[] = [
  { name: "url", runs: 5000, property: url },
  { name: "options", runs: 10_000, property: options },
  { name: "signature", runs: 2000, property: signature },
  { name: "capability", runs: 5000, property: capability },
  { name: "address", runs: 5000, property: address },
  { name: "place", runs: 5000, property: place },
  { name: "svg", runs: 1000, property: svg },
  { name: "wire", runs: 3000, property: wire },
  { name: "conditions", runs: 5000, property: conditions },
  { name: "hints", runs: 3000, property: hints },
  { name: "headers", runs: 5000, property: headers },
  { name: "redaction", runs: 3000, property: redaction },
];
