import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parsePolicy } from "../capability/index.ts";
import { pick } from "../capability/browser.ts";
import { createCapabilities, type Policy } from "../sign/index.ts";
import { imageSigner } from "./index.ts";

const SETTINGS = { endpoint: "https://img.example.com", key: "00112233445566778899aabbccddeeff", kid: 7 };
const HERO: Policy = { widths: [320, 1920], expires: new Date("2126-01-01T00:00:00Z") };
const PLACE: Policy = { widths: [16, 64], expires: "never" };
const CAT = "https://shop.example/cat.jpg";

const expected = (source: string, policy = HERO): string => createCapabilities(SETTINGS).sign(source, policy);

const anybody = imageSigner({
  ...SETTINGS,
  policies: { hero: HERO, place: PLACE, default: { widths: [16, 64] } },
  prefixes: ["place"],
  authorize: () => true,
});

const JSON_TYPE = { "Content-Type": "application/json" };

function ask(body: unknown, init: RequestInit = {}): Request {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return new Request("https://app.example/sign", { method: "POST", headers: JSON_TYPE, body: text, ...init });
}

async function told(response: Response): Promise<string> {
  assert.equal(response.headers.get("content-type"), "application/json");
  assert.equal(response.headers.get("cache-control"), "no-store");
  // Everything that is refused has this shape; the assertions behind would see another one.
  const { error } = (await response.json()) as { error: string };
  return `${response.status} ${error}`;
}

const refusal = (body: unknown, signer: Pick<typeof anybody, "fetch"> = anybody): Promise<string> =>
  signer.fetch(ask(body)).then(told);

describe("imageSigner", () => {
  it("gives each source its capability, in the order in which they were asked for", async () => {
    const sources = ["https://shop.example/z.jpg", CAT, "local:///ä b.jpg", "https://shop.example/a.jpg?w=1"];
    const response = await anybody.fetch(ask({ sources, policy: "hero" }));
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("cache-control"), "no-store");
    const { capabilities, expires } = (await response.json()) as { capabilities: object; expires: string };
    assert.deepEqual(
      Object.entries(capabilities),
      sources.map((source) => [source, expected(source)]),
    );
    assert.equal(expires, "2126-01-01T00:00:00.000Z");
  });

  it("says no end for a policy without one, and one a month ahead for one that leaves it out", async () => {
    const endOf = async (policy: string): Promise<unknown> => {
      const response = await anybody.fetch(ask({ sources: [CAT], policy }));
      return ((await response.json()) as { expires: unknown }).expires;
    };
    assert.equal(await endOf("place"), null);
    const days = (Date.parse(String(await endOf("default"))) - Date.now()) / 86_400_000;
    assert.ok(days >= 30 && days < 30.1, `${days} days`);
  });

  it("signs a source with the name of an object's own property as any other", async () => {
    const response = await anybody.fetch(ask('{"sources":["__proto__","toString"],"policy":"hero"}'));
    const { capabilities } = (await response.json()) as { capabilities: object };
    assert.deepEqual(Object.entries(capabilities), [
      ["__proto__", expected("__proto__")],
      ["toString", expected("toString")],
    ]);
  });

  it("puts the base URL before sources that do not begin with it, and asks for those that will be signed", async () => {
    const seen: unknown[] = [];
    const signer = imageSigner({
      ...SETTINGS,
      policies: { hero: HERO },
      baseUrl: "https://shop.example/",
      authorize: (_request, wish) => seen.push(wish) > 0,
    });
    const sources = ["cat.jpg", CAT, "https://other.example/x.jpg"];
    const response = await signer.fetch(ask({ sources, policy: "hero" }));
    const { capabilities } = (await response.json()) as { capabilities: object };
    const foreign = "https://shop.example/https://other.example/x.jpg";
    assert.deepEqual(Object.entries(capabilities), [
      ["cat.jpg", expected(CAT)],
      [CAT, expected(CAT)],
      ["https://other.example/x.jpg", expected(foreign)],
    ]);
    assert.deepEqual(seen, [{ sources: [CAT, CAT, foreign], policy: "hero" }]);
    assert.equal(signer.capability("cat.jpg", "hero"), expected(CAT));
  });

  it("signs what was asked for, whatever the hook does to its list", async () => {
    const signer = imageSigner({
      ...SETTINGS,
      policies: { hero: HERO },
      authorize: (_request, { sources }) => {
        (sources as string[])[0] = "https://evil.example/x.jpg";
        return true;
      },
    });
    const response = await signer.fetch(ask({ sources: [CAT], policy: "hero" }));
    const { capabilities } = (await response.json()) as { capabilities: object };
    assert.deepEqual(capabilities, { [CAT]: expected(CAT) });
  });

  it("makes a policy anew for each request where it is a function", () => {
    let day = 1;
    const signer = imageSigner({
      ...SETTINGS,
      policies: { hero: () => ({ ...HERO, expires: new Date(Date.UTC(2126, 0, day++)) }) },
      authorize: () => true,
    });
    const ends = [signer.capability(CAT, "hero"), signer.capability(CAT, "hero")].map(
      (capability) => parsePolicy(capability.split("/").at(-2) ?? "").expires,
    );
    assert.deepEqual(ends[1], (ends[0] ?? NaN) + 24);
  });
});

describe("imageSigner in templates", () => {
  it("gives a capability and all widths of it", () => {
    const capability = anybody.capability(CAT, "hero");
    assert.equal(capability, expected(CAT));
    const set = anybody.srcset(CAT, "hero", { format: "webp" });
    assert.ok(set.includes(`${pick(capability, { width: 640, format: "webp" })} `), set);
    assert.match(set, / \d+w, .* \d+w$/);
  });

  it("throws where there is no such policy, and names those that there are", () => {
    assert.throws(() => anybody.capability(CAT, "herø" as "hero"), {
      name: "CodecError",
      message: "expected one of the policies hero, place, default, got herø",
    });
  });
});

describe("what imageSigner refuses", () => {
  const wrong: [string, unknown, RegExp][] = [
    ["no JSON", "sources=a", /^400 expected a body of JSON in UTF-8/],
    ["an empty body", "", /^400 expected a body of JSON/],
    ["null", "null", /^400 expected {"sources": \["…"\], "policy": "…"}/],
    ["a list", [CAT], /^400 expected {"sources"/],
    ["no policy", { sources: [CAT] }, /^400 expected {"sources"/],
    ["one source without a list", { sources: CAT, policy: "hero" }, /^400 expected {"sources"/],
    ["a source that is no text", { sources: [CAT, 1], policy: "hero" }, /^400 expected {"sources"/],
    ["no source", { sources: [], policy: "hero" }, /^400 sources: expected 1 to 100, got 0/],
    ["101 sources", { sources: Array(101).fill(CAT), policy: "hero" }, /^400 .*1 to 100, got 101/],
    ["an empty source", { sources: [""], policy: "hero" }, /^400 sources: expected a source, got an empty/],
    [
      "an unknown policy",
      { sources: [CAT], policy: "big" },
      /^404 expected a policy that there is, got "big"/,
    ],
    ["a policy that every object has", { sources: [CAT], policy: "constructor" }, /^404 /],
    [
      "a prefix",
      { sources: ["https://shop.example/*"], policy: "hero" },
      /^403 policy "hero": expected single/,
    ],
    ["a prefix of a host", { sources: ["https://*"], policy: "place" }, /^400 sources: expected a prefix of/],
  ];
  for (const [what, body, sentence] of wrong)
    it(`refuses ${what}`, async () => assert.match(await refusal(body), sentence));

  for (const source of [
    "https://shop.example/public/../private/1.jpg",
    "https://shop.example/public/%2E./private/1.jpg",
    "https://shop.example/public/..%2fprivate/1.jpg",
    "https://shop.example/public/%252e%252e/private/1.jpg",
    "https://shop.example/public/..;/private/1.jpg",
    "https://shop.example/public/..",
    "../private/1.jpg",
    "local:///./1.jpg",
    "https://shop.example@evil.example/1.jpg",
    "https://shop.example\\@evil.example/1.jpg",
    "https://shop.example/\n1.jpg",
    " https://shop.example/1.jpg",
    "https://shop.example/\ud800.jpg",
  ])
    it(`refuses ${JSON.stringify(source)}, which leads elsewhere than its beginning says`, async () =>
      assert.match(
        await refusal({ sources: [CAT, source], policy: "hero" }),
        /^400 sources: expected one without/,
      ));

  for (const source of [
    "https://shop.example/a..b/.hidden/...jpg",
    "https://shop.example/1.jpg?from=/../x&mail=a@b",
    "https://shop.example/@user/1.jpg",
    "local:///a@b.jpg",
    "products/1.jpg",
  ])
    it(`signs ${source}`, async () => {
      const response = await anybody.fetch(ask({ sources: [source], policy: "hero" }));
      assert.deepEqual(
        [response.status, response.ok && expected(source)],
        [200, anybody.capability(source, "hero")],
      );
    });

  it("refuses bytes that are no UTF-8", async () => {
    const body = Buffer.from(`{"sources":["\xff"],"policy":"hero"}`, "latin1");
    assert.match(await told(await anybody.fetch(ask("", { body }))), /^400 expected a body of JSON in UTF-8/);
  });

  it("signs a prefix under a policy that is listed for them", async () => {
    const source = "https://shop.example/shoes/*";
    const response = await anybody.fetch(ask({ sources: [source], policy: "place" }));
    const { capabilities } = (await response.json()) as { capabilities: object };
    assert.deepEqual(capabilities, { [source]: expected(source, PLACE) });
  });

  it("takes so many sources as it was told", async () => {
    const signer = imageSigner({
      ...SETTINGS,
      policies: { hero: HERO },
      maxSources: 2,
      authorize: () => true,
    });
    assert.equal((await signer.fetch(ask({ sources: [CAT, "b"], policy: "hero" }))).status, 200);
    assert.match(await refusal({ sources: [CAT, "b", "c"], policy: "hero" }, signer), /^400 .*1 to 2, got 3/);
  });

  it("takes a body of 64 KiB, and none that is a byte longer", async () => {
    const body = JSON.stringify({ sources: [CAT], policy: "hero" }).padEnd(64 * 1024);
    assert.equal((await anybody.fetch(ask(body))).status, 200);
    assert.match(await refusal(`${body} `), /^413 expected a body of at most 65536 bytes/);
  });

  it("leaves the rest of a body unread that is too long", async () => {
    let pulled = 0;
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        pulled += 1;
        controller.enqueue(new Uint8Array(16 * 1024));
      },
    });
    const endless = { method: "POST", headers: JSON_TYPE, body, duplex: "half" };
    const response = await anybody.fetch(new Request("https://app.example/sign", endless));
    assert.match(await told(response), /^413 /);
    assert.ok(pulled < 10, `${pulled} chunks`);
  });

  it("answers 400 where a body breaks off", async () => {
    const body = new ReadableStream({ pull: (controller) => controller.error(new Error("gone")) });
    const broken = { method: "POST", headers: JSON_TYPE, body, duplex: "half" };
    const response = await anybody.fetch(new Request("https://app.example/sign", broken));
    assert.match(await told(response), /^400 expected a whole body/);
  });

  for (const type of [
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=a",
    "",
  ])
    it(`refuses a body of type ${JSON.stringify(type)}, which a form of another site could send`, async () => {
      const body = Buffer.from(JSON.stringify({ sources: [CAT], policy: "hero" }));
      const headers: Record<string, string> = type === "" ? {} : { "Content-Type": type };
      assert.match(
        await told(await anybody.fetch(ask("", { body, headers }))),
        /^415 expected application\/json, got /,
      );
    });

  for (const method of ["GET", "PUT", "OPTIONS"])
    it(`refuses ${method}, and says what is allowed`, async () => {
      const response = await anybody.fetch(new Request("https://app.example/sign", { method }));
      assert.equal(response.headers.get("allow"), "POST");
      assert.equal(await told(response), `405 expected POST, got ${method}`);
    });
});

describe("the application's hook", () => {
  const WISH = { sources: [CAT], policy: "hero" };
  const withHook = (authorize: unknown, reports: unknown[] = []) =>
    imageSigner({
      ...SETTINGS,
      policies: { hero: HERO },
      authorize: authorize as () => boolean,
      report: (error) => reports.push(error),
    });

  for (const [what, no] of [
    ["false", () => false],
    ["a promise of false", () => Promise.resolve(false)],
    ["nothing", () => undefined],
    ["what is only truthy", () => ({ user: "ada" })],
  ] as const)
    it(`refuses where it returns ${what}`, async () =>
      assert.equal(await refusal(WISH, withHook(no)), "403 this may not be signed for you"));

  for (const [what, fail] of [
    ["throws", () => { throw new Error("password of db7.internal is wrong"); }], // prettier-ignore
    ["rejects", () => Promise.reject(new Error("password of db7.internal is wrong"))],
  ] as const)
    it(`tells nothing of the inside where it ${what}, and the operator everything`, async () => {
      const reports: unknown[] = [];
      assert.equal(await refusal(WISH, withHook(fail, reports)), "500 the pictures could not be signed");
      assert.match(String(reports), /^Error: password of db7\.internal is wrong$/);
    });

  it("is not asked about what could not be signed anyway", async () => {
    let asked = 0;
    const signer = withHook(() => ++asked > 0);
    await refusal({ ...WISH, policy: "big" }, signer);
    await refusal({ ...WISH, sources: ["https://shop.example/*"] }, signer);
    await refusal({ ...WISH, sources: [""] }, signer);
    assert.equal(asked, 0);
  });

  it("gets the request itself", async () => {
    const request = ask(WISH);
    const signer = withHook((given: unknown) => given === request);
    assert.equal((await signer.fetch(request)).status, 200);
  });

  it("is not blamed for a body that the application has read before", async () => {
    const reports: unknown[] = [];
    const request = ask(WISH);
    await request.text();
    assert.match(await told(await withHook(() => true, reports).fetch(request)), /^500 /);
    assert.match(String(reports), /expected a request with its body, got one whose body was read before/);
  });
});

describe("at the start", () => {
  const GOOD = { ...SETTINGS, policies: { hero: HERO }, authorize: () => true };
  const wrong: [string, object, RegExp][] = [
    ["no hook", { authorize: undefined }, /^authorize: expected a function .*open proxy$/],
    ["a hook that is a list", { authorize: ["ada"] }, /^authorize: expected a function .*got object/],
    ["no policy", { policies: {} }, /^policies: expected at least one/],
    [
      "a policy that cannot hold",
      { policies: { hero: HERO, big: { widths: [9, 9] } } },
      /^policies\.big: widths:/,
    ],
    [
      "a policy that has ended",
      { policies: { old: { ...HERO, expires: new Date(0) } } },
      /^policies\.old: expires/,
    ],
    ["a policy of too many variants", { policies: { all: { ...HERO, ladder: 1, widths: [16, 8192], formats: ["avif", "webp", "jpg", "png"] } } }, /^policies\.all: expected at most 128 variants/], // prettier-ignore
    [
      "a function that makes a wrong policy",
      { policies: { hero: () => ({ widths: [2, 1] }) } },
      /^policies\.hero: /,
    ],
    [
      "a prefix list with a stranger",
      { prefixes: ["place"] },
      /^prefixes: expected names of policies, got "place"/,
    ],
    ["no sources at all", { maxSources: 0 }, /^maxSources: expected a whole number of 1 or more, got 0/],
    ["a key that is too short", { key: "00" }, /^expected a key of 16 bytes/],
    ["an id that is none", { kid: 256 }, /^kid: expected a whole number/],
    ["an endpoint without a host", { endpoint: "/images" }, /^expected an audience/],
  ];
  for (const [what, change, message] of wrong)
    it(`refuses ${what}`, () =>
      assert.throws(() => imageSigner({ ...GOOD, ...change }), {
        name: "CodecError",
        message,
      }));

  it("a policy that ends later signs nothing more from then on, and the operator is told", async () => {
    const reports: unknown[] = [];
    let end = new Date("2126-01-01T00:00:00Z");
    const signer = imageSigner({
      ...GOOD,
      policies: { hero: () => ({ ...HERO, expires: end }) },
      report: (error) => reports.push(error),
    });
    end = new Date("2021-01-01T00:00:00Z");
    assert.match(await refusal({ sources: [CAT], policy: "hero" }, signer), /^500 the pictures could not/);
    assert.match(
      String(reports),
      /policies\.hero: expires: expected a time to come, got 2021-01-01T00:00:00/,
    );
  });
});
