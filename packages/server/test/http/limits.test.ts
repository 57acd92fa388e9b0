/** Every option at both ends of what it takes, and one beyond, on a picture of one pixel (contract url.md, section 6). */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { useOrigin } from "../fixtures/origin.ts";
import { pages, picture } from "../fixtures/pictures.ts";
import { useServer } from "../fixtures/server.ts";
import { assertWhole } from "../fixtures/whole.ts";

const MOST = "9223372036854775807";
const BEYOND = "9223372036854775808";
const NAN = ["NaN", "Inf", "-Inf", "1e999", "1_000", "0x", "--1", " 1"];
const NO_WHOLE = ["", "-1", "1.5", "1e3", "x", BEYOND, "0x10", "1 "];

/** Arguments that an option takes, and some that it does not. */
const OPTIONS: readonly (readonly [names: string, good: readonly string[], bad: readonly string[]])[] = [
  ["width w height h", ["0", "1", "+5", "007", MOST], [...NO_WHOLE, "1:2"]],
  ["min-width mw min-height mh", ["0", "1", MOST], NO_WHOLE],
  ["min_width min_height", [], ["1"]],
  ["resizing_type rt", ["fit", "fill", "fill-down", "force", "auto"], ["", "FIT", "crop", "fit:1"]],
  [
    "resize rs",
    ["", ":::::", "fit:9:9", "force:0:0:1:1", `fill:${MOST}:${MOST}:1`, "fill:9:9:1:1:no:-5:1e9"],
    ["x", "fit:-1", "fit:1:1:1:1:sm", "fit:1:1:1:1:ce:0:0:0"],
  ],
  ["size s", ["", "9:9:1:1:ce:1:1", ":::"], ["-1", "1:1:1:1:sm", "1:1:1:1:ce:0:0:0"]],
  ["zoom z", ["0.000001", "1", "1e9", "2:3", "0x1p-2"], ["", "0", "-1", "2:", "1:1:1", ...NAN]],
  ["dpr", ["0.000001", "1", "1e9"], ["", "0", "-1", "1:1", ...NAN]],
  ["enlarge el auto_rotate ar", ["1", "0", "", "nonsense"], ["1:1"]],
  [
    "gravity g",
    ["ce", "noea:1e9:-1e9", "sm", "fp:0:1", "fp::", "so::", "we:0.999"],
    ["", "xx", "sm:1", "fp", "fp:1", "fp:1.01:0", "ce:0:0:0", "re", "ce:NaN"],
  ],
  [
    "crop c",
    ["0", "1", "0.000001", "1e9", "0:0", "1:1:ce", "0.5:0.5:fp:1:1", "1:1:sm"],
    ["", "-1", "1:", "1:1:re", "1:1:ce:0:0:0", "NaN"],
  ],
  ["trim t", ["", "0", "1e9", "-5", "10:fff", "10::1:1"], ["x", "10:ff", "10:fff:1:1:1", "NaN"]],
  ["padding pd", ["0", "1", "400:400:400:400", "1:2:3", ":::1", ""], ["-1", "1.5", "1:1:1:1:1"]],
  ["rotate rot", ["0", "90", "360", "-90", "9000000", "-0"], ["", "45", "1.5", "x", "90:90"]],
  ["flip fl", ["1", "1:1", ":1", ""], ["1:1:1"]],
  [
    "background bg",
    ["", "fff", "FF8800", "0:0:0", "255:255:255"],
    ["ff", "ffff", "#fff", "256:0:0", "-1:0:0", "1:1", "1:1:1:1", "::"],
  ],
  [
    "extend ex extend_aspect_ratio extend_ar exar",
    ["1", "0", "1:ce", "1:noea:9:-9", "1:fp:0:1", ""],
    ["1:sm", "1:xx", "1:ce:0:0:0"],
  ],
  ["blur bl", ["0", "0.000001", "1", "100"], ["", "-1", "1:1", ...NAN]],
  ["sharpen sh", ["0", "0.000001", "1", "1e9"], ["", "-1", ...NAN]],
  ["pixelate pix", ["0", "1", "2", MOST], NO_WHOLE],
  [
    "watermark wm",
    ["0", "1", "0.5:re:1e9:1e9:1e3", "1:soea:-1e9:-1e9:0", "1::::", "1:ce:0:0:0:0:0"],
    ["", "1.01", "-0.1", "1:sm", "1:ce:x", "1:ce:0:0:-1", "1:ce:0:0:0:0:0:0"],
  ],
  ["strip_metadata sm keep_copyright kcr strip_color_profile scp preserve_hdr ph", ["1", "0", ""], ["1:1"]],
  ["quality q", ["0", "1", "100"], ["", "-1", "101", "1.5"]],
  ["format_quality fq", ["jpeg:0", "jpg:100:webp:1"], ["jpeg", "jpeg:101", "nope:1", ""]],
  ["max_bytes mb", ["0", "1", MOST], NO_WHOLE],
  [
    "format f ext",
    ["jpg", "jpeg", "png", "webp", "gif", "avif", "tiff", "bmp", "ico"],
    ["", "JPG", "tif", "jpe", "heif", "pdf", "png:1"],
  ],
  ["skip_processing skp sp", ["jpg", "jpg:webp:jpg"], ["", "nope", "jpg:"]],
  ["cachebuster cb", ["", "x", "%0a"], ["x:y"]],
  ["expires exp", ["0", "-1", MOST], ["", "1", "x", "1.5", BEYOND]],
  ["filename fn", ["x", "%25", "eA:1"], ["x:y:z", "!!:1", "_w:1"]],
  ["return_attachment att", ["1", "0", ""], ["1:1"]],
  ["max_src_resolution msr", ["1", "0.000001", "1e300"], ["", "-1", "NaN"]],
  ["max_src_file_size msfs", ["-1", "0", "1000", MOST], ["", "1.5"]],
  ["max_animation_frames maf", ["1", MOST], ["", "0", "-1"]],
  ["max_animation_frame_resolution mafr", ["0", "1e300"], ["", "-1"]],
  ["max_result_dimension mrd", ["-1", "0", "1", MOST], ["", "1.5"]],
  ["normalize nope W preset_ constructor __proto__ toString", [], ["1"]],
];

/** What makes the options before it do something on a single pixel. */
const NEEDS: Readonly<Record<string, string>> = {
  extend_aspect_ratio: "/w:9/h:4",
  extend: "/w:9/h:4",
  blur: "/w:9/el:1",
  sharpen: "/w:9/el:1",
  pixelate: "/w:9/el:1",
};

/** Scaling down to it may leave a pixel too many: the parts are rounded one by one. */
const MOST_SIDE = 400;

describe("options at their limits", { concurrency: 4 }, () => {
  const origin = useOrigin(() => pages("onePixelPng"));
  const server = useServer(async () => ({
    IMGPROXY_ALLOW_SECURITY_OPTIONS: "true",
    IMGPROXY_MAX_RESULT_DIMENSION: String(MOST_SIDE),
    IMGPROXY_TIMEOUT: "60",
    IMGPROXY_WATERMARK_DATA: (await picture("png")).toString("base64"),
  }));

  for (const [names, good, bad] of OPTIONS)
    it(names, async () => {
      const [first = "", ...others] = names.split(" ");
      for (const args of good) {
        const options = `${first}:${args}`;
        const answer = await server.get(
          origin.target("/onePixelPng", `el:1/${options}${NEEDS[first] ?? ""}`),
        );
        assert.equal(answer.status, 200, `${options}: ${answer.text.slice(0, 60)}`);
        const [width, height] = await assertWhole(answer);
        assert.ok(
          /^max_result/.test(first) || Math.max(width, height) <= MOST_SIDE + 1,
          `${options}: ${width} x ${height}`,
        );
      }
      for (const name of [first, ...others]) {
        for (const args of bad) {
          const { status, text } = await server.get(
            origin.target("/onePixelPng", `${name}:${args.replace(/[ #]/g, encodeURIComponent)}`),
          );
          assert.deepEqual([status, text], [404, "Invalid URL"], `${name}:${args}`);
        }
        const [args] = good;
        if (args === undefined) continue;
        const { status } = await server.get(origin.target("/onePixelPng", `${name}:${args}`));
        assert.equal(status, 200, `${name}:${args}`);
      }
    });

  it("none of them ends a renderer", () => {
    assert.deepEqual(
      server.log().filter((line) => line["level"] === "ERROR" || line["request_id"] === undefined),
      [],
    );
  });
});

describe("the size of a result", () => {
  const origin = useOrigin(() => pages("onePixelPng", "svg"));
  const server = useServer();

  it("is bounded by default", async () => {
    for (const [options, expected] of [
      ["rt:force/w:100000/h:1/el:1", [8192, 1]],
      ["pd:0:4000:0:5000", [8192, 1]],
      ["rt:force/w:1000/h:1/el:1/dpr:100", [8192, 8]],
    ] as const) {
      const answer = await server.get(origin.target("/onePixelPng", options));
      assert.equal(answer.status, 200, options);
      const [width, height] = await assertWhole(answer);
      assert.ok(width <= 8192 && width > 8000, `${options}: ${width}`);
      assert.ok(height <= Math.max(expected[1], 100), `${options}: ${height}`);
    }
  });

  it("is refused where the numbers are beyond all use", async () => {
    const answer = await server.get(origin.target("/svg", `f:png/w:${MOST}/h:${MOST}/rt:fill/z:1e300`));
    assert.deepEqual([answer.status, answer.text], [422, "Invalid URL"]);
  });
});
