/** THE TABLE of refusals (contract http.md, section 3), row by row, on real sockets. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { describe, it } from "node:test";
import { base64, plain } from "../fixtures/ask.ts";
import { cutShort, useOrigin } from "../fixtures/origin.ts";
import { pages, picture } from "../fixtures/pictures.ts";
import { assertRefused, type Refusal } from "../fixtures/refusal.ts";
import { useServer } from "../fixtures/server.ts";

const invalidUrl = (code: string, detail: RegExp): Refusal => ({
  status: 404,
  body: "Invalid URL",
  code,
  detail,
});

const unreachable = (detail: RegExp, code = "source_unreachable"): Refusal => ({
  status: 404,
  body: "Source is unreachable",
  code,
  detail,
  cache: "short",
});

const PLAIN = plain("http://127.0.0.1:1/a.png");
const PAST = "exp:1000000000";

/** Targets that are refused before anything is fetched. */
const UNREADABLE: readonly (readonly [name: string, target: string, refusal: Refusal])[] = [
  ["no path", "/_", invalidUrl("invalid_path", /expected a signature and a path/)],
  ["an empty path", "/_/", invalidUrl("invalid_path", /expected a signature and a path/)],
  ["a path of one slash", "/_//", invalidUrl("invalid_path", /expected a signature and a path/)],
  ["no signature", `///w:10/${PLAIN}`, invalidUrl("invalid_path", /expected a signature and a path/)],
  ["no source", "/_/w:10/h:10", invalidUrl("invalid_source", /expected a source/)],
  ["an empty plain source", "/_/plain/", invalidUrl("invalid_source", /source/)],
  ["an unknown option", `/_/nope:1/${PLAIN}`, invalidUrl("invalid_option", /got "nope"/)],
  ["an option in capitals", `/_/W:1/${PLAIN}`, invalidUrl("invalid_option", /got "W"/)],
  [
    "a bad argument",
    `/_/w:wide/${PLAIN}`,
    invalidUrl("invalid_option", /w: expected an integer.*got "wide"/),
  ],
  ["too many arguments", `/_/w:1:2/${PLAIN}`, invalidUrl("invalid_option", /at most 1 argument/)],
  ["an empty required argument", `/_/w:/${PLAIN}`, invalidUrl("invalid_option", /got ""/)],
  ["an unknown preset", `/_/pr:nope/${PLAIN}`, invalidUrl("unknown_preset", /got "nope"/)],
  ["an unknown extension", `/_/${PLAIN}@tif`, invalidUrl("invalid_source", /extension.*got "tif"/)],
  ["an unknown base64 extension", `/_/${base64("http://a/b")}.tif`, invalidUrl("invalid_source", /"tif"/)],
  ["two extensions", `/_/${PLAIN}@png@png`, invalidUrl("invalid_source", /at most one "@"/)],
  ["base64 of another alphabet", "/_/aHR0cDovL2E+Yg", invalidUrl("invalid_source", /base64.*"\+"/)],
  ["base64 of no bytes' length", "/_/aHR0c", invalidUrl("invalid_source", /base64/)],
  ["an expired URL", `/_/${PAST}/${PLAIN}`, invalidUrl("expired", /expired at 1000000000/)],
  ["a basic URL", `/_/fill/300/400/sm/0/${PLAIN}`, invalidUrl("invalid_path", /basic format/)],
  [
    "a security option",
    `/_/msr:100/${PLAIN}`,
    { status: 403, body: "Invalid URL", code: "security_option", detail: /msr changes a limit/ },
  ],
  [
    "an option where the signature belongs",
    `/w:100/${PLAIN}`,
    {
      status: 403,
      body: "The signature appears to be a processing option. The signature section should always be present in the URL.",
      code: "signature_is_option",
      detail: /holds an option/,
    },
  ],
  [
    "a format that nobody can write",
    `/_/f:heic/${PLAIN}`,
    { status: 422, body: "Invalid URL", code: "format_unsaveable", detail: /no encoder for heic/ },
  ],
  [
    "an unlisted source",
    `/_/${plain("https://example.com/a.png")}`,
    {
      status: 404,
      body: "Invalid source URL",
      code: "source_not_allowed",
      detail: /got https:\/\/example\.com\/a\.png: set IMGPROXY_ALLOWED_SOURCES/,
    },
  ],
];

/** What an origin may answer, and what becomes of it. */
const STATUSES: readonly (readonly [status: number, refusal: Refusal])[] = [
  ...[400, 401, 403, 404, 410, 418, 429, 451].map((status): [number, Refusal] => [
    status,
    { ...unreachable(new RegExp(`got ${status}`), "source_refused"), status },
  ]),
  ...[500, 502, 503, 504].map((status): [number, Refusal] => [
    status,
    { ...unreachable(new RegExp(`got ${status}`), "source_failed"), status: 502 },
  ]),
  ...[201, 204, 300, 304].map((status): [number, Refusal] => [
    status,
    unreachable(new RegExp(`got ${status}`)),
  ]),
];

const broken = (code: string, body: string, detail: RegExp): Refusal => ({
  status: 422,
  body,
  code,
  detail,
  cache: "short",
});

describe("refusals", { concurrency: 4 }, () => {
  const origin = useOrigin(async () => {
    const png = await picture("png");
    const jpeg = await picture("jpeg");
    return {
      ...(await pages("png", "noise", "heic", "jxl", "hugePng", "brokenSvg")),
      ...Object.fromEntries(STATUSES.map(([status]) => [`/${status}`, { status }])),
      "/empty": {},
      "/html": { headers: { "Content-Type": "image/png" }, body: "<!doctype html><title>no</title>" },
      "/part": {
        status: 206,
        headers: { "Content-Range": `bytes 0-9/${png.length}` },
        body: png.subarray(0, 10),
      },
      "/moved": { status: 302, headers: { Location: "/moved" } },
      "/moved-nowhere": { status: 302 },
      "/short": cutShort(jpeg, 200),
      "/broken-jpeg": jpeg.subarray(0, 300),
      "/deflated": {
        headers: { "Content-Encoding": "deflate" },
        body: Buffer.from("789c030000000001", "hex"),
      },
    };
  });
  const server = useServer();

  for (const [name, target, refusal] of UNREADABLE)
    it(`${name}: ${refusal.status}`, async () => {
      await assertRefused(server, target, refusal);
    });

  for (const [status, refusal] of STATUSES)
    it(`a source that answers ${status}: ${refusal.status}`, async () => {
      await assertRefused(server, origin.target(`/${status}`), refusal);
    });

  for (const [path, refusal] of [
    ["/nothing", { ...unreachable(/got 404/, "source_refused"), status: 404 }],
    ["/part", unreachable(/got 206/)],
    ["/moved", unreachable(/at most 10 redirects/)],
    ["/moved-nowhere", unreachable(/got 302/)],
    ["/short", broken("source_incomplete", "Source response is incomplete", /rest of the body/)],
    ["/empty", broken("source_unrecognised", "Invalid source image", /got 0 bytes/)],
    ["/noise", broken("source_unrecognised", "Invalid source image", /expected a picture/)],
    ["/html", broken("source_unrecognised", "Invalid source image", /image\/png/)],
    ["/deflated", broken("source_unrecognised", "Invalid source image", /expected a picture/)],
    ["/heic", broken("loader_missing", "Invalid URL", /no decoder for heic/)],
    ["/jxl", broken("loader_missing", "Invalid URL", /no decoder for jxl/)],
    [
      "/hugePng",
      broken("resolution_too_big", "Invalid source image", /at most 50000000 pixels, got 30000 x 20000/),
    ],
    ["/broken-jpeg", broken("broken_image", "Broken or unsupported image", /jpeg|premature/i)],
    ["/brokenSvg", broken("broken_svg", "Broken or unsupported SVG image", /svg|rect|tag/i)],
  ] as const satisfies readonly (readonly [string, Refusal])[])
    it(`a source at ${path}: ${refusal.status} ${refusal.body}`, async () => {
      await assertRefused(server, origin.target(path), refusal);
    });

  it("an SVG of a raster source: 422", async () => {
    const refusal = { status: 422, body: "Invalid URL", code: "svg_from_raster", detail: /got png/ };
    await assertRefused(server, origin.target("/png", "f:svg"), refusal);
    await assertRefused(server, `${origin.target("/png")}@svg`, refusal);
  });

  for (const [name, url, detail] of [
    ["an unknown scheme", "ftp://127.0.0.1/a.png", /allow-list/],
    ["no scheme", "a.png", /allow-list/],
    ["a scheme that is off", "local:///a.png", /expected a scheme of http, https, got local/],
  ] as const)
    it(`a source of ${name}: 404`, async () => {
      const refusal = name.endsWith("off")
        ? unreachable(detail)
        : { status: 404, body: "Invalid source URL", code: "source_not_allowed", detail };
      await assertRefused(server, `/_/${plain(url)}`, refusal);
    });

  it("a name that does not exist: 404", async () => {
    await assertRefused(
      server,
      `/_/${plain("http://nowhere.invalid/a.png")}`,
      unreachable(/nowhere\.invalid/),
    );
  });

  it("a port that nobody listens at: 404", async () => {
    const closed = createServer();
    closed.listen(0, "127.0.0.1");
    await once(closed, "listening");
    const { port } = closed.address() as AddressInfo; // A TCP server has no other kind of address.
    closed.close();
    await once(closed, "close");
    await assertRefused(server, `/_/${plain(`http://127.0.0.1:${port}/`)}`, unreachable(/ECONNREFUSED/));
  });

  for (const url of ["http://10.1.2.3/a.png", "http://169.254.169.254/latest", "http://[fd00:ec2::254]/"])
    it(`the address of ${url}: 404`, async () => {
      const refusal = {
        status: 404,
        body: "Source is unreachable",
        code: "source_address_forbidden",
        detail: /expected an address that may be connected to/,
        cache: "short",
      } as const;
      await assertRefused(server, `/_/${plain(url)}`, refusal);
    });

  it("tell an address that is forbidden from one where nobody is by nothing", async () => {
    const urls = ["http://10.1.2.3/", "http://169.254.169.254/", "http://a.invalid/", "http://127.0.0.1:1/"];
    const answers = await Promise.all(urls.map((url) => server.get(`/_/raw:0/${plain(url)}`)));
    const told = answers.map(({ status, text, headers }) => {
      const { date: _date, "x-request-id": _id, ...rest } = headers;
      return { status, text, rest };
    });
    assert.equal(new Set(told.map((each) => JSON.stringify(each))).size, 1, JSON.stringify(told));
  });
});
