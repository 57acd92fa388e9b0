import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createVerify } from "./signature.ts";

const SETTINGS = {
  keys: [Buffer.from("test-key").toString("hex")],
  salts: [Buffer.from("test-salt").toString("hex")],
  signatureSize: 32,
  trustedSignatures: [],
};
const PATH = "rs:fill:4:4/plain/local:///test1.png";
const GOOD = "My9d3xq_PYpVHsPrCyww0Kh1w5KZeZhIlWhsa4az1TI";

/** Everything one step away from a good signature: set G of security.md. */
function mutants(good: string): string[] {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/=% .:~\0é";
  const at = Array.from(good, (_, i) => i);
  const replaced = at.flatMap((i) =>
    Array.from(alphabet, (digit) => good.slice(0, i) + digit + good.slice(i + 1)),
  );
  const removed = at.map((i) => good.slice(0, i) + good.slice(i + 1));
  const inserted = [...at, good.length].flatMap((i) =>
    Array.from("A=_ \n%", (digit) => good.slice(0, i) + digit + good.slice(i)),
  );
  const swapped = at.map(
    (i) => good.slice(0, i) + good.slice(i + 1, i + 2) + good.slice(i, i + 1) + good.slice(i + 2),
  );
  const prefixes = at.map((i) => good.slice(0, i));
  const rewritten = [
    `${good}=`,
    `${good}==`,
    `=${good}`,
    good + good,
    good.toLowerCase(),
    good.toUpperCase(),
    good.replaceAll("_", "/").replaceAll("-", "+"),
    encodeURIComponent(`${good}=`),
    good.replace(/^./, (first) => `%${first.charCodeAt(0).toString(16)}`),
    Buffer.from(good, "base64url").toString("hex"),
    ...["unsafe", "insecure", "_", "", "A".repeat(43), "A".repeat(100_000), "\u{1d400}".repeat(43)],
  ];
  const all = [...replaced, ...removed, ...inserted, ...swapped, ...prefixes, ...rewritten];
  return [...new Set(all)].filter((text) => text !== good);
}

describe("mutants", () => {
  it("of a signature never fit, other spellings of its bytes included", () => {
    const verify = createVerify(SETTINGS);
    verify(GOOD, PATH);
    const list = mutants(GOOD);
    assert.ok(list.length > 3000, String(list.length));
    for (const mutant of list) {
      assert.throws(
        () => {
          verify(mutant, PATH);
        },
        { code: "bad_signature" },
        mutant.slice(0, 80),
      );
    }
  });

  it("with other bits behind the last byte decode to the same bytes, and are refused", () => {
    const twins = Array.from(
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
      (last) => GOOD.slice(0, -1) + last,
    ).filter(
      (twin) => twin !== GOOD && Buffer.from(twin, "base64url").equals(Buffer.from(GOOD, "base64url")),
    );
    assert.equal(twins.length, 3);
    for (const twin of twins) {
      assert.throws(
        () => {
          createVerify(SETTINGS)(twin, PATH);
        },
        { code: "bad_signature" },
      );
    }
  });

  it("of a path never fit", () => {
    const verify = createVerify(SETTINGS);
    const at = Array.from(PATH, (_, i) => i);
    const paths = [
      ...at.map((i) => PATH.slice(0, i) + PATH.slice(i + 1)),
      ...at.map((i) => `${PATH.slice(0, i)}x${PATH.slice(i)}`),
      ...at.map((i) => `${PATH.slice(0, i)}/${PATH.slice(i)}`).slice(1),
      ...at.map((i) => `${PATH.slice(0, i)}%${PATH.charCodeAt(i).toString(16)}${PATH.slice(i + 1)}`),
      ...at.map((i) => PATH.slice(0, i)),
      PATH.toUpperCase(),
      `${PATH}?`,
      `${PATH}\n`,
      `//${PATH}`,
      PATH.replaceAll(":", "%3A"),
      PATH.replace("local:///", "local:/"),
    ].filter((path) => path !== PATH);
    for (const path of paths) {
      assert.throws(
        () => {
          verify(GOOD, path);
        },
        { code: "bad_signature" },
        path,
      );
    }
  });

  it("tell the client the same, whatever is wrong", () => {
    const told = new Set(
      ["unsafe", "=", `${GOOD}=`, "A".repeat(43), ""].map((signature) => {
        try {
          createVerify(SETTINGS)(signature, PATH);
          return "taken";
        } catch (error) {
          const { code, status, publicMessage } = error as {
            code: string;
            status: number;
            publicMessage: string;
          };
          return `${code} ${status} ${publicMessage}`;
        }
      }),
    );
    assert.deepEqual([...told], ["bad_signature 403 Forbidden"]);
  });
});
