import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, type Server, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { HttpError } from "../errors.ts";
import { readBody } from "./body.ts";
import { type HttpSettings, httpSource } from "./http.ts";

const SETTINGS: HttpSettings = {
  gate: { check: () => undefined, admits: (address) => address === "127.0.0.1" || address === "::1" },
  allows: () => true,
  maxRedirects: 10,
  downloadTimeoutSeconds: 4,
  connectTimeoutSeconds: 1,
  keepAliveSeconds: 0,
  userAgent: "tintype/test",
  ignoreTls: false,
};

/** The code of the refusal, or the body. */
async function fetchText(url: string, settings: Partial<HttpSettings> = {}): Promise<string> {
  const http = httpSource({ ...SETTINGS, ...settings });
  const { signal } = new AbortController();
  try {
    const original = await http.fetch(url, { signal, maxBytes: 0, headers: {}, mode: "picture" });
    return (await readBody(original, { maxBytes: 0 })).toString();
  } catch (error) {
    if (error instanceof HttpError) return error.code;
    throw error;
  } finally {
    await http.close();
  }
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port; // Listens on TCP.
const listen = (server: Server, address: string, port = 0): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once("error", reject).listen(port, address, resolve);
  });

/** Answers with the address that it listens on, and remembers what it has received. */
function listener(name: string): { server: Server; received: () => string; connections: () => number } {
  let [text, count] = ["", 0];
  const server = createServer((socket) => {
    count += 1;
    socket.on("error", () => undefined);
    socket.on("data", (bytes) => {
      text += bytes.toString("latin1");
      socket.end(`HTTP/1.1 200 OK\r\nContent-Length: ${name.length}\r\n\r\n${name}`);
    });
  });
  return { server, received: () => text, connections: () => count };
}

describe("connecting", () => {
  // Linux answers on all of 127.0.0.0/8: two addresses of one port stand for a public and a private host.
  const open = listener("open");
  const inner = listener("inner");
  let port = 0;

  before(async () => {
    await listen(open.server, "127.0.0.1");
    port = portOf(open.server);
    await listen(inner.server, "127.0.0.2", port);
  });
  after(() => {
    open.server.close();
    inner.server.close();
  });

  const resolveTo = (...answers: readonly (readonly string[])[]): Pick<HttpSettings, "resolve"> => {
    let turn = 0;
    return { resolve: () => Promise.resolve(answers[turn++ % answers.length] ?? []) };
  };
  const fetchFrom = (settings: Partial<HttpSettings>): Promise<string> =>
    fetchText(`http://rebind.example:${port}/`, settings);

  it("goes only to addresses that were checked, whatever a name answers next", async () => {
    const schedules = [
      [["127.0.0.1"], ["127.0.0.2"]],
      [["127.0.0.2"], ["127.0.0.1"]],
      [["127.0.0.1", "127.0.0.2"]],
      [["127.0.0.2", "127.0.0.1"]],
      [["127.0.0.2"], ["127.0.0.2", "127.0.0.1"], ["127.0.0.1"]],
    ];
    for (const schedule of schedules) {
      const settings = resolveTo(...schedule);
      for (let turn = 0; turn < 8; turn += 1) {
        const answer = schedule[turn % schedule.length] ?? [];
        const expected = answer.includes("127.0.0.1") ? "open" : "source_address_forbidden";
        assert.equal(await fetchFrom(settings), expected, JSON.stringify(answer));
      }
    }
    assert.equal(inner.connections(), 0);
  });

  it("treats literal addresses like the answers of names", async () => {
    assert.equal(await fetchText(`http://127.0.0.1:${port}/`), "open");
    for (const host of [
      "127.0.0.2",
      "127.2",
      "0x7f000002",
      "0177.0.0.2",
      "2130706434",
      "[::ffff:127.0.0.2]",
    ]) {
      assert.equal(await fetchText(`http://${host}:${port}/`), "source_address_forbidden", host);
    }
    assert.equal(inner.connections(), 0);
  });

  it("checks the connected peer before it sends a byte", async () => {
    const questions: string[] = [];
    const gate = {
      check: () => undefined,
      admits: (address: string): boolean => {
        questions.push(address);
        return questions.length === 1;
      },
    };
    const before = open.received();
    assert.equal(await fetchText(`http://127.0.0.1:${port}/`, { gate }), "source_address_forbidden");
    assert.deepEqual(questions, ["127.0.0.1", "127.0.0.1"]);
    questions.length = 0;
    assert.equal(await fetchText(`https://127.0.0.1:${port}/`, { gate }), "source_address_forbidden");
    await sleep(30);
    assert.equal(open.received(), before, "neither a request nor a ClientHello was sent");
  });

  it("takes the next address where one does not answer", async () => {
    const gate = { check: () => undefined, admits: () => true };
    // Nothing listens on .3, and nothing is routed to TEST-NET-1.
    const settings = { gate, ...resolveTo(["127.0.0.3", "127.0.0.1"]) };
    assert.equal(await fetchFrom(settings), "open");
    assert.equal(await fetchFrom({ gate, ...resolveTo(["127.0.0.3", "127.0.0.4"]) }), "source_unreachable");
  });

  it("tells apart a name without addresses, a failing resolver and nonsense", async () => {
    assert.equal(await fetchFrom(resolveTo([])), "source_unreachable");
    assert.equal(await fetchFrom(resolveTo(["localhost"], ["not an address"])), "source_address_forbidden");
    const broken = { resolve: () => Promise.reject(new Error("resolver down")) };
    assert.equal(await fetchFrom(broken), "source_unreachable");
    const late = { resolve: () => Promise.reject(new HttpError("source_timeout", "late")) };
    assert.equal(await fetchFrom(late), "source_timeout");
  });

  it("does not wait for a resolver that never answers", async () => {
    const settings = { resolve: () => new Promise<string[]>(() => undefined), downloadTimeoutSeconds: 0.2 };
    assert.equal(await fetchFrom(settings), "source_timeout");
  });

  it("ignores the proxies of the environment", async () => {
    const proxy = listener("proxy");
    await listen(proxy.server, "127.0.0.1");
    const names = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"];
    const program = `
      import { httpSource } from ${JSON.stringify(new URL("http.ts", import.meta.url).href)};
      const gate = { check() {}, admits: () => true };
      const http = httpSource({ gate, allows: () => true, maxRedirects: 0, downloadTimeoutSeconds: 2,
        keepAliveSeconds: 0, userAgent: "x", ignoreTls: false });
      const wish = { signal: new AbortController().signal, maxBytes: 0, headers: {}, mode: "picture" };
      const original = await http.fetch("http://127.0.0.1:${port}/", wish);
      for await (const chunk of original.body) process.stdout.write(chunk);
    `;
    const url = `http://127.0.0.1:${portOf(proxy.server)}`;
    const env = {
      ...process.env,
      ...Object.fromEntries(names.map((name) => [name, url])),
      NODE_USE_ENV_PROXY: "1",
    };
    const args = ["--conditions=tintype-source", "--input-type=module", "--eval", program];
    const { stdout } = await promisify(execFile)(process.execPath, args, { env, timeout: 20_000 });
    proxy.server.close();
    assert.equal(stdout, "open");
    assert.equal(proxy.connections(), 0);
  });
});

/** The server name that came with the ClientHello. */
const nameOf = ({ socket }: IncomingMessage): string =>
  "servername" in socket ? String(socket.servername) : "plain";

describe("TLS", () => {
  let folder = "";
  const secure: { server?: Server; port: number } = { port: 0 };
  let stalling: Server | undefined;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "tintype-tls-"));
    const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
    const request =
      "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=test";
    const names = ["-addext", "subjectAltName=DNS:secure.example,IP:127.0.0.1"];
    await promisify(execFile)("openssl", [...request.split(" "), ...names, "-keyout", key, "-out", cert]);
    const server = createTlsServer({ key: await readFile(key), cert: await readFile(cert) }, (ask, reply) => {
      if (ask.url === "/down") reply.writeHead(302, { Location: "http://127.0.0.1:1/" }).end();
      else if (ask.url === "/same") reply.writeHead(302, { Location: "/x" }).end();
      else reply.end(`${ask.headers.host ?? ""} by HTTP/${ask.httpVersion} as ${nameOf(ask)}`);
    });
    await listen(server, "127.0.0.1");
    Object.assign(secure, { server, port: portOf(server) });
    stalling = createServer((socket) => void socket.on("error", () => undefined));
    await listen(stalling, "127.0.0.1");
  });
  after(async () => {
    secure.server?.close();
    stalling?.close();
    await rm(folder, { recursive: true });
  });

  const resolve = (): Promise<string[]> => Promise.resolve(["127.0.0.1"]);

  it("refuses a certificate that nobody vouches for", async () => {
    assert.equal(await fetchText(`https://127.0.0.1:${secure.port}/`), "source_unreachable");
    assert.equal(
      await fetchText(`https://secure.example:${secure.port}/`, { resolve }),
      "source_unreachable",
    );
  });

  it("takes any certificate where it is told to", async () => {
    const host = `127.0.0.1:${secure.port}`;
    assert.equal(await fetchText(`https://${host}/`, { ignoreTls: true }), `${host} by HTTP/1.1 as false`);
    assert.equal(
      await fetchText(`https://${host}/same`, { ignoreTls: true }),
      `${host} by HTTP/1.1 as false`,
    );
    const other = `other.example:${secure.port}`;
    const dotted = `other.example.:${secure.port}`;
    for (const name of [other, dotted]) {
      const expected = `${name} by HTTP/1.1 as other.example`;
      assert.equal(await fetchText(`https://${name}/`, { ignoreTls: true, resolve }), expected);
    }
  });

  it("takes a certificate that is vouched for, but only for its own names", async () => {
    const program = `
      import { httpSource } from ${JSON.stringify(new URL("http.ts", import.meta.url).href)};
      const gate = { check() {}, admits: () => true };
      const http = httpSource({ gate, allows: () => true, maxRedirects: 0, downloadTimeoutSeconds: 2,
        keepAliveSeconds: 0, userAgent: "x", ignoreTls: false, resolve: async () => ["127.0.0.1"] });
      const wish = { signal: new AbortController().signal, maxBytes: 0, headers: {}, mode: "picture" };
      const codes = [];
      for (const host of ["secure.example", "secure.example.", "127.0.0.1", "other.example"]) {
        const got = await http.fetch("https://" + host + ":${secure.port}/", wish).catch((error) => error);
        codes.push(got.code ?? got.status);
        got.cancel?.();
      }
      process.stdout.write(codes.join(" "));
    `;
    const env = { ...process.env, NODE_EXTRA_CA_CERTS: join(folder, "cert.pem") };
    const args = ["--conditions=tintype-source", "--input-type=module", "--eval", program];
    const { stdout } = await promisify(execFile)(process.execPath, args, { env, timeout: 20_000 });
    assert.equal(stdout, "200 200 200 source_unreachable");
  });

  it("does not follow a redirect down to http, unless told to", async () => {
    const url = `https://127.0.0.1:${secure.port}/down`;
    const seen: string[] = [];
    const allows = (to: string): boolean => seen.push(to) > 0;
    assert.equal(await fetchText(url, { ignoreTls: true, allows }), "source_unreachable");
    assert.deepEqual(seen, [url]);
    await fetchText(url, { ignoreTls: true, allows, allowDowngrade: true });
    assert.deepEqual(seen.slice(1), [url, "http://127.0.0.1:1/"]);
  });

  it("does not wait for a handshake that never ends", async () => {
    assert.ok(stalling);
    const url = `https://127.0.0.1:${portOf(stalling)}/`;
    assert.equal(await fetchText(url, { downloadTimeoutSeconds: 0.3 }), "source_timeout");
  });

  it("is refused where the server does not speak it, and the other way round", async () => {
    const plain = listener("plain");
    await listen(plain.server, "127.0.0.1");
    assert.equal(await fetchText(`https://127.0.0.1:${portOf(plain.server)}/`), "source_unreachable");
    plain.server.close();
    assert.notEqual(await fetchText(`http://127.0.0.1:${secure.port}/`), "");
  });
});
