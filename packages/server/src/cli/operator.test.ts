import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { operatorOf, printable, type FindOperator } from "./operator.ts";

const nobody: FindOperator = () => assert.fail("the configuration is not needed");

describe("whom a command asks", () => {
  for (const [flags, find, operator] of [
    [{ server: "https://a:1/p//", token: "t" }, nobody, { server: "https://a:1/p", token: "t" }],
    [{ token: "t" }, () => ({ server: "http://b", token: "c" }), { server: "http://b", token: "t" }],
    [{ server: "http://a" }, () => ({ server: "http://b", token: "c" }), { server: "http://a", token: "c" }],
    [{}, () => ({ token: "" }), { server: "http://127.0.0.1:8081", token: "" }],
  ] as const)
    it(`is ${operator.server} by ${JSON.stringify(flags)}`, () =>
      assert.deepEqual(operatorOf(new Map(Object.entries(flags)), find), operator));
});

describe("printable", () => {
  it("keeps others' text from moving the cursor or turning the line around", () =>
    assert.equal(printable("ü \u001b[2J\r\n\u0085\u202e"), "ü \\u001b[2J\\u000d\\u000a\\u0085\\u202e"));
});
