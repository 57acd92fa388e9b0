import assert from "node:assert/strict";
import { type RemoteInfo, type Socket, createSocket } from "node:dgram";
import { after, before, describe, it } from "node:test";
import { HttpError } from "../errors.ts";
import { type Names, candidates, createResolve, readNames } from "./resolve.ts";

const HOSTS = `
# comment
127.0.0.1 localhost
::1 localhost ip6-localhost
10.0.0.7   Minio  minio.storage # the store
10.0.0.8 minio
`;
const RESOLV = `
nameserver 10.96.0.10
domain old.example
search default.svc.cluster.local svc.cluster.local ; comment
options ndots:5 timeout:1
`;

describe("readNames", () => {
  it("reads the two files of a machine", () => {
    const names = readNames(HOSTS, RESOLV);
    assert.deepEqual(names.hosts.get("minio"), ["10.0.0.7", "10.0.0.8"]);
    assert.deepEqual(names.hosts.get("minio.storage"), ["10.0.0.7"]);
    assert.equal(names.hosts.get("comment"), undefined);
    assert.deepEqual(names.search, ["default.svc.cluster.local", "svc.cluster.local"]);
    assert.equal(names.ndots, 5);
  });

  it("does without them", () => {
    const { hosts, search, ndots } = readNames("", "");
    assert.deepEqual([hosts.size, search, ndots], [0, [], 1]);
    assert.equal(readNames("", "options ndots:99").ndots, 15);
    assert.deepEqual(readNames("", "search .").search, []);
  });
});

describe("candidates", () => {
  const cases = [
    [[], 1, "minio", ["minio"]],
    [["a.test"], 1, "minio", ["minio.a.test", "minio"]],
    [["a.test"], 1, "example.com", ["example.com"]],
    [
      ["a.test", "b.test"],
      5,
      "minio.storage",
      ["minio.storage", "minio.storage.a.test", "minio.storage.b.test"],
    ],
    [["a.test"], 5, "minio.", ["minio"]],
    [["a.test"], 0, "minio", ["minio"]],
  ] as const;
  for (const [search, ndots, host, expected] of cases) {
    it(`of ${host} with ndots:${ndots} and ${search.length} domains are ${expected.join(", ")}`, () => {
      assert.deepEqual(candidates(host, { hosts: new Map(), search, ndots }), expected);
    });
  }
});

const RECORD_A = 1;
const RECORD_AAAA = 28;

type Zone = Readonly<
  Record<string, { a?: string; aaaa?: string; code?: number; silent?: "a" | "aaaa" | "both" }>
>;

const ZONE: Zone = {
  "v4.test": { a: "10.1.2.3" },
  "v6.test": { aaaa: "20010db8000000000000000000000001" },
  "both.test": { a: "10.1.2.3", aaaa: "20010db8000000000000000000000001" },
  "halfdead.test": { a: "10.1.2.3", silent: "aaaa" },
  "dead.test": { silent: "both" },
  "empty.test": {},
  "servfail.test": { code: 2 },
  "refused.test": { code: 5 },
  "minio.svc.test": { a: "10.9.9.9" },
};

/** A name server just large enough to be asked by a real resolver. */
function answer(query: Buffer, asked: string[]): Buffer | undefined {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString("latin1", at + 1, at + 1 + length));
    at += 1 + length;
  }
  const name = labels.join(".").toLowerCase();
  const type = query.readUInt16BE(at + 1);
  asked.push(`${name} ${type}`);
  const { a, aaaa, code = 0, silent } = ZONE[name] ?? { code: 3 };
  if (silent === "both" || (silent === "aaaa" && type === RECORD_AAAA)) return undefined;

  const hex = type === RECORD_A ? a && Buffer.from(a.split(".").map(Number)).toString("hex") : aaaa;
  const data = Buffer.from(type === RECORD_A || type === RECORD_AAAA ? (hex ?? "") : "", "hex");
  const head = Buffer.from(query.subarray(0, at + 5));
  head.writeUInt16BE(0x8180 | code, 2);
  head.writeUInt16BE(data.length > 0 ? 1 : 0, 6);
  head.writeUInt32BE(0, 8);
  if (data.length === 0) return head;
  const record = Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 9, 0, data.length]);
  return Buffer.concat([head, record, data]);
}

describe("a resolver", () => {
  const server: Socket = createSocket("udp4");
  const asked: string[] = [];
  let servers: string[] = [];
  const names = readNames("10.0.0.7 minio.local\n", "search svc.test\n");
  const readMachine = (): Promise<Names> => Promise.resolve(names);
  const resolve = (host: string): Promise<readonly string[]> => createResolve({ readMachine, servers })(host);
  const codeFor = async (host: string): Promise<string> => {
    const error: unknown = await resolve(host).catch((reason: unknown) => reason);
    return error instanceof HttpError ? error.code : String(error);
  };

  before(async () => {
    server.on("message", (query: Buffer, { port, address }: RemoteInfo) => {
      const reply = answer(query, asked);
      if (reply) server.send(reply, port, address);
    });
    await new Promise<void>((done) => server.bind(0, "127.0.0.1", done));
    servers = [`127.0.0.1:${server.address().port}`];
  });
  after(() => void server.close());

  it("asks for both families and puts IPv4 first", async () => {
    assert.deepEqual(await resolve("v4.test"), ["10.1.2.3"]);
    assert.deepEqual(await resolve("v6.test"), ["2001:db8::1"]);
    assert.deepEqual(await resolve("both.test"), ["10.1.2.3", "2001:db8::1"]);
    assert.deepEqual(await resolve("BOTH.test."), ["10.1.2.3", "2001:db8::1"]);
  });

  it("does not wait long for one family where it has the other", async () => {
    const began = performance.now();
    assert.deepEqual(await resolve("halfdead.test"), ["10.1.2.3"]);
    assert.ok(performance.now() - began < 900);
  });

  it("gives up on a server that never answers", async () => {
    const began = performance.now();
    assert.equal(await codeFor("dead.test"), "source_timeout");
    assert.ok(performance.now() - began < 4000);
  });

  it("fails where there is no address", async () => {
    for (const host of [
      "nowhere.test",
      "empty.test",
      "servfail.test",
      "refused.test",
      "a..b",
      "x".repeat(300),
    ]) {
      assert.equal(await codeFor(host), "source_unreachable", host);
    }
  });

  it("knows what lies in the hosts file, and asks nobody about it", async () => {
    asked.length = 0;
    assert.deepEqual(await resolve("MINIO.local"), ["10.0.0.7"]);
    assert.deepEqual(await resolve("localhost"), ["127.0.0.1", "::1"]);
    assert.deepEqual(await resolve("a.localhost."), ["127.0.0.1", "::1"]);
    assert.equal(await codeFor("nowhere.invalid"), "source_unreachable");
    assert.deepEqual(asked, []);
  });

  it("completes short names with the search domains", async () => {
    assert.deepEqual(await resolve("minio"), ["10.9.9.9"]);
    assert.equal(await codeFor("minio."), "source_unreachable");
  });

  it("reads the machine's own files", async () => {
    assert.deepEqual(await createResolve()("localhost"), ["127.0.0.1", "::1"]);
  });
});
