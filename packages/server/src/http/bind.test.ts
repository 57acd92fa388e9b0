import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, describe, it } from "node:test";
import { open, urlOf } from "./bind.ts";
import type { Network } from "./bind.ts";

const place = (bind: string, network: Network = "tcp") => ({ bind, network, reusePort: false });

const ADDRESSES: readonly (readonly [string, Network, RegExp, string])[] = [
  [":0", "tcp", /^(::|0\.0\.0\.0)$/, "http://localhost"],
  [":0", "tcp4", /^0\.0\.0\.0$/, "http://localhost"],
  ["0.0.0.0:0", "tcp", /^0\.0\.0\.0$/, "http://localhost"],
  [":0", "tcp6", /^::$/, "http://localhost"],
  ["127.0.0.1:0", "tcp", /^127\.0\.0\.1$/, "http://127.0.0.1"],
  ["localhost:0", "tcp4", /^127\.0\.0\.1$/, "http://localhost"],
  ["[::1]:0", "tcp", /^::1$/, "http://[::1]"],
  ["[::1]:0", "tcp6", /^::1$/, "http://[::1]"],
];

describe("open", () => {
  for (const [bind, network, address, url] of ADDRESSES) {
    it(`listens on ${bind} over ${network}`, async () => {
      const server = createServer();
      await open(server, place(bind, network));
      // A TCP server's address is an object.
      const info = server.address() as AddressInfo;
      assert.match(info.address, address);
      assert.equal(urlOf(server, place(bind, network)), `${url}:${info.port}`);
      server.close();
    });
  }

  for (const bind of ["", "8080", "localhost", ":http", ":65536", "::1:80", "a:1:2", "http://localhost:80"]) {
    it(`refuses "${bind}"`, async () => {
      await assert.rejects(open(createServer(), place(bind)), /expected an address such as/);
    });
  }

  it("listens on a path over any network", async () => {
    const path = join(mkdtempSync(join(tmpdir(), "tintype-bind-")), "socket");
    after(() => rmSync(dirname(path), { recursive: true }));
    for (const network of ["tcp", "unix"] as const) {
      const server = createServer();
      await open(server, place(path, network));
      assert.equal(urlOf(server, place(path, network)), `unix:${path}`);
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it("refuses a name that is nobody's", async () => {
    await assert.rejects(
      open(createServer(), place("256.0.0.1:0")),
      /^Error: expected an address to listen on, got "256\.0\.0\.1"$/,
    );
  });

  it("refuses an address of the other family", async () => {
    await assert.rejects(
      open(createServer(), place("[::1]:0", "tcp4")),
      /expected an IPv4 address, got "::1"/,
    );
    await assert.rejects(open(createServer(), place("127.0.0.1:0", "tcp6")), /expected an IPv6 address/);
  });

  it("shares a port between two servers where that is asked for", async () => {
    const [first, second, third] = [createServer(), createServer(), createServer()];
    const shared = { network: "tcp4", reusePort: true } as const;
    await open(first, { ...shared, bind: "127.0.0.1:0" });
    const bind = `127.0.0.1:${(first.address() as AddressInfo).port}`;
    await open(second, { ...shared, bind });
    await assert.rejects(open(third, { ...shared, reusePort: false, bind }), /EADDRINUSE/);
    first.close();
    second.close();
  });
});
