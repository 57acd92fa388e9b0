import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CodecError } from "@tintype/url";
import { isLoopback, parseBind } from "./bind.ts";

describe("bind", () => {
  for (const [bind, network, expected, loopback] of [
    [":8080", "tcp", { port: 8080 }, false],
    [":8080", "tcp4", { port: 8080, host: "0.0.0.0" }, false],
    [":8080", "tcp6", { port: 8080, host: "::", ipv6Only: true }, false],
    ["0.0.0.0:80", "tcp", { port: 80, host: "0.0.0.0" }, false],
    ["10.0.0.1:80", "tcp", { port: 80, host: "10.0.0.1" }, false],
    ["127.0.0.1:0", "tcp", { port: 0, host: "127.0.0.1" }, true],
    ["127.9.9.9:1", "tcp4", { port: 1, host: "127.9.9.9" }, true],
    ["127.evil.com:1", "tcp", { port: 1, host: "127.evil.com" }, false],
    ["localhost:8080", "tcp", { port: 8080, host: "localhost" }, true],
    ["[::1]:8080", "tcp", { port: 8080, host: "::1" }, true],
    ["[::]:8080", "tcp6", { port: 8080, host: "::" }, false],
    ["/run/tintype.sock", "tcp", { path: "/run/tintype.sock" }, true],
    ["tintype.sock", "unix", { path: "tintype.sock" }, true],
  ] as const)
    it(`reads ${bind} on ${network}`, () => {
      const read = parseBind(bind, network);
      assert.deepEqual(read, expected);
      assert.equal(isLoopback(read), loopback);
    });

  for (const bind of ["8080", "host", ":99999", ":", "::1:8080", "host:http", "[::1]"])
    it(`refuses ${bind}`, () => assert.throws(() => parseBind(bind, "tcp"), CodecError));
});
