/** Client hints: width and DPR that headers ask for (contract http.md, section 6). */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { useOrigin } from "../fixtures/origin.ts";
import { look, pages } from "../fixtures/pictures.ts";
import { useServer } from "../fixtures/server.ts";

const origin = useOrigin(() => pages("jpeg"));
const VARY = "Accept, Sec-Ch-Dpr, Dpr, Sec-Ch-Width, Width";

describe("client hints", { concurrency: 4 }, () => {
  const server = useServer({
    IMGPROXY_ENABLE_CLIENT_HINTS: "true",
    IMGPROXY_PRESETS: "default=h:0,wide=w:40",
  });

  for (const [headers, options, width] of [
    [{}, "", 64],
    [{ Width: "20" }, "", 20],
    [{ "Sec-CH-Width": "20" }, "", 20],
    [{ "Sec-CH-Width": "20", Width: "30" }, "", 20],
    [{ "Sec-CH-Width": "wide", Width: "30" }, "", 30],
    [{ Width: "20", DPR: "2" }, "", 20],
    [{ Width: "21", DPR: "2" }, "", 22],
    [{ DPR: "2" }, "w:10", 20],
    [{ "Sec-CH-DPR": "1.5", DPR: "2" }, "w:10", 15],
    [{ DPR: "8" }, "w:2", 16],
    // Beyond what they may be, they are as if they were not sent.
    [{ DPR: "8.1" }, "w:10", 10],
    [{ DPR: "0" }, "w:10", 10],
    [{ DPR: "-1" }, "w:10", 10],
    [{ DPR: "many" }, "w:10", 10],
    [{ DPR: "" }, "w:10", 10],
    [{ Width: "0" }, "", 64],
    [{ Width: "-5" }, "", 64],
    [{ Width: "12.5" }, "", 64],
    [{ Width: "1e1000" }, "", 64],
    // The URL has the last word, then presets.
    [{ Width: "20" }, "w:30", 30],
    [{ DPR: "2" }, "w:10/dpr:1", 10],
    [{ Width: "20" }, "pr:wide", 40],
    [{ Width: "20" }, "w:0", 64],
  ] as const)
    it(`${JSON.stringify(headers)} with ${options}: ${width} pixels`, async () => {
      const answer = await server.get(origin.target("/jpeg", options), headers);
      assert.equal((await look(answer.body)).width, width);
      assert.equal(answer.headers["vary"], VARY);
      for (const name of ["content-dpr", "accept-ch"]) assert.equal(answer.headers[name], undefined);
    });
});

describe("client hints that nobody asked for", () => {
  const server = useServer();

  it("change nothing", async () => {
    const { headers, body } = await server.get(origin.target("/jpeg"), { Width: "20", DPR: "2" });
    assert.equal((await look(body)).width, 64);
    assert.equal(headers["vary"], "Accept");
  });
});
