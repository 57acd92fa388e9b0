import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { DotenvError, parseDotenv } from "./dotenv.ts";

const GOOD: readonly (readonly [string, string, Record<string, string>])[] = [
  ["nothing", "", {}],
  ["blank lines and comments", "\n  \n# A=1\n  # B=2\n", {}],
  ["bare", "A=1", { A: "1" }],
  ["spaces around", "  A =  b c  ", { A: "b c" }],
  ["empty", "A=", { A: "" }],
  ["export", "export A=1", { A: "1" }],
  ["an equals sign in the value", "A=b=c", { A: "b=c" }],
  ["a comment behind a bare value", "A=b # c", { A: "b" }],
  ["a hash inside a bare value", "A=b#c", { A: "b#c" }],
  ["lines of Windows", "A=1\r\nB=2\r\n", { A: "1", B: "2" }],
  ["the later of two", "A=1\nA=2", { A: "2" }],
  ["single quotes are literal", String.raw`A='a $B \n "c" # d'`, { A: String.raw`a $B \n "c" # d` }],
  ["double quotes", 'A="a # b"', { A: "a # b" }],
  ["a comment behind quotes", `A="a" # b\nB='c' # d`, { A: "a", B: "c" }],
  ["escapes", String.raw`A="a\nb\"c\\d\te"`, { A: 'a\nb"c\\d\\te' }],
  ["an escaped backslash before n", String.raw`A="a\\nb"`, { A: String.raw`a\nb` }],
  ["a variable of the lines above", 'A=1\nB=$A-2\nC="${B}-3"', { A: "1", B: "1-2", C: "1-2-3" }],
  ["a variable of the environment", "A=${HOME}/x", { A: "/home/me/x" }],
  ["a variable that nobody set", "A=[$NOBODY]", { A: "[]" }],
  ["a variable by a name of JavaScript", "A=[$constructor]", { A: "[]" }],
  [
    "a dollar that is escaped",
    String.raw`A=\$HOME` + "\n" + String.raw`B="\$HOME"`,
    { A: "$HOME", B: "$HOME" },
  ],
  ["references of replacements", "A=x=s3://b/${1}/$2", { A: "x=s3://b/${1}/$2" }],
  ["a value is not expanded again", "A='$HOME'\nB=$A", { A: "$HOME", B: "$HOME" }],
];

const BAD: readonly (readonly [string, string, number])[] = [
  ["no equals sign", "A=1\nSECRET", 2],
  ["a name that is none", "1A=1", 1],
  ["an open double quote", 'A="SECRET', 1],
  ["an open single quote", "\n\nA='SECRET", 3],
  ["more behind a quote", 'A="a" SECRET', 1],
];

describe("dotenv", () => {
  for (const [name, text, expected] of GOOD)
    it(`reads ${name}`, () =>
      assert.deepEqual(Object.fromEntries(parseDotenv(text, { HOME: "/home/me" })), expected));

  for (const [name, text, line] of BAD)
    it(`refuses ${name}, names the line and keeps its text to itself`, () =>
      assert.throws(
        () => parseDotenv(text),
        (error) =>
          error instanceof DotenvError &&
          error.message.startsWith(`line ${line}: expected `) &&
          !error.message.includes("SECRET"),
      ));

  it("skips a byte order mark", () => assert.equal(parseDotenv("\uFEFFA=1").get("A"), "1"));
});
