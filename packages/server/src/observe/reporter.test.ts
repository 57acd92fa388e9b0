import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { after, beforeEach, describe, it } from "node:test";
import { gunzipSync } from "node:zlib";
import { HttpError } from "../errors.ts";
import { openReporter, type ReporterOptions } from "./reporter.ts";

interface SentEvent {
  readonly environment?: string;
  readonly release?: string;
  readonly level?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly exception?: {
    readonly values: readonly {
      readonly type: string;
      readonly value: string;
      readonly stacktrace?: {
        readonly frames: readonly { readonly filename?: string; readonly function?: string }[];
      };
    }[];
  };
  readonly [name: string]: unknown;
}

interface Envelope {
  readonly url: string;
  readonly text: string;
  readonly type: unknown;
  readonly event: SentEvent;
}

/** Sentry's end: takes envelopes, lines of JSON. */
const received: Envelope[] = [];
const ingest = createServer((request, response) => {
  void buffer(request).then((body) => {
    const text = String(request.headers["content-encoding"] === "gzip" ? gunzipSync(body) : body);
    const [, item = "{}", event = "{}"] = text.split("\n");
    const { type } = JSON.parse(item) as { readonly type?: unknown };
    received.push({ url: request.url ?? "", text, type, event: JSON.parse(event) as SentEvent });
    response.writeHead(200, { "Content-Type": "application/json" }).end("{}");
  });
}).listen(0, "127.0.0.1");
await once(ingest, "listening");
const DSN = `http://public@127.0.0.1:${(ingest.address() as AddressInfo).port}/42`;
after(() => ingest.close());
beforeEach(() => {
  received.length = 0;
});

const SECRET = "s3cret";
const SOURCE = `https://me:${SECRET}@a.example/b.png?token=${SECRET}`;

async function open(options: ReporterOptions = {}) {
  const reporter = await openReporter({ sentryDsn: DSN, ...options });
  assert.ok(reporter);
  return reporter;
}

describe("openReporter", () => {
  it("opens nothing where no service is named", async () => {
    assert.equal(await openReporter({}), undefined);
    assert.equal(await openReporter({ sentryDsn: "", environment: "a" }), undefined);
  });

  it("refuses what is no DSN, without repeating it", async () => {
    for (const sentryDsn of ["nonsense", `https://${SECRET}@host/project`, "ftp://a@b/1"])
      await assert.rejects(openReporter({ sentryDsn }), {
        message: "expected a Sentry DSN like https://key@host/1, got other text",
      });
  });

  it("sends a fault with where it happened, and no secrets", async () => {
    const reporter = await open({ environment: "production", release: "tintype@1.2.3" });
    const cause = new TypeError(`cannot read ${SOURCE} of undefined`);
    const requestId = "01J-abc";
    reporter.report(HttpError.from(cause), {
      requestId,
      source: SOURCE,
      options: "w:100",
      origin: "request",
    });
    await reporter.close();
    assert.equal(received.length, 1);
    const [{ url, text, type, event } = assert.fail()] = received;
    assert.match(url, /^\/api\/42\/envelope\//);
    assert.equal(type, "event");
    assert.deepEqual(
      [event.environment, event.release, event.level],
      ["production", "tintype@1.2.3", "error"],
    );
    assert.deepEqual(event.tags, {
      code: "internal",
      request_id: "01J-abc",
      source_origin: "https://a.example",
      options: "w:100",
      origin: "request",
    });
    const [exception] = event.exception?.values ?? [];
    assert.equal(exception?.type, "TypeError");
    assert.equal(exception.value, "cannot read https://***@a.example/b.png?… of undefined");
    assert.ok(exception.stacktrace?.frames.some(({ filename }) => filename?.includes("reporter.test.ts")));
    assert.equal(text.includes(SECRET), false);
    for (const name of ["user", "request", "breadcrumbs", "extra"]) assert.equal(name in event, false, name);
  });

  it("sends what is no HttpError, and what is no Error", async () => {
    const reporter = await open();
    reporter.report(new RangeError("odd"));
    reporter.report("just text");
    await reporter.close();
    assert.deepEqual(
      received
        .map(({ event }) => [event.exception?.values[0]?.type, event.exception?.values[0]?.value])
        .sort(),
      [
        ["Error", "just text"],
        ["RangeError", "odd"],
      ],
    );
  });

  it("sends lost renderers, and neither refusals nor deadlines nor clients that left", async () => {
    const reporter = await open();
    for (const code of [
      "bad_signature",
      "source_failed",
      "source_timeout",
      "timeout",
      "queue_full",
      "not_ready",
      "client_gone",
      "broken_image",
    ] as const)
      reporter.report(new HttpError(code, code));
    reporter.report(new HttpError("renderer_lost", "gone"));
    await reporter.close();
    assert.deepEqual(
      received.map(({ event }) => event.tags?.code),
      ["renderer_lost"],
    );
  });

  it("closes in time where nobody answers", async () => {
    const deaf = createServer(() => undefined).listen(0, "127.0.0.1");
    await once(deaf, "listening");
    const { port } = deaf.address() as AddressInfo;
    const reporter = await open({ sentryDsn: `http://public@127.0.0.1:${port}/1` });
    reporter.report(new Error("unheard"));
    const began = performance.now();
    await reporter.close();
    assert.ok(performance.now() - began < 8000);
    deaf.closeAllConnections();
    deaf.close();
  });
});
