import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isSecretName, redact, redactTarget } from "./redact.ts";

/** Text before and after. */
const TEXTS: readonly (readonly [string, string])[] = [
  ["GET http://user:pw@host/a.jpg failed", "GET http://***@host/a.jpg failed"],
  ["http://user@host", "http://***@host"],
  ["http://a:p@ss@host/x", "http://***@host/x"],
  ["http:/user:pw@host/a", "http:/***@host/a"],
  ["plain/http%3A%2F%2Fuser%3Apw%40host%2Fa", "plain/http%3A%2F%2F***@host%2Fa"],
  ["plain/http%3a%2f%2fuser%3apw%40host", "plain/http%3a%2f%2f***@host"],
  ["http://u:p@a/x and http://u:p@b/y", "http://***@a/x and http://***@b/y"],
  ["plain/http://host/photo.jpg@webp", "plain/http://host/photo.jpg@webp"],
  ["plain/local:///photo@2x.png@avif", "plain/local:///photo@2x.png@avif"],
  ["plain/local:/photo@2x.png", "plain/local:/photo@2x.png"],
  ["http://host/?a=x@y", "http://host/?a=x@y"],
  ["write to me@example.com", "write to me@example.com"],
  ["s3://bucket/key?X-Amz-Signature=abc&b=1", "s3://bucket/key?X-Amz-Signature=***&b=1"],
  ["http://h/a%3Ftoken%3Dabc%26b=1", "http://h/a%3Ftoken%3D***%26b=1"],
];

const source = (url: string): string => Buffer.from(url).toString("base64url");
const withPassword = source("http://user:pw@host/a.jpg");

const TARGETS: readonly (readonly [string, string])[] = [
  ["/sig/w:300/plain/http://user:pw@host/a.jpg", "/sig/w:300/plain/http://***@host/a.jpg"],
  [`/sig/w:300/${source("http://host/a.jpg")}.webp`, `/sig/w:300/${source("http://host/a.jpg")}.webp`],
  [`/sig/w:300/${withPassword}.webp`, "/sig/w:300/***"],
  [`/sig/w:300/h:200/${withPassword}?a=b`, "/sig/w:300/h:200/***?a=b"],
  [`/sig/${withPassword.slice(0, 4)}/${withPassword.slice(4, 9)}/${withPassword.slice(9)}.png`, "/sig/***"],
  ["/", "/"],
  ["", ""],
];

const QUOTED: readonly (readonly [string, string])[] = [
  [
    `expected the signature of "/w:300/${withPassword}.webp", got "abc"`,
    'expected the signature of "/w:300/***", got "abc"',
  ],
  [
    `expected the signature of "/w:300/${source("http://host/a.jpg")}", got "/"`,
    `expected the signature of "/w:300/${source("http://host/a.jpg")}", got "/"`,
  ],
];

describe("redact", () => {
  for (const [text, expected] of QUOTED)
    it(`looks into the target of ${expected}`, () => assert.equal(redact(text), expected));

  for (const [text, expected] of TEXTS) it(`makes "${expected}"`, () => assert.equal(redact(text), expected));

  it("takes linear time for hostile text", () => {
    const hostile = "://".repeat(5000) + "a".repeat(15_000) + "%40".repeat(5000);
    assert.ok(redact(hostile).length > 0);
    assert.ok(redactTarget(`/${"aHR0cDovL2".repeat(1600)}`).length > 0);
  });
});

describe("redactTarget", () => {
  for (const [target, expected] of TARGETS) {
    it(`makes "${expected.slice(0, 60)}"`, () => assert.equal(redactTarget(target), expected));
  }
});

describe("isSecretName", () => {
  it("knows the names of secrets", () => {
    const names = [
      "authorization",
      "Proxy-Authorization",
      "Cookie",
      "set-cookie",
      "password",
      "clientSecret",
    ];
    assert.deepEqual(names.filter(isSecretName), names);
    assert.equal(isSecretName("width"), false);
  });
});
