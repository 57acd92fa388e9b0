import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { HttpError } from "../errors.ts";
import type { App } from "./command.ts";
import { run } from "./run.ts";

/** Runs a command line against an app, and keeps what it printed. */
async function call(argv: readonly string[], app: Partial<App>) {
  const out: string[] = [];
  const err: string[] = [];
  const nothing = (): never => assert.fail("not what was called");
  const code = await run(argv, {
    out: (line) => out.push(line),
    err: (line) => err.push(line),
    app: () => Promise.resolve({ serve: nothing, inspect: nothing, describe: nothing, ...app }),
  });
  return { code, out: out.join("\n"), err: err.join("\n") };
}

describe("tintype serve", () => {
  it("hands the configuration over and waits for the server", async () => {
    const steps: unknown[] = [];
    const serve: App["serve"] = async ({ config, origins }) => {
      steps.push(config.http.ttl, config.http.development, origins.get("http.ttl"));
      await Promise.resolve();
      steps.push("listening");
    };
    const ran = await call(["serve", "--http-ttl=5", "--development"], { serve });
    assert.deepEqual(ran, { code: 0, out: "", err: "" });
    assert.deepEqual(steps, [5, true, { place: "flag", name: "--http-ttl" }, "listening"]);
  });

  it("ends with 1 where the server cannot start", async () => {
    const serve: App["serve"] = () => Promise.reject(new Error("listen EADDRINUSE"));
    assert.deepEqual(await call(["serve"], { serve }), { code: 1, out: "", err: "listen EADDRINUSE" });
  });

  it("starts nothing where the configuration is wrong", async () => {
    const { code, err } = await call(["serve", "--http-ttl", "x"], {});
    assert.equal(code, 1);
    assert.match(
      err,
      /^The configuration is wrong:\n- --http-ttl: expected an integer of 0 or more, got "x"$/,
    );
  });
});

describe("tintype info", () => {
  const FACTS = { format: "jpeg", width: 640, frames: undefined, profile: { name: "sRGB" } };

  it("prints a line for each fact that is known", async () => {
    const asked: unknown[] = [];
    const inspect: App["inspect"] = ({ limits }, source) => {
      asked.push(limits.maxSrcResolution, source);
      return Promise.resolve(FACTS);
    };
    const { code, out } = await call(["info", "cat.jpg", "--limits-max-src-resolution", "2"], { inspect });
    assert.equal(code, 0);
    assert.equal(out, ["format   jpeg", "width    640", 'profile  {"name":"sRGB"}'].join("\n"));
    assert.deepEqual(asked, [2_000_000, "cat.jpg"]);
  });

  it("prints what the installation is where no picture is named", async () => {
    const facts = { version: "1.2.3", reads: ["jpeg", "png"], missing: [] };
    const describe: App["describe"] = ({ render }) => Promise.resolve({ ...facts, sandbox: render.sandbox });
    const { code, out } = await call(["info", "--render-sandbox", "2"], { describe });
    assert.equal(code, 0);
    assert.equal(out, ["version  1.2.3", "reads    jpeg, png", "missing  none", "sandbox  2"].join("\n"));
    const machine = await call(["info", "--json"], { describe });
    assert.deepEqual(JSON.parse(machine.out), { ...facts, sandbox: "auto" });
  });

  it("prints for machines", async () => {
    const { out } = await call(["info", "cat.jpg", "--json"], { inspect: () => Promise.resolve(FACTS) });
    assert.deepEqual(JSON.parse(out), { format: "jpeg", width: 640, profile: { name: "sRGB" } });
  });

  it("says why a picture cannot be read", async () => {
    const inspect: App["inspect"] = () =>
      Promise.reject(new HttpError("source_unrecognised", "expected a picture, got text"));
    const ran = await call(["info", "cat.txt"], { inspect });
    assert.deepEqual(ran, { code: 1, out: "", err: "expected a picture, got text" });
  });
});
