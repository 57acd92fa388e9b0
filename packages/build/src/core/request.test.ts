import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseRequest, REQUEST } from "./request.ts";

describe("an import", () => {
  for (const [id, isOne] of [
    ["./a.jpg?tintype", true],
    ["./a.jpg?policy=hero&tintype", true],
    ["./a.jpg?tintype=&policy=hero", true],
    ["./a.jpg?tintypes", false],
    ["./tintype.jpg", false],
    ["./a.jpg?url", false],
  ] as const)
    it(`${id} is ${isOne ? "one" : "none"} of a picture`, () => assert.equal(REQUEST.test(id), isOne));

  it("says policy, aspect and sizes in any order, and may hold what Vite adds", () => {
    const id = "/a b/c.jpg?import&sizes=(min-width:%2040em)%2050vw,%20100vw&policy=x&aspect=2&tintype&t=17";
    assert.deepEqual(parseRequest(id), {
      file: "/a b/c.jpg",
      policy: "x",
      aspect: 2,
      sizes: "(min-width: 40em) 50vw, 100vw",
    });
  });

  for (const query of ["aspect=-1", "aspect=1.5", "aspect=", "aspect=01", "aspects=1"])
    it(`is refused with ${query}`, () => {
      assert.throws(() => parseRequest(`/a.jpg?tintype&policy=x&${query}`), /^Error: \/a\.jpg.*: expected /);
    });
});
