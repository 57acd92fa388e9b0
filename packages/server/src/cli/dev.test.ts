import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { after, describe, it } from "node:test";
import type { Loaded } from "../config/load.ts";
import type { Companion } from "../site.ts";
import { until } from "../../test/fixtures/until.ts";
import type { App } from "./command.ts";
import { createDev } from "./dev.ts";

const dir = mkdtempSync(join(tmpdir(), "tintype-dev-"));
after(() => rmSync(dir, { recursive: true }));
const file = join(dir, "file");
writeFileSync(file, "");

interface Started {
  readonly loaded: Loaded;
  readonly companion: Companion;
  readonly out: readonly string[];
  readonly code: number;
  readonly keyboard: PassThrough;
}

/** Runs the command against an app that serves nothing, and keeps what it was told. */
async function start(args: readonly string[], { isTTY = false } = {}): Promise<Started> {
  const out: string[] = [];
  const keyboard = Object.assign(new PassThrough(), { isTTY });
  const served: { loaded: Loaded; companion: Companion }[] = [];
  const serve: App["serve"] = (loaded, companion) => {
    if (companion) served.push({ loaded, companion });
    return Promise.resolve();
  };
  const nothing = (): never => assert.fail("not what was called");
  const code = await createDev(() => ({ keyboard, screen: { isTTY } })).run({
    args,
    out: (line) => out.push(line),
    app: () => Promise.resolve({ serve, inspect: nothing, describe: nothing }),
  });
  const [first] = served;
  assert.ok(first);
  return { ...first, out, code, keyboard };
}

describe("tintype dev", () => {
  for (const [args, sentence] of [
    [["nowhere"], /^expected a folder that is there, got "nowhere"$/],
    [[file], /^expected a folder that is there, got ".*file"$/],
    [[dir, dir], /^expected one folder, got 2$/],
    [
      ["--upstream", "my-site.example"],
      /^expected the address of a site behind --upstream, .*, got "my-site\.example"$/,
    ],
    [["--upstream", "ftp://my-site.example"], /behind --upstream/],
    [["--upstream", "https://user@my-site.example"], /behind --upstream/],
    [["--upstream", "https://my-site.example/?a"], /behind --upstream/],
    [["--port", "65536"], /^expected an integer from 0 to 65535 behind --port, got "65536"$/],
    [["--port", "http"], /^expected an integer from 0 to 65535 behind --port, got "http"$/],
    [["--write", join(file, "x")], /^expected a folder that can be made behind --write, got /],
    [
      ["--http-bind", "0.0.0.0:8080"],
      /^expected no --http-bind, because 127\.0\.0\.1 is the only address here/,
    ],
    [["--http-network", "unix"], /^--http-network is not a flag of this command/],
    [["--no-development"], /^--no-development is not a flag of this command/],
  ] as const)
    it(`is not started by ${args.join(" ").replaceAll(dir, "…")}`, async () => {
      await assert.rejects(start(args), { name: "UsageError", message: sentence });
    });

  it("serves the folder in development mode to this machine, other settings as they are given", async () => {
    const { loaded, code } = await start([dir, "--port", "0", "--url-presets", "thumb=w:5"]);
    const { http, source, url } = loaded.config;
    assert.deepEqual([http.bind, http.network, http.development], ["127.0.0.1:0", "tcp", true]);
    assert.deepEqual([source.localFilesystemRoot, url.presets, code], [dir, ["thumb=w:5"], 0]);
  });

  it("says where it is, with what it ignores in one line", async () => {
    const { companion, out } = await start([
      dir,
      "--port",
      "0",
      "--http-path-prefix",
      "/i",
      "--guard-secret",
      "x",
    ]);
    companion.onListening("http://127.0.0.1:9");
    const lines = out.join("\n").split("\n");
    for (const line of [
      "  Playground  http://127.0.0.1:9/i/playground",
      "  Report      http://127.0.0.1:9/i/dev/report",
      `  Folder      ${dir}`,
      "  Ignored     --guard-secret",
    ])
      assert.ok(lines.includes(line), `${line} in\n${out.join("\n")}`);
  });

  it("prints its report at r and Enter in a terminal, and writes it where that was wished for", async () => {
    const { keyboard, out } = await start([dir, "--port", "0", "--write", join(dir, "new")], { isTTY: true });
    keyboard.write("x\nR \n");
    await until(() => out.length > 1);
    assert.match(out[0] ?? "", /^\nNo picture was served yet/);
    assert.match(out[1] ?? "", /^Written to .*: allow-list\.env, presets\.txt, warm\.txt$/);
    assert.deepEqual(readdirSync(join(dir, "new")).sort(), ["allow-list.env", "presets.txt", "warm.txt"]);
  });

  it("does not end over files that it cannot write", async () => {
    const folder = join(dir, "gone");
    const { companion, out } = await start([dir, "--port", "0", "--write", folder]);
    rmSync(folder, { recursive: true });
    writeFileSync(folder, "");
    companion.onLeaving();
    assert.match(out.at(-1) ?? "", /^Not written: /);
  });
});
