import assert from "node:assert/strict";
import { Socket } from "node:net";
import { describe, it } from "node:test";
import { clientIp, peerOf } from "./client.ts";

const peer = "10.0.0.1";

/** Headers, and the address that they give behind a trusted proxy. */
const CASES: readonly (readonly [Record<string, string>, string])[] = [
  [{}, peer],
  [
    { "cf-connecting-ip": "192.0.2.1", "x-forwarded-for": "192.0.2.2", "x-real-ip": "192.0.2.3" },
    "192.0.2.1",
  ],
  [{ "x-forwarded-for": "192.0.2.2, 192.0.2.9", "x-real-ip": "192.0.2.3" }, "192.0.2.2"],
  [{ "x-real-ip": "2001:db8::1" }, "2001:db8::1"],
  [{ "x-forwarded-for": "[2001:db8::1]:443" }, "2001:db8::1"],
  [{ "x-forwarded-for": "192.0.2.2:5000" }, "192.0.2.2"],
  [{ "x-forwarded-for": "unknown", "x-real-ip": "192.0.2.3" }, "192.0.2.3"],
  [{ "x-forwarded-for": "<script>" }, peer],
  [{ "x-forwarded-for": '192.0.2.2" level="ERROR' }, peer],
  [{ "x-forwarded-for": `fe80::1%${"a".repeat(80)}` }, peer],
];

describe("clientIp", () => {
  for (const [headers, expected] of CASES) {
    it(`gives ${expected} for ${JSON.stringify(headers).slice(0, 80)}`, () => {
      assert.equal(clientIp({ headers, peer }, { trustForwarded: true }), expected);
      assert.equal(clientIp({ headers, peer }, { trustForwarded: false }), peer);
    });
  }
});

describe("clientIp behind an edge that names the viewer", () => {
  const headers = { "x-viewer-ip": "192.0.2.7", "x-forwarded-for": "192.0.2.2" };
  it("believes the header that was agreed on, from a trusted proxy", () => {
    assert.equal(
      clientIp({ headers, peer }, { trustForwarded: true, viewerHeader: "x-viewer-ip" }),
      "192.0.2.7",
    );
    assert.equal(clientIp({ headers, peer }, { trustForwarded: true }), "192.0.2.2");
  });
  it("believes the usual ones where it is missing or no address", () => {
    for (const said of [{}, { "x-viewer-ip": "nobody" }])
      assert.equal(
        clientIp(
          { headers: { "x-forwarded-for": "192.0.2.2", ...said }, peer },
          { trustForwarded: true, viewerHeader: "x-viewer-ip" },
        ),
        "192.0.2.2",
      );
  });
  it("believes nobody else", () => {
    assert.equal(clientIp({ headers, peer }, { trustForwarded: false, viewerHeader: "x-viewer-ip" }), peer);
  });
});

describe("peerOf", () => {
  it("is empty for a connection without an address", () => {
    assert.equal(peerOf(new Socket()), "");
  });
});
