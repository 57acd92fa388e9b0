import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { serve } from "../../test/fixtures/fetching.ts";
import { UsageError } from "./command.ts";
import { explain } from "./explain.ts";

const SAID = {
  source: "https://a/cat.jpg",
  signed: true,
  refusal: null,
  vary: ["Accept", "DPR"],
  options: { width: 300, gravity: { type: "sm" }, presets: [] },
  steps: [{ name: "fetch", bytes: 12 }, { name: "render" }],
  hostile: "\u001b[2J",
};

async function call(args: readonly string[], said: unknown = SAID) {
  const server = await serve((_, response) =>
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(said)),
  );
  const out: string[] = [];
  const app = (): never => assert.fail("no server is started");
  const command = explain(() => ({ server: server.url, token: "horse" }));
  const code = await command.run({ args, out: (line) => out.push(line), app });
  return { code, out: out.join("\n"), ask: server.asks[0] };
}

describe("tintype explain", () => {
  for (const [url, target] of [
    ["/sig/w:3/plain/https://a//b.jpg@webp", "/sig/w:3/plain/https://a//b.jpg@webp"],
    [
      "https://img.example.com/sig/plain/https%3A%2F%2Fa%2fb?x=%41#part",
      "/sig/plain/https%3A%2F%2Fa%2fb?x=%41",
    ],
    ["HTTP://img.example.com:8080//double", "//double"],
  ] as const)
    it(`asks for ${target}`, async () => {
      const { code, out, ask } = await call([url]);
      assert.equal(code, 0);
      assert.deepEqual([ask?.method, ask?.url], ["GET", `/explain${target}`]);
      assert.deepEqual([ask?.headers.authorization, ask?.headers.accept], ["Bearer horse", "*/*"]);
      assert.doesNotMatch(out, /As browsers do/);
    });

  it("says where the standard of URLs changes the target, and stays behind /explain", async () => {
    const { out, ask } = await call(["/a/../../../stats/ü"]);
    assert.equal(ask?.url, "/explain/stats/%C3%BC");
    assert.match(out, /^As browsers do, this asked for \/stats\/%C3%BC\n/);
  });

  for (const [given, accept] of [
    ["avif", "image/avif,image/webp"],
    ["webp", "image/webp"],
    ["none", "*/*"],
    ["image/png;q=0.5, */*", "image/png;q=0.5, */*"],
  ] as const)
    it(`asks as a client of ${given}`, async () => {
      const { ask } = await call(["/a", "--accept", given]);
      assert.equal(ask?.headers.accept, accept);
    });

  it("prints a page", async () => {
    const { out } = await call(["/a"]);
    assert.equal(
      out,
      [
        "source   https://a/cat.jpg",
        "signed   true",
        "refusal  none",
        "vary     Accept, DPR",
        "hostile  \\u001b[2J",
        "",
        "options",
        "  width    300",
        "  presets  none",
        "  gravity",
        "    type  sm",
        "",
        "steps",
        "  - name   fetch",
        "    bytes  12",
        "  - name  render",
      ].join("\n"),
    );
  });

  it("prints for machines", async () => {
    const { out } = await call(["/a/../b", "--json"]);
    assert.deepEqual(JSON.parse(out), SAID);
  });

  for (const [args, message] of [
    [[], "expected one URL, got nothing"],
    [["a.jpg"], 'expected a URL of a picture or its path, got "a.jpg"'],
    [["https://host"], 'expected a URL of a picture or its path, got "https://host"'],
    [["/a", "--accept", "gif"], 'expected avif, webp, none or an Accept header behind --accept, got "gif"'],
    [["/a", "--server", "ftp://a"], 'expected an http(s) URL behind --server, got "ftp://a"'],
  ] as const)
    it(`${args.join(" ")}: ${message}`, async () => {
      await assert.rejects(call(args), (error) => {
        assert.ok(error instanceof UsageError);
        assert.equal(error.message, message);
        return true;
      });
    });
});
