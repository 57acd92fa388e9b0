import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { splitTarget } from "@tintype/url";
import { sign } from "@tintype/url/sign";
import fc from "fast-check";
import { createSecretCheck, createVerify, type SignatureSettings } from "./signature.ts";

const hex = (ascii: string): string => Buffer.from(ascii).toString("hex");

const settings = (given: Partial<SignatureSettings> = {}): SignatureSettings => ({
  keys: [hex("test-key")],
  salts: [hex("test-salt")],
  signatureSize: 32,
  trustedSignatures: [],
  ...given,
});

const PATH = "rs:fill:4:4/plain/local:///test1.png";
const GOOD = "My9d3xq_PYpVHsPrCyww0Kh1w5KZeZhIlWhsa4az1TI";

const refuses = (given: SignatureSettings, signature: string, path: string): void => {
  const verify = createVerify(given);
  assert.throws(
    () => {
      verify(signature, path);
    },
    { name: "HttpError", code: "bad_signature", status: 403, publicMessage: "Forbidden" },
    signature,
  );
};

describe("the contract's vectors", () => {
  const vectors = [
    [
      "secret",
      "hello",
      "rs:fill:300:400:0/g:sm/aHR0cDovL2V4YW1w/bGUuY29tL2ltYWdl/cy9jdXJpb3NpdHku/anBn.png",
      "oKfUtW34Dvo2BGQehJFR4Nr0_rIjOtdtzJ3QFsUcXH8",
    ],
    ["test-key", "test-salt", "asd", "oWaL7QoW5TsgbuiS9-5-DI8S3Ibbo1gdB2SteJh3a20"],
    ["test-key2", "test-salt2", "asd", "jYz1UZ7j1BCdSzH3pZhaYf0iuz0vusoOTdqJsUT6WXI"],
    ["test-key", "test-salt", PATH, GOOD],
  ] as const;
  for (const [key, salt, path, signature] of vectors) {
    it(`${signature} fits`, () => {
      const verify = createVerify(settings({ keys: [hex(key)], salts: [hex(salt)] }));
      verify(signature, path);
      verify(signature, `/${path}`); // A path that begins with a slash gets no second one.
      refuses(settings({ keys: [hex(key)], salts: [hex(`${salt}.`)] }), signature, path);
      refuses(settings({ keys: [hex(`${key}.`)], salts: [hex(salt)] }), signature, path);
      refuses(settings({ keys: [hex(key)], salts: [hex(salt)] }), signature, `${path}/`);
    });
  }

  it("cut to eight bytes fit where eight are configured, and nowhere else", () => {
    createVerify(settings({ signatureSize: 8 }))("oWaL7QoW5Ts", "asd");
    refuses(settings(), "oWaL7QoW5Ts", "asd");
    refuses(settings({ signatureSize: 8 }), "oWaL7QoW5TsgbuiS9-5-DI8S3Ibbo1gdB2SteJh3a20", "asd");
    refuses(settings({ signatureSize: 9 }), "oWaL7QoW5Ts", "asd");
    refuses(settings({ signatureSize: 7 }), "oWaL7QoW5Ts", "asd");
  });
});

describe("several keys", () => {
  const both = settings({
    keys: ["test-key", "test-key2"].map(hex),
    salts: ["test-salt", "test-salt2"].map(hex),
  });

  it("all fit, each with its own salt", () => {
    createVerify(both)("oWaL7QoW5TsgbuiS9-5-DI8S3Ibbo1gdB2SteJh3a20", "asd");
    createVerify(both)("jYz1UZ7j1BCdSzH3pZhaYf0iuz0vusoOTdqJsUT6WXI", "asd");
  });

  it("do not fit with another's salt", () => {
    const crossed = sign("asd", { key: hex("test-key"), salt: hex("test-salt2") });
    refuses(both, crossed, "asd");
  });
});

describe("without keys", () => {
  for (const given of [settings({ keys: [] }), settings({ salts: [] }), settings({ keys: [], salts: [] })]) {
    it(`any word will do (${given.keys.length} keys, ${given.salts.length} salts)`, () => {
      for (const word of ["unsafe", "insecure", "_", "x", "=", "%3A", GOOD]) createVerify(given)(word, PATH);
    });

    it(`except one that looks like an option (${given.keys.length} keys, ${given.salts.length} salts)`, () => {
      for (const word of ["w:300", ":", "rs:fill:1:1"]) {
        assert.throws(
          () => {
            createVerify(given)(word, PATH);
          },
          {
            code: "signature_is_option",
            status: 403,
            publicMessage:
              "The signature appears to be a processing option. The signature section should always be present in the URL.",
          },
        );
      }
    });
  }
});

describe("trusted words", () => {
  const trusting = settings({ trustedSignatures: ["letmein", "ö:x"] });

  it("stand for any signature, to the letter", () => {
    createVerify(trusting)("letmein", PATH);
    createVerify(trusting)("ö:x", "anything");
    createVerify(trusting)(GOOD, PATH);
    for (const word of ["Letmein", "letmein ", "letmei", "letmeinn", "", "letmein,ö:x"])
      refuses(trusting, word, PATH);
  });

  it("are not asked where there are no keys", () => {
    const open = settings({ keys: [], salts: [], trustedSignatures: ["w:1"] });
    assert.throws(
      () => {
        createVerify(open)("w:1", PATH);
      },
      { code: "signature_is_option" },
    );
  });
});

describe("what @tintype/url signs", () => {
  const bytes = fc
    .uint8Array({ minLength: 1, maxLength: 70 })
    .map((array) => Buffer.from(array).toString("hex"));
  const path = fc.stringMatching(/^[!-~]{1,60}$/);

  it("fits, for any key, salt, size and path", () => {
    fc.assert(
      fc.property(bytes, bytes, fc.integer({ min: 1, max: 32 }), path, (key, salt, size, target) => {
        const signature = sign(target, { key, salt, size });
        createVerify({ keys: [key], salts: [salt], signatureSize: size, trustedSignatures: [] })(
          signature,
          target,
        );
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  const targets = [
    // As it arrives, and as it arrives when a proxy on the way has touched it.
    ["/plain/http://x/a.jpg", "/plain/http:/x/a.jpg"],
    ["/w:1/plain/https://x/a%20b", "/w%3A1/plain/https:/x/a%20b"],
    ["/plain/local:///a", "/plain/local:/a"],
    ["/w:1/h:2/aHR0cDovL3gveQ.png", "/w%3A1/h%3A2/aHR0cDovL3gveQ.png?utm=1"],
    ["/plain/http://x/%D0%BA", "/plain/http://x/%D0%BA?v=2"],
  ] as const;
  for (const [signed, arrived] of targets) {
    it(`fits ${arrived}`, () => {
      const signature = sign(signed, { key: hex("test-key"), salt: hex("test-salt") });
      for (const target of [signed, arrived]) {
        const cut = splitTarget(`/img/${signature}${target}`, "/img");
        createVerify(settings())(cut.signature, cut.path);
      }
    });
  }

  it("does not fit where the broken form was signed, or a prefix, or the query", () => {
    for (const signed of ["/plain/http:/x/a.jpg", "/img/plain/http://x/a.jpg", "/plain/http://x/a.jpg?v=1"]) {
      const signature = sign(signed, { key: hex("test-key"), salt: hex("test-salt") });
      const cut = splitTarget(`/img/${signature}${signed.replace("/img", "")}`, "/img");
      refuses(settings(), cut.signature, cut.path);
    }
  });
});

describe("createSecretCheck", () => {
  it("asks nothing where there is no secret", () => {
    createSecretCheck("")(undefined);
    createSecretCheck("")("Bearer x");
  });

  it("takes the secret as a bearer and nothing else", () => {
    const check = createSecretCheck("s3cret");
    check("Bearer s3cret");
    for (const given of [
      undefined,
      "",
      "s3cret",
      "Bearer",
      "Bearer s3cre",
      "Bearer s3cret ",
      "bearer s3cret",
      "Basic s3cret",
    ]) {
      assert.throws(
        () => {
          check(given);
        },
        { code: "bad_secret", status: 403, publicMessage: "Forbidden" },
      );
    }
  });
});
