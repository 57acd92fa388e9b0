import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { parsePath } from "@tintype/url";
import { configOf } from "../config/config.ts";
import { loadConfig } from "../config/load.ts";
import { createAllowlist } from "../guard/allowlist.ts";
import type { Sighting } from "./dev-record.ts";
import { reportOn, type ReportSettings } from "./dev-report.ts";
import { readTarget } from "./warm-targets.ts";

const dir = mkdtempSync(join(tmpdir(), "tintype-report-"));
after(() => rmSync(dir, { recursive: true }));

const SIGNATURE = "oKfUtW34Dvo2BGQehJFR4Nr0_rIjOtdtzJ3QFsUcXH8";

function seen(options: string, source: string, more: Partial<Sighting> = {}): Sighting {
  const path = `/${SIGNATURE}/${options}/plain/${source}`;
  return {
    source,
    options: parsePath(`${options}/plain/${source}`).options,
    isSpelled: true,
    format: "avif",
    accept: "avif",
    status: 200,
    path,
    ...more,
  };
}

const report = (sightings: readonly Sighting[], settings: Partial<ReportSettings> = {}) =>
  reportOn(sightings, { url: configOf().url, pathPrefix: "", missed: 0, ...settings });

/** The value of a variable as it stands in a text. */
const valueIn = (text: string, name: string): string | undefined =>
  new RegExp(`^${name}=(.*)$`, "m").exec(text)?.[1];

const PAGE = [
  seen("w:480", "https://a.example/img/x.jpg"),
  seen("w:480", "https://a.example/img/y.jpg", { accept: "none", format: "jpeg" }),
  seen("rs:fill:50:50", "local:///cats/z.jpg", { status: 304 }),
];

describe("the report for production", () => {
  it("says what the server's own configuration reads, from the text and from the files alike", () => {
    const { text, files } = report(PAGE);
    const variables = ["IMGPROXY_ALLOWED_SOURCES", "IMGPROXY_PRESETS"];
    const printed = loadConfig({
      env: Object.fromEntries(variables.map((name) => [name, valueIn(text, name)])),
    });
    for (const [name, content] of files) writeFileSync(join(dir, name), content);
    const read = loadConfig({
      env: {
        IMGPROXY_ENV_LOCAL_FILE_PATH: join(dir, "allow-list.env"),
        IMGPROXY_PRESETS_PATH: join(dir, "presets.txt"),
      },
    });
    for (const { config } of [printed, read]) {
      assert.deepEqual(config.guard.allowedSources, ["https://a.example/img/", "local:///cats/"]);
      assert.deepEqual(config.url.presets.filter(Boolean), ["w480=w:480"]);
      const { allows } = createAllowlist(config.guard.allowedSources, { unlisted: "refused" });
      for (const { source } of PAGE) assert.ok(allows(source), source);
      assert.equal(allows("https://a.example/other/x.jpg"), false);
    }
  });

  it("has a list that `tintype warm` reads, each URL once", () => {
    const { files } = report([...PAGE, { ...PAGE[0]!, accept: "webp" }]); // PAGE is not empty.
    const lines = files.get("warm.txt")?.split("\n") ?? [];
    assert.deepEqual(
      lines.map((line) => readTarget(line, "http://s")).filter((target) => target !== undefined),
      PAGE.map(({ path }) => ({ url: `http://s${path}` })),
    );
    assert.equal(
      lines[0],
      "# tintype warm warm.txt --server https://img.example.com --accept avif,webp,none",
    );
  });

  it("counts the URLs that a server with a key would refuse", () => {
    const paths = ["/_/a", "/unsafe/a", `/${SIGNATURE}/a`].map((path) => `/pre${path}`);
    const spelled = paths.map((path) => seen("w:5", "local:///a.jpg", { path }));
    const capability = seen("w:5", "local:///a.jpg", { path: "/pre/c1/tag/x", isSpelled: false });
    const { text } = report([...spelled, capability], { pathPrefix: "/pre" });
    assert.match(text, /^# 2 of these are not signed: a server with a key refuses them\.$/m);
    assert.doesNotMatch(report(PAGE).text, /not signed/);
  });

  it("names what was refused, and has it in no list", () => {
    const evil = seen("w:480", "http://10.0.0.1/\u001b[2J", {
      status: 404,
      code: "source_address_forbidden",
    });
    const { text, files } = report([...PAGE, evil]);
    assert.match(text, /^# 404 source_address_forbidden http:\/\/10\.0\.0\.1\/\\u001b\[2J$/m);
    assert.deepEqual(files, report(PAGE).files);
  });

  it("says so where there is nothing to say, and where something is missing", () => {
    assert.equal(report([]).text, "No picture was served yet, so there is nothing to say of production.\n");
    assert.match(report(PAGE, { missed: 7 }).text, /^The record is full: 7 requests more /m);
  });

  it("keeps the presets that there are, and those with a separator inside to the file", () => {
    const url = { ...configOf().url, presets: ["thumb=w:9", " ", "# no=w:1", "p=bg:1,2"] };
    const { text, files } = report(PAGE, { url: { ...url, presets: url.presets.slice(0, 3) } });
    assert.equal(valueIn(text, "IMGPROXY_PRESETS"), "thumb=w:9,w480=w:480");
    assert.equal(files.get("presets.txt"), "thumb=w:9\nw480=w:480\n");
    const cut = report(PAGE, { url: { ...url, presets: ["f=fn:a,b"] } });
    assert.match(
      cut.text,
      /^# 1 more have a , inside, and are in presets\.txt only\.\nIMGPROXY_PRESETS=w480=w:480$/m,
    );
  });

  it("has no new presets for a server whose URLs are presets only", () => {
    const url = { ...configOf().url, onlyPresets: true };
    assert.equal(report(PAGE, { url }).files.get("presets.txt"), "");
  });

  for (const [sources, base, lost] of [
    [["img/x.jpg"], "https://site.example/", 0],
    [["/img/x.jpg", "/y.jpg"], "https://site.example", 0],
    [["/img/x.jpg", "y.jpg"], "https://site.example", 1],
  ] as const)
    it(`says what has to stand in front of ${sources.join(" and ")}`, () => {
      const sightings = sources.map((relative) =>
        seen("w:5", `https://site.example/${relative.replace(/^\//, "")}`, { relative }),
      );
      const { text } = report(sightings);
      assert.equal(valueIn(text, "IMGPROXY_BASE_URL"), base);
      assert.equal(/^# That breaks .*: (\d+) here/m.exec(text)?.[1] ?? "0", String(lost));
      const url = { ...configOf().url, baseUrl: "https://site.example/" };
      assert.equal(valueIn(report(sightings, { url }).text, "IMGPROXY_BASE_URL"), undefined);
    });
});
