import assert from "node:assert/strict";
import { createVerify, generateKeyPairSync } from "node:crypto";
import { after, before, describe, it } from "node:test";
import { CRC32C } from "@google-cloud/storage";
import { conforms } from "../../test/conformance/source.ts";
import { read, refusal, serve, wish } from "../../test/fixtures/fetching.ts";
import { startGoogle, type Google } from "../../test/fixtures/google.ts";
import { gcsSource, type GcsSettings } from "./gcs.ts";

conforms("Google Cloud Storage", {
  scheme: "gs",
  start: startGoogle,
  env: (url) => ({ IMGPROXY_USE_GCS: "true", IMGPROXY_GCS_ENDPOINT: url }),
  failing: "source_unreachable",
  unnamed: ["Pictures", "a", "pict%75res", "me@pictures", "pictures:80", "a..b"],
});

const SETTINGS: GcsSettings = {
  key: "",
  endpoint: "",
  querySeparator: "?",
  allowedBuckets: [],
  deniedBuckets: [],
  downloadTimeoutSeconds: 5,
  connectTimeoutSeconds: 2,
  keepAliveSeconds: 5,
  userAgent: "tintype/test",
  ignoreTls: false,
};

const relayed = wish({ mode: "relay" });

describe("gcsSource", () => {
  let google: Google;
  before(async () => {
    google = await startGoogle();
    for (const text of ["the first", "the second"])
      await google.put("pictures", "a.txt", Buffer.from(text), { type: "text/plain" });
  });
  after(() => google.close());

  const source = (settings: Partial<GcsSettings> = {}) => {
    const made = gcsSource({ ...SETTINGS, endpoint: google.url, ...settings });
    after(() => made.close());
    return made;
  };

  it("makes the ETag of checksum and time", async () => {
    const { headers } = await source().fetch("gs://pictures/a.txt", relayed);
    const [, latest] = google.objects.get("pictures/a.txt") ?? [];
    const crc = new CRC32C();
    crc.update(Buffer.from("the second"));
    const etag = Buffer.alloc(12);
    etag.writeInt32LE(crc.valueOf(), 0);
    etag.writeBigUInt64LE(BigInt(latest?.updated.getTime() ?? 0) * 1_000_000n, 4);
    assert.equal(headers.etag, `"${etag.toString("hex")}"`);
  });

  it("asks for the generation that the query names", async () => {
    const { fetch } = source();
    for (const [query, text] of [
      ["", "the second"],
      ["?1", "the first"],
      ["?2", "the second"],
    ] as const)
      assert.equal(await read(await fetch(`gs://pictures/a.txt${query}`, wish())), text);
    assert.equal(await refusal(fetch("gs://pictures/a.txt?3", wish())), "source_refused 404");
    for (const query of ["?latest", "?1&alt=json", "?-1", "?1?2"])
      assert.equal(await refusal(fetch(`gs://pictures/a.txt${query}`, wish())), "source_unreachable");
  });

  it("takes the endpoint with the path of the API, as Google's other libraries want it, and without", async () => {
    for (const endpoint of ["/", "/storage/v1", "/storage/v1/"].map((path) => google.url + path))
      assert.equal(await read(await source({ endpoint }).fetch("gs://pictures/a.txt", wish())), "the second");
  });

  it("sends a range only where no older copy is in question", async () => {
    for (const [headers, status] of [
      [{ range: "bytes=0-3" }, 206],
      [{ range: "bytes=0-3", "if-range": '"old"' }, 200],
    ] as const) {
      const original = await source().fetch("gs://pictures/a.txt", wish({ mode: "relay", headers }));
      assert.equal(original.status, status);
      original.cancel();
    }
  });

  it("has no ETag where Google names no checksum", async () => {
    const origin = await serve((_incoming, response) => void response.end("the object"));
    const original = await source({ endpoint: origin.url }).fetch("gs://pictures/a.txt", relayed);
    assert.deepEqual([original.headers.etag, await read(original)], [undefined, "the object"]);
  });
});

describe("credentials", () => {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const key = (pem: string): string =>
    JSON.stringify({
      type: "service_account",
      client_email: "reader@tintype.test",
      private_key: pem,
      // Outside Google's own universe the key signs for itself, and nobody is asked for a token.
      universe_domain: "universe.test",
    });

  const ask = async (settings: Partial<GcsSettings>) => {
    const origin = await serve((_incoming, response) => void response.end("the object"));
    const source = gcsSource({ ...SETTINGS, endpoint: origin.url, ...settings });
    const code = await refusal(source.fetch("gs://pictures/a.txt", wish()).then(read));
    await source.close();
    return { code, asks: origin.asks };
  };

  it("are those of the service account", async () => {
    const pem = privateKey.export({ type: "pkcs8", format: "pem" }) as string;
    const { code, asks } = await ask({ key: key(pem) });
    assert.equal(code, "none");
    const [, head = "", claims = "", signature = ""] =
      /^Bearer ([^.]+)\.([^.]+)\.(.+)$/.exec(asks[0]?.headers.authorization ?? "") ?? [];
    assert.equal(
      (JSON.parse(Buffer.from(claims, "base64url").toString()) as { iss: string }).iss,
      "reader@tintype.test",
    );
    const verify = createVerify("RSA-SHA256").update(`${head}.${claims}`);
    assert.ok(verify.verify(publicKey, signature, "base64url"));
  });

  it("that sign nothing reach nobody", async () => {
    const { code, asks } = await ask({ key: key("not a key") });
    assert.deepEqual([code, asks.length], ["source_unreachable", 0]);
  });

  it("are not shown over a plain connection that no key is meant for", async () => {
    const { code, asks } = await ask({});
    assert.deepEqual([code, asks[0]?.headers.authorization], ["none", undefined]);
  });
});
