/** What CloudFront is told to forget, against the real SDK over HTTP. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { edgeTag, sourceTag } from "tintype/deploy";
import { createInvalidate } from "../../src/cli/invalidate.ts";
import { OUTPUTS_OF_ALL, useAmazon } from "./amazon.ts";
import { run, type Ran } from "./run.ts";

const CAT = "https://example.com/cat.jpg";
const amazon = useAmazon();
let told: (readonly string[])[] = [];

beforeEach(() => {
  told = [];
  amazon.calls.length = 0;
  amazon.outputs = { ...OUTPUTS_OF_ALL };
  amazon.onInvalidation = (items) => told.push(items);
});
afterEach(() => amazon.denied.clear());

const ask = (...args: string[]): Promise<Ran> => run(createInvalidate({ pollMs: 5 }), args);

describe("tintype-cdk invalidate", () => {
  it("tells tags, sources and paths in one order, and waits until it is carried out", async () => {
    const { code, text } = await ask("--tag", "summer", "--tag", "a,b", "--source", CAT, "/x/y*");
    assert.equal(code, 0);
    assert.deepEqual(told, [["#summer", `#${edgeTag("a,b")}`, `#${sourceTag(CAT)}`, "/x/y*"]]);
    assert.equal(amazon.count("GetInvalidation"), 2);
    assert.match(text, /^I1: #summer .*\ndone after 0 s$/);
  });

  it("does not wait with --no-wait, and needs no stack with --distribution", async () => {
    const { code } = await ask("--tag", "x", "--no-wait", "--distribution", "E2");
    assert.equal(code, 0);
    assert.deepEqual(
      amazon.calls.map(({ action }) => action),
      ["CreateInvalidation"],
    );
  });

  for (const path of ["/*", "/**"])
    it(`refuses ${path} and says why`, async () => {
      const { code, errors } = await ask(path);
      assert.equal(code, 2);
      assert.match(errors, /ask your servers at once/);
      assert.match(errors, /--everything/);
      assert.deepEqual(amazon.calls, []);
    });

  it("empties everything where that is said", async () => {
    assert.equal((await ask("--everything")).code, 0);
    assert.deepEqual(told, [["/*"]]);
  });

  for (const [args, words] of [
    [[], "expected --tag, --source or paths, got nothing"],
    [["cat.jpg"], "expected a path that begins with a slash"],
    [["--tag", "--source"], "expected a value behind --tag"],
    [["--sauce", "x"], "--sauce is not a flag of this command, which takes --tag, --source"],
  ] as const)
    it(`refuses ${JSON.stringify(args)}`, async () => {
      const { code, errors } = await ask(...args);
      assert.equal(code, 2);
      assert.ok(errors.includes(words), errors);
    });

  it("says what AWS refused, and what a stack has not", async () => {
    amazon.denied.add("CreateInvalidation");
    const denied = await ask("--tag", "x");
    assert.equal(denied.code, 1);
    assert.match(denied.errors, /got 403 AccessDenied: not authorized/);
    delete amazon.outputs["DistributionId"];
    assert.match((await ask("--tag", "x")).errors, /expected an output DistributionId of the stack images/);
  });
});
