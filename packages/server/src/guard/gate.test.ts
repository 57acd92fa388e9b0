import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { HttpError } from "../errors.ts";
import { type GatePolicy, createGate } from "./gate.ts";

const STRICT: GatePolicy = {
  allowLoopback: false,
  allowLinkLocal: false,
  allowPrivate: false,
  deny: [],
  ports: [80, 443],
};

/** "open", or the code of the refusal. */
function verdict(url: string, policy: Partial<GatePolicy> = {}): string {
  const gate = createGate({ ...STRICT, ...policy });
  try {
    gate.check(new URL(url));
    return "open";
  } catch (error) {
    return error instanceof HttpError ? error.code : String(error);
  }
}

const FORBIDDEN = "source_address_forbidden";

describe("the gate", () => {
  const cases: readonly (readonly [url: string, expected: string, policy?: Partial<GatePolicy>])[] = [
    ["http://example.com/", "open"],
    ["https://example.com/a?b#c", "open"],
    ["https://example.com:443/", "open"],
    ["http://example.com:443/", "open"],
    ["https://example.com:80/", "open"],
    ["http://93.184.216.34/", "open"],
    ["http://[2606:4700::1111]/", "open"],
    ["file:///etc/passwd", "source_unreachable"],
    ["ftp://example.com/", "source_unreachable"],
    ["gopher://example.com:70/", "source_unreachable"],
    ["data:image/png,x", "source_unreachable"],
    ["local:///a", "source_unreachable"],
    ["ws://example.com/", "source_unreachable"],
    ["http://u@example.com/", FORBIDDEN],
    ["http://u:p@example.com/", FORBIDDEN],
    ["http://:p@example.com/", FORBIDDEN],
    ["http://example.com:0/", FORBIDDEN],
    ["http://example.com:22/", FORBIDDEN],
    ["http://example.com:8080/", FORBIDDEN],
    ["http://example.com:8080/", "open", { ports: [80, 8080] }],
    ["http://example.com:8081/", FORBIDDEN, { ports: [80, 8080] }],
    ["http://example.com/", FORBIDDEN, { ports: [443] }],
    ["http://example.com:9000/", "open", { allowPrivate: true }],
    ["http://example.com:9000/", "open", { allowLoopback: true }],
    ["http://example.com:9000/", FORBIDDEN, { allowLinkLocal: true }],
    ["http://example.com:0/", FORBIDDEN, { allowPrivate: true, allowLoopback: true, ports: [0] }],
    ["http://127.0.0.1/", FORBIDDEN],
    ["http://127.0.0.1/", "open", { allowLoopback: true }],
    ["http://10.0.0.1/", FORBIDDEN, { allowLoopback: true }],
    ["http://10.0.0.1:9000/", "open", { allowPrivate: true }],
    ["http://10.0.0.1/", FORBIDDEN, { allowPrivate: true, deny: ["10.0.0.0/24"] }],
    ["http://169.254.169.254/latest/meta-data", FORBIDDEN, { allowPrivate: true, allowLoopback: true }],
    ["http://169.254.169.254/", "open", { allowLinkLocal: true }],
    ["http://[::1]/", FORBIDDEN],
    ["http://[::1]:81/", "open", { allowLoopback: true }],
    ["http://[::ffff:127.0.0.1]/", FORBIDDEN],
    ["http://[::ffff:93.184.216.34]/", FORBIDDEN],
    ["http://[fd00:ec2::254]/", FORBIDDEN, { allowPrivate: true }],
    ["http://localhost/", "open"],
  ];
  for (const [url, expected, policy] of cases) {
    it(`${expected === "open" ? "opens to" : "stops"} ${url} ${policy ? JSON.stringify(policy) : ""}`, () => {
      assert.equal(verdict(url, policy), expected);
    });
  }

  it("judges the answers of DNS by the same policy", () => {
    const gate = createGate({ ...STRICT, allowPrivate: true, deny: ["8.8.8.0/24"] });
    const cases = [
      ["1.1.1.1", true],
      ["10.0.0.1", true],
      ["127.0.0.1", false],
      ["8.8.8.8", false],
      ["", false],
      ["example.com", false],
    ] as const;
    for (const [address, admitted] of cases) assert.equal(gate.admits(address), admitted, address);
  });

  it("refuses to be made of a malformed deny list", () => {
    for (const entry of ["10.0.0.0/33", "10.0.0", "", "example.com", "::/200"]) {
      assert.throws(
        () => createGate({ ...STRICT, deny: [entry] }),
        /expected an address or a CIDR block/,
        entry,
      );
    }
  });
});
