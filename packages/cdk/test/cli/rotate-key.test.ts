/** Keys change in three steps, against the real SDK over HTTP; whatever breaks in between can be run again. */
import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { edgeKeys, loadConfig, MAX_VALUE_BYTES } from "tintype/deploy";
import { fingerprint, randomPair, readRing, writeStore, type Pair } from "../../src/cli/key-ring.ts";
import { createRotateKey, type RotateParts } from "../../src/cli/rotate-key.ts";
import { OUTPUTS_OF_ALL, useAmazon } from "./amazon.ts";
import { run, type Ran } from "./run.ts";

const FIRST: Pair = { key: "aa".repeat(32), salt: "bb".repeat(16) };

const amazon = useAmazon();
beforeEach(() => {
  amazon.calls.length = 0;
  amazon.denied.clear();
  amazon.outputs = { ...OUTPUTS_OF_ALL };
  amazon.end = "COMPLETED";
  amazon.secret = { text: JSON.stringify(FIRST), writtenAt: Date.now() / 1000 - 1000 };
  amazon.store = { value: '{"signatures":[],"capabilities":{"1":"cafe"}}', etag: 1 };
  amazon.deployments = [{ id: "ecs-svc/0", createdAt: Date.now() / 1000 - 500, rolloutState: "COMPLETED" }];
});

const nobody: Partial<RotateParts> = { question: undefined, pollMs: 5 };
const parts = (more: Partial<RotateParts> = {}): Partial<RotateParts> => ({ ...nobody, ...more });
const rotate = (args: readonly string[] = [], more: Partial<RotateParts> = {}): Promise<Ran> =>
  run(createRotateKey(parts(more)), args);
const pairs = (): readonly Pair[] => readRing(amazon.secret.text).pairs;
const prints = (): readonly string[] => pairs().map(fingerprint);
const edgePrints = (): readonly string[] =>
  (JSON.parse(amazon.store.value ?? "{}") as { signatures: [string, string][] }).signatures.map(
    ([key, salt]) => fingerprint({ key, salt }),
  );
const writes = (): readonly string[] =>
  amazon.calls.map(({ action }) => action).filter((action) => /^(?:Put|Update)/.test(action));

/** No key, nor anything of one, may be printed. */
function assertSecret({ text, errors }: Ran): void {
  const said = `${text}\n${errors}`;
  for (const { key, salt } of pairs())
    for (const part of [key.slice(0, 12), salt.slice(0, 12)]) assert.ok(!said.includes(part), said);
}

describe("step one", () => {
  it("adds a pair behind the one that signs, tells the edge and restarts the tasks", async () => {
    const ran = await rotate();
    assert.equal(ran.code, 0, ran.errors);
    assert.equal(pairs().length, 2);
    assert.deepEqual(pairs()[0], FIRST);
    assert.deepEqual([pairs()[1]?.key.length, pairs()[1]?.salt.length], [64, 64]);
    assert.deepEqual(edgePrints(), prints());
    assert.deepEqual(writes(), ["PutSecretValue", "PutKey", "UpdateService"]);
    assert.match(ran.text, /1 of 2 new tasks run/);
    assert.match(ran.text, /--promote/);
    assertSecret(ran);
  });

  it("keeps what the edge knows of capabilities, and signs its requests for all regions", async () => {
    await rotate();
    assert.deepEqual((JSON.parse(amazon.store.value ?? "") as { capabilities: unknown }).capabilities, {
      1: "cafe",
    });
    const put = amazon.calls.find(({ action }) => action === "PutKey");
    assert.match(put?.authorization ?? "", /^AWS4-ECDSA-P256-SHA256 /);
  });

  it("changes nothing in a dry run", async () => {
    const ran = await rotate(["--dry-run"]);
    assert.equal(ran.code, 0);
    assert.match(ran.text, /^would be: the secret has a new pair/m);
    assert.deepEqual(writes(), []);
  });

  for (const [denied, done, left] of [
    ["PutSecretValue", "Nothing was changed", 1],
    ["PutKey", "Done: the secret has", 2],
    ["UpdateService", "the edge has 2 pairs", 2],
  ] as const)
    it(`says what is done where ${denied} is refused, and goes on with the same pair when run again`, async () => {
      amazon.denied.add(denied);
      const broken = await rotate();
      assert.equal(broken.code, 1);
      assert.ok(broken.errors.includes(done), broken.errors);
      assert.match(broken.errors, /expected AWS to do it, got 403 AccessDenied/);
      assert.match(broken.errors, /run `tintype-cdk rotate-key` again/);
      assert.equal(pairs().length, left);
      assertSecret(broken);
      const between = prints();
      amazon.denied.clear();
      assert.equal((await rotate()).code, 0);
      assert.equal(pairs().length, 2);
      if (left === 2) assert.deepEqual(prints(), between);
      assert.deepEqual(edgePrints(), prints());
      assert.equal(amazon.deployments[0]?.rolloutState, "COMPLETED");
    });

  it("says that a deployment failed", async () => {
    amazon.end = "FAILED";
    const ran = await rotate();
    assert.equal(ran.code, 1);
    assert.match(ran.errors, /got a failed deployment: tasks failed to start/);
  });

  it("says that nothing was restarted where the servers are no tasks", async () => {
    delete amazon.outputs["ClusterName"];
    delete amazon.outputs["ServiceName"];
    const ran = await rotate();
    assert.equal(ran.code, 0, ran.errors);
    assert.deepEqual(writes(), ["PutSecretValue", "PutKey"]);
    assert.doesNotMatch(ran.text, /started anew/);
    assert.match(ran.text, /deploy what serves anew before the next step/);
  });

  it("does without an edge that verifies", async () => {
    delete amazon.outputs["KeyValueStoreArn"];
    assert.equal((await rotate()).code, 0);
    assert.deepEqual(writes(), ["PutSecretValue", "UpdateService"]);
  });

  it("changes nothing where the edge would not take so many", async () => {
    const many = Array.from({ length: 7 }, randomPair);
    amazon.secret.text = JSON.stringify({
      key: many.map(({ key }) => key).join(","),
      salt: many.map(({ salt }) => salt).join(","),
    });
    const ran = await rotate();
    assert.match(
      ran.errors,
      /expected keys of 1024 bytes together at the edge, got \d+: retire a pair first/,
    );
    assert.deepEqual(writes(), []);
  });
});

describe("step two", () => {
  it("puts the waiting pair in front, at the edge as well", async () => {
    await rotate();
    const [old, fresh] = prints();
    amazon.calls.length = 0;
    const ran = await rotate(["--promote"]);
    assert.equal(ran.code, 0, ran.errors);
    assert.deepEqual(prints(), [fresh, old]);
    assert.deepEqual(edgePrints(), prints());
    assert.deepEqual(writes(), ["PutSecretValue", "PutKey"]);
    assertSecret(ran);
  });

  it("is refused while a task does not know the pair", async () => {
    amazon.denied.add("UpdateService");
    await rotate();
    amazon.denied.clear();
    const ran = await rotate(["--promote"]);
    assert.equal(ran.code, 1);
    assert.match(ran.errors, /got some that were started before it was added/);
    assert.equal(prints()[0], fingerprint(FIRST));
  });

  it("is refused where no pair waits", async () => {
    await rotate(["--sync"]);
    const ran = await rotate(["--promote"]);
    assert.match(ran.errors, /expected a pair that waits, got none/);
  });

  it("goes on where it broke off at the edge", async () => {
    await rotate();
    const [old, fresh] = prints();
    amazon.denied.add("PutKey");
    const broken = await rotate(["--promote"]);
    assert.match(broken.errors, /run `tintype-cdk rotate-key --promote` again/);
    amazon.denied.clear();
    assert.equal((await rotate(["--promote"])).code, 0);
    assert.deepEqual(prints(), [fresh, old]);
    assert.deepEqual(edgePrints(), [fresh, old]);
  });
});

describe("step three", () => {
  const both = async (): Promise<readonly [string, string]> => {
    await rotate();
    await rotate(["--promote"]);
    const [fresh = "", old = ""] = prints();
    amazon.calls.length = 0;
    return [fresh, old];
  };

  it("takes away the pair whose fingerprint is typed", async () => {
    const [fresh, old] = await both();
    const asked: string[] = [];
    const question = (text: string): Promise<string> => {
      asked.push(text);
      return Promise.resolve(`${old}\n`);
    };
    const ran = await rotate(["--retire", "2"], { question });
    assert.equal(ran.code, 0, ran.errors);
    assert.ok(asked[0]?.includes(old));
    assert.deepEqual(prints(), [fresh]);
    assert.deepEqual(edgePrints(), [fresh]);
    assert.deepEqual(writes(), ["PutSecretValue", "PutKey", "UpdateService"]);
    assertSecret(ran);
  });

  it("takes away nothing where another word is typed, or nobody is there to ask", async () => {
    const [, old] = await both();
    const mistyped = await rotate(["--retire", "2"], { question: () => Promise.resolve("yes") });
    assert.match(mistyped.errors, /nothing was changed/);
    const alone = await rotate(["--retire", "2"]);
    assert.equal(alone.code, 2);
    assert.ok(alone.errors.includes(`--retire ${old}`), alone.errors);
    assert.deepEqual(writes(), []);
    assert.equal((await rotate(["--retire", old])).code, 0);
    assert.equal(prints().length, 1);
  });

  it("never takes the pair that signs", async () => {
    const [fresh] = await both();
    const ran = await rotate(["--retire", fresh]);
    assert.equal(ran.code, 1);
    assert.match(ran.errors, /expected a pair that does not sign/);
    assert.deepEqual(writes(), []);
  });

  it("goes on where it broke off", async () => {
    const [fresh, old] = await both();
    amazon.denied.add("PutKey");
    const broken = await rotate(["--retire", old]);
    assert.match(broken.errors, new RegExp(`run \`tintype-cdk rotate-key --retire ${old}\` again`));
    amazon.denied.clear();
    assert.equal((await rotate(["--retire", old])).code, 0);
    assert.deepEqual(edgePrints(), [fresh]);
  });

  for (const given of ["3", "0", "gone"])
    it(`refuses ${given}`, async () => {
      await both();
      const ran = await rotate(["--retire", given]);
      assert.equal(ran.code, 2);
      assert.match(ran.errors, /expected the number \(1 to 2\) or the fingerprint/);
    });
});

describe("what is in place", () => {
  it("is listed by fingerprint", async () => {
    const ran = await rotate(["--list"]);
    assert.equal(ran.text, `1  ${fingerprint(FIRST)}  signs, not known at the edge`);
    await rotate();
    const listed = await rotate(["--list"]);
    assert.match(listed.text, /^2 {2}[\da-f]{8} {2}waits to sign$/m);
    assertSecret(listed);
  });

  it("is brought to an edge that has no keys yet, as the server's own command would", async () => {
    amazon.store = { value: undefined, etag: 7 };
    assert.match((await rotate(["--list"])).text, /lets everything pass/);
    assert.equal((await rotate(["--sync"])).code, 0);
    const { config } = loadConfig({ env: { IMGPROXY_KEY: FIRST.key, IMGPROXY_SALT: FIRST.salt } });
    assert.equal(amazon.store.value, edgeKeys(config));
    assert.match((await rotate(["--sync"])).text, /Nothing is to be done/);
  });

  it("is as long as the server's own command takes it", () => {
    const many = (count: number): readonly Pair[] => Array.from({ length: count }, randomPair);
    const server = (all: readonly Pair[]): string =>
      edgeKeys(
        loadConfig({
          env: {
            IMGPROXY_KEY: all.map(({ key }) => key).join(","),
            IMGPROXY_SALT: all.map(({ salt }) => salt).join(","),
          },
        }).config,
      );
    const seven = many(7);
    assert.equal(writeStore({ pairs: seven }, undefined), server(seven));
    assert.throws(() => server(many(8)), new RegExp(`expected keys of ${MAX_VALUE_BYTES} bytes`));
    assert.throws(() => writeStore({ pairs: many(8) }, undefined), /retire a pair first/);
  });
});

describe("bad input", () => {
  for (const [text, words] of [
    ["", "expected JSON with the texts `key` and `salt`"],
    ['{"key":"aa"}', "expected JSON with the texts `key` and `salt`"],
    ['{"key":"","salt":""}', "expected a pair of key and salt in the secret, got none"],
    ['{"key":"aa,bb","salt":"cc"}', "got 2 keys and 1 salts"],
    ['{"key":"topsecret","salt":"cc"}', "expected keys and salts in hex in the secret"],
  ] as const)
    it(`in the secret is told without it: ${words}`, async () => {
      amazon.secret.text = text;
      const ran = await rotate();
      assert.equal(ran.code, 1);
      assert.ok(ran.errors.includes(words), ran.errors);
      assert.doesNotMatch(ran.errors, /topsecret/);
    });

  it("on the command line", async () => {
    assert.equal((await rotate(["--promote", "--sync"])).code, 2);
    const lost = await rotate(["--stack", "nowhere"]);
    assert.match(lost.errors, /got 400 ValidationError: Stack with id nowhere does not exist/);
    delete amazon.outputs["SecretArn"];
    assert.match((await rotate()).errors, /expected an output SecretArn of the stack images/);
  });
});
