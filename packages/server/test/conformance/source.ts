/** What every object store has to do as a source, whichever it is: run by the test of each against an emulator. */
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { after, before, describe, it } from "node:test";
import { loadConfig } from "../../src/config/load.ts";
import { createAllowlist } from "../../src/guard/allowlist.ts";
import { openSources, type Sources } from "../../src/sources.ts";
import { plain, type Answer } from "../fixtures/ask.ts";
import { read, refusal, wish } from "../fixtures/fetching.ts";
import { INSIDE, Passage } from "../fixtures/passage.ts";
import { look, picture } from "../fixtures/pictures.ts";
import { leaks, useServer, type Env } from "../fixtures/server.ts";

/** What a store is told of an object. */
export interface About {
  readonly type: string;
  readonly encoding?: string;
  readonly lifetime?: string;
}

/** A store that runs on this machine, filled by its own client. */
export interface Emulator {
  readonly url: string;
  /** Makes the bucket where there is none. */
  put(bucket: string, key: string, bytes: Uint8Array, about: About): Promise<void>;
  close(): Promise<void>;
}

/** A store, and where stores differ. */
export interface Conforming {
  readonly scheme: string;
  start(): Promise<Emulator>;
  /** Settings with which the store at `url` is asked. `front` is the emulator's own address. */
  env(url: string, front: string): Env;
  /** The same with credentials that the emulator does not take, and what that means. */
  readonly stranger?: { env(url: string, front: string): Env; readonly code: string };
  /** The code of an answer of 500 and more. */
  readonly failing: "source_failed" | "source_unreachable";
  /** Names that are no buckets. */
  readonly unnamed: readonly string[];
  /** What the emulator cannot do, though the store can: parts from the end, an ETag with 304, certain keys. */
  readonly cannot?: readonly string[];
}

export const PICTURES = "pictures";
const DENIED = "denied-pictures";
const UNLISTED = "unlisted-pictures";

/** Keys that a careless client would change on the way. */
const KEYS = [
  "with space.png",
  "plus+plus.png",
  "percent%41.png",
  "percent%2Fslash.png",
  "twice//slash.png",
  "up/../down.png",
  "ünïcode/日本 🙂.png",
  "quote'\"(paren)*!~.png",
  "&amp=1;semi,colon:at@.png",
] as const;

const SECONDS = 3;

/** An address of nobody: a port that has just been let go. */
async function nobody(): Promise<string> {
  const passage = await new Passage().start("http://127.0.0.1:1");
  const { url } = passage;
  await passage.close();
  return url;
}

/** The sources of a server with these settings, without the server. */
function sourcesWith(env: Env): Sources {
  const { config } = loadConfig({ env });
  const sources = openSources(config, createAllowlist([], { unlisted: "allowed" }));
  after(() => sources.close());
  return sources;
}

export function conforms(name: string, store: Conforming): void {
  const { scheme } = store;
  const cannot = new Set(store.cannot);
  const url = (key: string, bucket = PICTURES): string => `${scheme}://${bucket}/${key}`;

  describe(`${name} as a source`, () => {
    const passage = new Passage();
    let emulator: Emulator;
    let front = "";
    let photo: Buffer;
    const about = { type: "image/png", lifetime: "max-age=77" };

    const settings = (at = passage.url): Env => ({
      IMGPROXY_ALLOWED_SOURCES: `${scheme}://`,
      IMGPROXY_DOWNLOAD_TIMEOUT: String(SECONDS),
      IMGPROXY_CACHE_CONTROL_PASSTHROUGH: "true",
      IMGPROXY_ALLOW_SECURITY_OPTIONS: "true",
      ...store.env(at, front),
      [`IMGPROXY_${group}_ALLOWED_BUCKETS`]: `${PICTURES},${DENIED},nothing-here`,
      [`IMGPROXY_${group}_DENIED_BUCKETS`]: DENIED,
    });
    const group = { s3: "S3", gs: "GCS", abs: "ABS", swift: "SWIFT" }[scheme] ?? "";

    before(async () => {
      emulator = await store.start();
      front = emulator.url;
      await passage.start(front);
      photo = await picture("png");
      await emulator.put(PICTURES, "photo.png", photo, about);
      for (const bucket of [DENIED, UNLISTED]) await emulator.put(bucket, "photo.png", photo, about);
    });
    const server = useServer(() => settings());
    after(async () => {
      await passage.close();
      await emulator.close();
    });

    const made = (source: string, options = "rs:fit:5:5/f:png"): Promise<Answer> =>
      server.get(`/_/${options}/${plain(source)}`);
    const raw = (source: string, headers = {}): Promise<Answer> =>
      server.get(`/_/raw:1/${plain(source)}`, headers);

    it("makes pictures of what its own client has put there", async () => {
      const answer = await made(url("photo.png"));
      assert.equal(answer.status, 200, answer.text);
      const { format, width } = await look(answer.body);
      assert.deepEqual([format, width], ["png", 5]);
      assert.equal(answer.headers["cache-control"], "max-age=77");
      assert.ok(Date.parse(answer.headers["last-modified"] ?? "") > Date.now() - 600_000);
    });

    it("asks for nothing but the whole object to make a picture", async () => {
      await server.get(`/_/f:png/w:3/${plain(url("photo.png"))}`, {
        "If-None-Match": "*",
        Range: "bytes=0-9",
        Cookie: "secret=1",
      });
      const { headers } = passage.last("photo.png");
      for (const header of ["range", "if-none-match", "if-modified-since", "cookie"])
        assert.equal(headers[header], undefined, header);
    });

    it("hands the original out as it is, with the store's own headers", async () => {
      const answer = await raw(url("photo.png"));
      assert.equal(answer.status, 200);
      assert.ok(answer.body.equals(photo));
      const { headers } = answer;
      assert.equal(headers["content-type"], "image/png");
      assert.equal(headers["content-length"], String(photo.length));
      assert.equal(headers["cache-control"], "max-age=77");
      assert.match(headers["etag"] ?? "", /^"[^"]+"$/);
      assert.ok(!Number.isNaN(Date.parse(headers["last-modified"] ?? "")));
    });

    it("hands out parts", async () => {
      const size = photo.length;
      for (const [range, from, to] of [
        ["bytes=0-9", 0, 10],
        ["bytes=5-", 5, size],
        [`bytes=10-${size + 99}`, 10, size],
        ...(cannot.has("tail") ? [] : ([["bytes=-7", size - 7, size]] as const)),
      ] as const) {
        const answer = await raw(url("photo.png"), { Range: range });
        assert.equal(answer.status, 206, range);
        assert.equal(answer.headers["content-range"], `bytes ${from}-${to - 1}/${size}`);
        assert.equal(answer.headers["content-length"], String(to - from));
        assert.ok(answer.body.equals(photo.subarray(from, to)), range);
      }
    });

    it("says that there is no such part", async () => {
      const answer = await raw(url("photo.png"), { Range: "bytes=1000000-" });
      assert.equal(answer.status, 416);
      assert.deepEqual([answer.text, leaks(answer, ["InvalidRange"])], ["", []]);
    });

    it("says that a copy is still good, and only then", async () => {
      const { headers } = await raw(url("photo.png"));
      const { etag = "", "last-modified": modified = "" } = headers;
      const long = new Date(Date.parse(modified) - 3_600_000).toUTCString();
      for (const [asked, status] of [
        [{ "If-None-Match": etag }, 304],
        [{ "If-Modified-Since": modified }, 304],
        [{ "If-None-Match": '"another"' }, 200],
        [{ "If-Modified-Since": long }, 200],
        [{ "If-Modified-Since": "yesterday" }, 200],
      ] as const) {
        const answer = await raw(url("photo.png"), asked);
        assert.equal(answer.status, status, JSON.stringify(asked));
        assert.equal(answer.body.length, status === 304 ? 0 : photo.length);
        if (status === 304 && !cannot.has("etag-of-304")) assert.equal(answer.headers["etag"], etag);
      }
    });

    for (const key of KEYS.filter((each) => !cannot.has(each)))
      it(`takes ${key} literally`, async () => {
        const mark = Buffer.from(`the object ${key}`);
        await emulator.put(PICTURES, key, mark, { type: "text/plain" });
        for (const source of [url(key), url(`///${key}`)]) {
          const answer = await raw(source);
          assert.deepEqual([answer.status, answer.text], [200, mark.toString()]);
        }
      });

    it("unpacks gzip for pictures, once, and leaves originals packed", async () => {
      const packed = gzipSync(photo);
      await emulator.put(PICTURES, "packed.png", packed, { ...about, encoding: "gzip" });
      const answer = await made(url("packed.png"));
      assert.equal(answer.status, 200, answer.text);
      assert.equal((await look(answer.body)).width, 5);
      const original = await raw(url("packed.png"), { "Accept-Encoding": "gzip" });
      assert.equal(original.headers["content-encoding"], "gzip");
      assert.ok(original.body.equals(packed));
    });

    it("passes on that there is no such object", async () => {
      for (const source of [url("nothing.png"), url("photo.png", "nothing-here")])
        for (const answer of [await made(source), await raw(source)]) {
          assert.deepEqual([answer.status, answer.text], [404, "Source is unreachable"]);
          assert.deepEqual(leaks(answer, ["NoSuch", "NotFound", scheme, PICTURES, "nothing"]), []);
        }
    });

    it("asks no bucket that is denied, not allowed or none, and no key that leads out of it", async () => {
      const before = passage.seen.length;
      for (const source of [
        url("photo.png", DENIED),
        url("photo.png", UNLISTED),
        ...store.unnamed.map((bucket) => url("photo.png", bucket)),
        url("", PICTURES),
        url("///", PICTURES),
        url("photo.png", ""),
        url("..", PICTURES),
        url(`../${UNLISTED}/photo.png`),
        url(`a/../../${UNLISTED}/photo.png`),
        url("a/..", PICTURES),
      ]) {
        const answer = await made(source);
        assert.deepEqual([answer.status, answer.text], [404, "Source is unreachable"], source);
      }
      assert.equal(passage.seen.length, before);
    });

    it("refuses what is too big before it is read", async () => {
      const answer = await made(url("photo.png"), `msfs:${photo.length - 1}`);
      assert.deepEqual([answer.status, answer.text], [422, "Invalid source image"]);
      assert.equal((await made(url("photo.png"), `msfs:${photo.length}/f:png`)).status, 200);
    });

    it("waits no longer than a download may take, for an answer or for its end", async () => {
      for (const trick of ["silent", "drip"] as const) {
        await emulator.put(PICTURES, `${trick}.png`, photo, about);
        passage.play(`${trick}.png`, trick);
      }
      const torn = assert.rejects(raw(url("drip.png")), "half a picture is not handed out as a whole one");
      const asked = [made(url("silent.png")), made(url("drip.png")), raw(url("silent.png"))];
      for (const answer of await Promise.all(asked))
        assert.deepEqual([answer.status, answer.text], [504, "Source is unreachable"]);
      await torn;
      await gone(passage);
    });

    it("makes no picture of a body that was cut", async () => {
      await emulator.put(PICTURES, "cut.png", photo, about);
      passage.play("cut.png", "cut");
      const answer = await made(url("cut.png"));
      assert.deepEqual([answer.status, answer.text], [422, "Source response is incomplete"]);
      await assert.rejects(raw(url("cut.png")));
      const { asked } = sourcesWith(settings());
      const original = await asked.fetch(url("cut.png"), wish());
      await sleep(200);
      assert.equal(await refusal(read(original)), "source_incomplete", "cut before it was read");
    });

    it("says nothing of a store that fails", async () => {
      for (const status of [500, 503]) passage.play(`${status}.png`, status);
      passage.play("reset.png", "reset");
      for (const [key, code] of [
        ["500.png", store.failing],
        ["503.png", store.failing],
        ["reset.png", "source_unreachable"],
      ] as const)
        for (const answer of [await made(url(key)), await raw(url(key))]) {
          assert.equal(answer.status, code === "source_failed" ? 502 : 404, key);
          assert.equal(answer.text, "Source is unreachable");
          assert.deepEqual(leaks(answer, [INSIDE]), []);
        }
    });

    for (const status of [301, 302, 307])
      it(`does not follow ${status}`, async () => {
        passage.play(`moved-${status}.png`, status);
        const before = passage.seen.length;
        assert.equal((await made(url(`moved-${status}.png`))).status, 404);
        assert.equal(passage.seen.length, before + 1);
      });

    it("lets go of the store when the client hangs up", async () => {
      await emulator.put(PICTURES, "hold.png", photo, about);
      passage.play("hold.png", "hold");
      const signal = AbortSignal.timeout(300);
      await assert.rejects(server.ask(`/_/raw:1/${plain(url("hold.png"))}`, { signal }));
      await gone(passage, 1000);
    });

    it("keeps other downloads when one is let go", async () => {
      for (const trick of ["hold", "pause"] as const) {
        await emulator.put(PICTURES, `${trick}.png`, photo, about);
        passage.play(`${trick}.png`, trick);
      }
      const { asked } = sourcesWith(settings());
      const controller = new AbortController();
      const left = await asked.fetch(url("hold.png"), wish({ signal: controller.signal }));
      const kept = await asked.fetch(url("pause.png"), wish());
      controller.abort();
      assert.equal(await refusal(read(left)), "client_gone");
      assert.ok(Buffer.from(await read(kept), "latin1").equals(photo));
    });

    it("uses connections again", async () => {
      const sources = sourcesWith(settings());
      await read(await sources.asked.fetch(url("photo.png"), wish()));
      const before = passage.connections;
      for (let time = 0; time < 5; time += 1) await read(await sources.asked.fetch(url("photo.png"), wish()));
      // A body can be over a moment before its connection is free.
      assert.ok(passage.connections - before < 3, `${passage.connections - before} new connections`);
    });

    it("is refused with the wrong credentials, and not reached where nobody is", async () => {
      const at = await nobody();
      const { asked } = sourcesWith(settings(at));
      assert.equal(await refusal(asked.fetch(url("photo.png"), wish())), "source_unreachable");
      if (!store.stranger) return;
      const strange = sourcesWith({ ...settings(), ...store.stranger.env(passage.url, front) });
      for (const mode of ["picture", "relay"] as const)
        assert.equal(
          await refusal(strange.asked.fetch(url("photo.png"), wish({ mode }))),
          store.stranger.code,
        );
    });
  });
}

/** Waits until no answer is under way any more. */
async function gone(passage: Passage, milliseconds = 3000): Promise<void> {
  const end = performance.now() + milliseconds;
  while (passage.open > 0 && performance.now() < end) await sleep(20);
  assert.equal(passage.open, 0);
}
