/** The handlers in the frameworks that they are for, through real sockets. */
import assert from "node:assert/strict";
import { once } from "node:events";
import {
  createServer,
  request as send,
  type IncomingMessage,
  type RequestListener,
  type Server,
} from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { after, before, describe, it } from "node:test";
import express from "express";
import { fastify, type FastifyRequest } from "fastify";
import { Hono } from "hono";
import { createCapabilities } from "../sign/index.ts";
import { imageSigner } from "./index.ts";

const SETTINGS = {
  endpoint: "https://img.example.com",
  key: "00112233445566778899aabbccddeeff",
  kid: 7,
  policies: { hero: { widths: [320, 1920], expires: new Date("2126-01-01T00:00:00Z") } },
  report: (): void => undefined,
} as const;
const CAT = "https://shop.example/cat.jpg";
const EXPECTED = createCapabilities(SETTINGS).sign(CAT, SETTINGS.policies.hero);

/** What an application knows its users by. */
function allows(user: string | null | undefined): boolean {
  if (user === "trouble") throw new Error("password of db7.internal is wrong");
  return user === "ada";
}

interface Door {
  readonly url: string;
  readonly close: () => Promise<unknown>;
}

async function listen(listener: RequestListener | Server): Promise<Door> {
  const server = typeof listener === "function" ? createServer(listener) : listener;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    // A TCP server has no other kind of address.
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/sign`,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

/** node:http for what speaks the Fetch standard, as the adapters of frameworks do it. */
const adapt =
  (answer: (request: Request) => Response | Promise<Response>): RequestListener =>
  async (incoming, outgoing) => {
    const { method = "", headers } = incoming;
    const hasBody = method !== "GET" && method !== "HEAD";
    const init = { method, headers: headers as Record<string, string>, duplex: "half" };
    const body = hasBody ? { body: Readable.toWeb(incoming) as ReadableStream } : {};
    const response = await answer(
      new Request(`http://${headers.host ?? ""}${incoming.url ?? ""}`, { ...init, ...body }),
    );
    outgoing.writeHead(response.status, [...response.headers].flat());
    outgoing.end(await response.text());
  };

const onFetch = imageSigner({
  ...SETTINGS,
  authorize: (request: Request) => Promise.resolve(allows(request.headers.get("x-user"))),
});
const onNode = imageSigner({
  ...SETTINGS,
  authorize: (request: IncomingMessage) => allows(String(request.headers["x-user"])),
});
const onExpress = imageSigner({
  ...SETTINGS,
  authorize: (request: express.Request) => allows(request.get("x-user")),
});
const onFastify = imageSigner({
  ...SETTINGS,
  authorize: ({ log, headers }: FastifyRequest) =>
    typeof log === "object" && allows(String(headers["x-user"])),
});

interface Framework {
  readonly start: () => Promise<Door>;
  /** It parses JSON itself, and has words of its own for what is none. */
  readonly parses?: true;
  readonly adapts?: true;
}

const FRAMEWORKS: Readonly<Record<string, Framework>> = {
  "node:http": { start: () => listen((request, response) => void onNode.node(request, response)) },
  Express: { start: () => listen(express().all("/sign", onExpress.express) as RequestListener) },
  "Express behind its JSON parser": {
    parses: true,
    start: () =>
      listen(
        express()
          .set("env", "test")
          .use(express.json({ limit: "2mb" }))
          .all("/sign", onExpress.express) as RequestListener,
      ),
  },
  "Express behind its parser of text": {
    start: () =>
      listen(
        express()
          .use(express.text({ type: "*/*", limit: "2mb" }))
          .all("/sign", onExpress.express) as RequestListener,
      ),
  },
  Fastify: {
    parses: true,
    start: async () => {
      const app = fastify({ bodyLimit: 2 << 20 });
      app.route({ method: ["GET", "POST", "PUT"], url: "/sign", handler: onFastify.fastify });
      const origin = await app.listen({ port: 0, host: "127.0.0.1" });
      return { url: `${origin}/sign`, close: () => app.close() };
    },
  },
  Hono: {
    adapts: true,
    start: () => listen(adapt(new Hono().all("/sign", (context) => onFetch.fetch(context.req.raw)).fetch)),
  },
  "a route handler of Next": {
    adapts: true,
    start: () => {
      const route = { POST: onFetch.fetch, GET: onFetch.fetch, PUT: onFetch.fetch };
      return listen(adapt((request) => route[request.method as keyof typeof route](request)));
    },
  },
};

const WISH = JSON.stringify({ sources: [CAT], policy: "hero" });
const TYPE = "application/json; charset=utf-8";

for (const [name, { start, parses, adapts }] of Object.entries(FRAMEWORKS)) {
  describe(`imageSigner in ${name}`, () => {
    let door: Door;
    before(async () => {
      door = await start();
    });
    after(() => door.close());

    function post(body: string, { method = "POST", type = TYPE, user = "ada" } = {}): Promise<Response> {
      return fetch(door.url, {
        method,
        headers: { "Content-Type": type, "X-User": user },
        ...(method !== "GET" && { body }),
      });
    }

    it("gives capabilities to whom the application's hook allows them", async () => {
      const response = await post(WISH);
      assert.match(response.headers.get("content-type") ?? "", /^application\/json(?:; charset=utf-8)?$/);
      assert.equal(response.headers.get("cache-control"), "no-store");
      assert.deepEqual(
        [response.status, await response.json()],
        [200, { capabilities: { [CAT]: EXPECTED }, expires: "2126-01-01T00:00:00.000Z" }],
      );
    });

    const refused: [string, string, Parameters<typeof post>[1], number, parsed?: true][] = [
      ["somebody else", WISH, { user: "eve" }, 403],
      ["a hook that throws", WISH, { user: "trouble" }, 500],
      ["an unknown policy", JSON.stringify({ sources: [CAT], policy: "big" }), {}, 404],
      ["a wish without sources", '{"policy":"hero"}', {}, 400],
      ["what is no JSON", '{"sources":[', {}, 400, true],
      ["a form", "sources=x&policy=hero", { type: "application/x-www-form-urlencoded" }, 415, true],
      ["JSON that calls itself text", WISH, { type: "text/plain" }, 415],
      ["another method", WISH, { method: "PUT" }, 405],
      ["GET", "", { method: "GET" }, 405],
      ["a megabyte", JSON.stringify({ sources: ["x".repeat(1 << 20)], policy: "hero" }), {}, 413],
    ];
    for (const [what, body, how, status, parsed] of refused)
      it(`answers ${status} to ${what}`, async () => {
        const response = await post(body, how);
        const text = await response.text();
        assert.equal(response.status, status, text);
        assert.doesNotMatch(text, /db7|password|\.ts:/);
        if (status === 405) assert.equal(response.headers.get("allow"), "POST");
        if (parses && parsed) return;
        assert.equal(response.headers.get("cache-control"), "no-store");
        assert.deepEqual(Object.keys(JSON.parse(text) as object), ["error"]);
      });

    // Where the Fetch standard is spoken, what is left of a body is the business of whoever adapts Node to it.
    if (adapts) return;
    it("answers the next request of a connection after a body that was too long", async () => {
      assert.equal((await post("x".repeat(200_000))).status, parses ? 400 : 413);
      assert.equal((await post(WISH)).status, 200);
    });
  });
}

for (const name of ["node:http", "Express", "Hono"] as const) {
  it(`${name} refuses a body without an end before it has come to one`, async () => {
    const door = await FRAMEWORKS[name]!.start();
    const sending = send(door.url, { method: "POST", headers: { "Content-Type": TYPE } });
    // It is cut off at the end of this test.
    sending.on("error", () => undefined);
    const answered = once(sending, "response") as Promise<[IncomingMessage]>;
    sending.write("x".repeat(64 * 1024 + 1));
    const [response] = await answered;
    assert.equal(response.statusCode, 413);
    sending.destroy();
    await door.close();
  });
}

it("a client that goes away in the middle of its body leaves nothing behind that fails", async () => {
  const reports: unknown[] = [];
  const signer = imageSigner({ ...SETTINGS, authorize: () => true, report: (error) => reports.push(error) });
  let answered: Promise<void> | undefined;
  const arrived = Promise.withResolvers<undefined>();
  const door = await listen((request, response) => {
    answered = signer.node(request, response);
    arrived.resolve(undefined);
  });
  const sending = send(door.url, { method: "POST", headers: { "Content-Type": TYPE } });
  sending.on("error", () => undefined);
  sending.write('{"sources":');
  await arrived.promise;
  sending.destroy();
  await answered;
  assert.deepEqual(reports, []);
  await door.close();
});

it("a body that somebody read and kept nowhere is the application's mistake, and it is told", async () => {
  const reports: unknown[] = [];
  const signer = imageSigner({ ...SETTINGS, authorize: () => true, report: (error) => reports.push(error) });
  const door = await listen((request, response) => {
    request.resume().on("end", () => setImmediate(() => void signer.node(request, response)));
  });
  const response = await fetch(door.url, { method: "POST", headers: { "Content-Type": TYPE }, body: WISH });
  assert.equal(response.status, 500);
  assert.match(String(reports), /expected a request with its body/);
  await door.close();
});
