import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { conforms, type Emulator } from "../../test/conformance/source.ts";
import { ACCOUNT, startAzurite } from "../../test/fixtures/azurite.ts";
import { read, refusal, serve, wish } from "../../test/fixtures/fetching.ts";
import { azureSource, type AzureSettings } from "./azure.ts";

const env = (url: string, key: string = ACCOUNT.key) => ({
  IMGPROXY_USE_ABS: "true",
  IMGPROXY_ABS_NAME: ACCOUNT.name,
  IMGPROXY_ABS_KEY: key,
  IMGPROXY_ABS_ENDPOINT: `${new URL(url).origin}/${ACCOUNT.name}`,
});

conforms("Azure Blob Storage", {
  scheme: "abs",
  start: startAzurite,
  env: (url) => env(url),
  stranger: { env: (url) => env(url, Buffer.alloc(64).toString("base64")), code: "source_refused 403" },
  failing: "source_failed",
  unnamed: ["Pictures", "a", "pict%75res", "me@pictures", "pictures:80", "two--dashes", "$logs"],
});

describe("azureSource", () => {
  let azurite: Emulator;
  const settings = (over: Partial<AzureSettings> = {}): AzureSettings => ({
    ...ACCOUNT,
    endpoint: azurite.url,
    querySeparator: "?",
    allowedBuckets: [],
    deniedBuckets: [],
    downloadTimeoutSeconds: 5,
    connectTimeoutSeconds: 2,
    ...over,
  });
  before(async () => {
    azurite = await startAzurite();
    await azurite.put("pictures", "a.txt", Buffer.from("0123456789"), { type: "text/plain" });
    await azurite.put("pictures", "empty.txt", Buffer.alloc(0), { type: "text/plain" });
  });
  after(() => azurite.close());

  const ask = async (headers: Readonly<Record<string, string>>, key = "a.txt") => {
    const original = await azureSource(settings()).fetch(
      `abs://pictures/${key}`,
      wish({ mode: "relay", headers }),
    );
    return { ...original, text: await read(original) };
  };

  it("compares copies itself, whatever list of them is asked about", async () => {
    const { etag = "" } = (await ask({})).headers;
    for (const [match, status] of [
      [`"one", W/${etag}, "other"`, 304],
      ["*", 304],
      ['"one", "other"', 200],
    ] as const)
      assert.equal((await ask({ "if-none-match": match })).status, status, match);
  });

  for (const [range, status, text] of [
    ["bytes=2-4", 206, "234"],
    ["bytes=-3", 206, "789"],
    ["bytes=0-0", 206, "0"],
    ["bytes=1-2,5-6", 200, "0123456789"],
    ["bytes=x", 200, "0123456789"],
    ["bytes=10-", 416, ""],
  ] as const)
    it(`answers ${range} with ${status}`, async () => {
      const answer = await ask({ range });
      assert.deepEqual([answer.status, answer.text], [status, text]);
      if (status !== 416) assert.equal(answer.headers["content-length"], String(text.length));
    });

  it("sends a range only of the copy that it belongs to", async () => {
    const { etag = "" } = (await ask({})).headers;
    assert.equal((await ask({ range: "bytes=2-4", "if-range": etag })).text, "234");
    assert.equal((await ask({ range: "bytes=2-4", "if-range": '"old"' })).text, "0123456789");
  });

  it("hands out what is empty", async () => {
    for (const headers of [{}, { "if-none-match": '"old"' }]) {
      const { status, text } = await ask(headers, "empty.txt");
      assert.deepEqual([status, text], [200, ""]);
    }
  });

  it("ignores the query", async () => {
    const original = await azureSource(settings()).fetch("abs://pictures/a.txt?comp=list", wish());
    assert.equal(await read(original), "0123456789");
  });

  it("shows no token over a plain connection", async () => {
    const origin = await serve((_incoming, response) => void response.end("the object"));
    const source = azureSource(settings({ key: "", endpoint: origin.url }));
    const work = source.fetch("abs://pictures/a.txt", wish());
    assert.equal(await refusal(work), "source_unreachable");
    await assert.rejects(work, /not permitted for non-TLS/);
    assert.equal(origin.asks.length, 0);
  });
});
