import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { HttpError } from "../errors.ts";
import { fromFailure, toFailure } from "./failure.ts";

describe("failure", () => {
  it("carries code, detail and the source's status across", () => {
    const errors = [
      new HttpError("broken_image", "expected a picture, got a poem"),
      new HttpError("source_refused", "expected 200, got 418", { status: 418 }),
    ];
    for (const error of errors) {
      const copy = fromFailure(JSON.parse(JSON.stringify(toFailure(error))));
      assert.deepEqual([copy?.code, copy?.message, copy?.status], [error.code, error.message, error.status]);
    }
  });

  it("turns anything else into an internal error", () => {
    assert.deepEqual(toFailure(new TypeError("bug")), { code: "internal", message: "bug" });
    assert.deepEqual(toFailure("bug"), { code: "internal", message: "bug" });
  });

  it("bounds the detail on both ways", () => {
    assert.equal(toFailure(new Error("x".repeat(10_000))).message.length, 4000);
    assert.equal(fromFailure({ code: "internal", message: "x".repeat(10_000) })?.message.length, 4000);
  });

  it("knows no failure but those of the table, and no status but a client error's", () => {
    const strangers = [
      null,
      "text",
      {},
      { code: "internal" },
      { code: "toString", message: "" },
      { code: 1, message: "" },
    ];
    for (const stranger of strangers) assert.equal(fromFailure(stranger), undefined);
    for (const status of [200, 302, 599, "404", 404.5]) {
      assert.equal(fromFailure({ code: "source_refused", message: "", status })?.status, 404);
    }
    assert.equal(fromFailure({ code: "internal", message: "", status: 404 })?.status, 500);
  });
});
