/** Presets: how they are written, used, and made the only language (contract url.md, section 5). */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { useFolder } from "../fixtures/folder.ts";
import { useOrigin } from "../fixtures/origin.ts";
import { look, pages } from "../fixtures/pictures.ts";
import { assertRefused } from "../fixtures/refusal.ts";
import { startServer, useServer, type TestServer } from "../fixtures/server.ts";

const origin = useOrigin(() => pages("jpeg"));

/** Size and format of what comes back, as `widthxheight format`. */
async function shape(server: TestServer, target: string): Promise<string> {
  const { status, body } = await server.get(target);
  assert.equal(status, 200);
  const { width, height, format } = await look(body);
  return `${width}x${height} ${format}`;
}

const unknown = { status: 404, body: "Invalid URL", code: "unknown_preset", detail: /name of a preset/ };
const invalid = (code: string, detail = /./) => ({ status: 404, body: "Invalid URL", code, detail });

const folder = useFolder(() => ({ presets: "# of the file\n\nfile=w:12\n  wide = w:50  \n" }));

describe("presets", { concurrency: 4 }, () => {
  const server = useServer({
    IMGPROXY_PRESETS:
      "default=w:40, wide=w:30 ,tall=rs:fit:0:24,both=pr:wide:tall/f:png,me=pr:me/w:7,# none=w:1,,raw=raw:1",
    IMGPROXY_PRESETS_PATH: `${folder}/presets`,
    IMGPROXY_ALLOWED_PROCESSING_OPTIONS: "preset,pr,h",
  });

  for (const [options, expected] of [
    ["", "40x30 jpeg"],
    ["pr:tall", "32x24 jpeg"],
    ["pr:wide", "50x38 jpeg"],
    ["preset:wide:tall", "32x24 jpeg"],
    ["pr:tall/pr:wide", "32x24 jpeg"],
    ["pr:both", "32x24 png"],
    ["pr:me", "7x5 jpeg"],
    ["pr:file", "12x9 jpeg"],
    ["pr:default", "40x30 jpeg"],
    ["h:12", "16x12 jpeg"],
    ["pr:file/h:3", "4x3 jpeg"],
  ] as const)
    it(`${options}: ${expected}`, async () => {
      assert.equal(await shape(server, origin.target("/jpeg", options)), expected);
    });

  for (const options of ["pr:nope", "pr:wide:nope", "pr:WIDE", "pr:wide:", "pr:none"])
    it(`${options} is unknown`, async () => {
      const answer = await server.get(origin.target("/jpeg", options));
      assert.deepEqual([answer.status, answer.text], [404, "Invalid URL"]);
    });

  it("are exempt from the list of allowed options, which other options are not", async () => {
    for (const option of ["w:1", "height:1", "rs:fit:1", "f:png"])
      await assertRefused(
        server,
        origin.target("/jpeg", option),
        invalid("option_not_allowed", /not among the allowed/),
      );
    assert.equal(await shape(server, `${origin.target("/jpeg")}@png`), "40x30 png");
  });

  it("come to a thousand options in one URL, so that a long list of them holds nobody up", async () => {
    const { length } = origin.target("/jpeg");
    const names = Array.from({ length: (8000 - length) / 5 }, () => "both").join(":");
    await assertRefused(
      server,
      origin.target("/jpeg", `pr:${names}`),
      invalid("invalid_option", /at most 1000 options out of presets/),
    );
  });

  it("may stream the original", async () => {
    assert.equal(await shape(server, origin.target("/jpeg", "pr:raw")), "64x48 jpeg");
  });
});

describe("nothing but presets", { concurrency: 4 }, () => {
  const server = useServer({
    IMGPROXY_PRESETS: "default=f:png|wide=w:30|tall=h:12/rt:fit",
    IMGPROXY_PRESETS_SEPARATOR: "|",
    IMGPROXY_ONLY_PRESETS: "true",
  });

  for (const [segment, expected] of [
    ["wide", "30x23 png"],
    ["tall", "16x12 png"],
    ["wide:tall", "16x12 png"],
    ["default", "64x48 png"],
  ] as const)
    it(`${segment}: ${expected}`, async () => {
      assert.equal(await shape(server, origin.target("/jpeg", segment)), expected);
    });

  it("takes an extension", async () => {
    assert.equal(await shape(server, `${origin.target("/jpeg", "wide")}@jpg`), "30x23 jpeg");
  });

  for (const segment of ["nope", "wide:nope", "w:30", "pr:wide", "wide:", ":wide"])
    it(`${segment} is unknown`, async () => {
      await assertRefused(server, origin.target("/jpeg", segment), unknown);
    });

  it("takes no second list of presets", async () => {
    const answer = await server.get(origin.target("/jpeg", "wide/tall"));
    assert.deepEqual([answer.status, answer.text], [404, "Invalid URL"]);
  });

  it("takes no source without presets", async () => {
    await assertRefused(server, origin.target("/jpeg"), unknown);
  });
});

describe("presets that make no sense", () => {
  for (const presets of [
    "a",
    "a=",
    "=w:1",
    "a=w",
    "a=w:1/sm",
    "a=w:x",
    "a=nope:1",
    "a=w:1=2",
    "a=msr:1",
    "a=pr:b",
    "a=w:1/",
  ])
    it(`${presets} keeps the server from starting`, async () => {
      await assert.rejects(startServer({ IMGPROXY_PRESETS: presets }), /IMGPROXY_PRESETS: /);
    });
});
