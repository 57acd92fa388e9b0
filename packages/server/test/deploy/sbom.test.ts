/** What the image is made of: a part of the lock that is whole, and a list that leaves nothing out. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { locate, partOf, type Lock } from "../../../../deploy/container/lock.mjs";
import { complete } from "../../../../deploy/container/sbom.mjs";
import { read } from "./paths.ts";

// Files of this repository, in npm's shape.
const lock = JSON.parse(read("package-lock.json")) as Lock;
const manifest = (path: string): unknown => JSON.parse(read(path));
const OPTIONAL = (/^ARG OPTIONAL="(.*)"$/m.exec(read("Dockerfile"))?.[1] ?? "").split(" ");

const part = partOf(lock, { read: manifest, optional: OPTIONAL });
const names = Object.keys(part.lock.packages).map((key) => key.replace(/^.*node_modules\//, ""));

describe("the image's part of the lock", () => {
  it("has the versions and hashes of the lock, and nothing else", () => {
    for (const [key, { version, integrity }] of Object.entries(part.lock.packages)) {
      if (key === "" || key.startsWith("packages/")) continue;
      assert.equal(version, lock.packages[key]?.version, key);
      assert.equal(integrity, lock.packages[key]?.integrity, key);
    }
    assert.ok(names.length > 100);
  });

  it("has all that each of its packages needs, found as Node finds it", () => {
    const { packages } = part.lock;
    for (const [key, { dependencies = {}, link }] of Object.entries(packages))
      for (const name of link ? [] : Object.keys(dependencies))
        assert.notEqual(locate(packages, key, name), undefined, `${name} of ${key}`);
  });

  it("has the optional packages, and libraries for both architectures", () => {
    for (const name of [...OPTIONAL, "@img/sharp-linux-x64", "@img/sharp-linux-arm64"])
      assert.ok(names.includes(name), name);
  });

  it("has nothing of tests, sites and the AWS deployment, nor of what was not asked for", () => {
    for (const name of [
      "typescript",
      "aws-cdk-lib",
      "vite",
      "react",
      "eslint",
      "s3rver",
      "@sentry/node",
      "@azure/identity",
    ])
      assert.ok(!names.includes(name), name);
  });

  it("has compilers where they are asked for", () => {
    const wider = Object.keys(partOf(lock, { read: manifest, tools: ["typescript"] }).lock.packages);
    assert.ok(wider.includes("node_modules/typescript"));
  });

  it("refuses what is no optional package, and says which are", () => {
    assert.throws(
      () => partOf(lock, { read: manifest, optional: ["left-pad"] }),
      /expected optional packages .*ioredis.* got left-pad/s,
    );
    assert.throws(() => partOf(lock, { read: manifest, tools: ["left-pad"] }), /got left-pad/);
  });

  it("refuses a lock that lacks something", () => {
    const { "node_modules/saxes": _lost, ...packages } = lock.packages;
    assert.throws(
      () => partOf({ ...lock, packages }, { read: manifest }),
      /expected saxes, which packages\/server needs/,
    );
  });

  it("finds the nearer of two versions, as Node does", () => {
    const packages = { "a/node_modules/x": {}, "node_modules/x": {}, "node_modules/b/node_modules/c": {} };
    assert.equal(locate(packages, "a", "x"), "a/node_modules/x");
    assert.equal(locate(packages, "node_modules/b/node_modules/c", "x"), "node_modules/x");
    assert.equal(locate(packages, "a", "c"), undefined);
  });
});

describe("the list of what is inside", () => {
  const list = {
    bomFormat: "CycloneDX",
    metadata: { component: { "bom-ref": "tintype-image" } },
    components: [
      { "bom-ref": "sharp@1", name: "sharp", version: "1", purl: "pkg:npm/sharp@1" },
      { "bom-ref": "@img/y@1", group: "@img", name: "y", version: "1", purl: "pkg:npm/@img/y@1" },
    ],
    dependencies: [{ ref: "sharp@1", dependsOn: ["@img/y@1"] }, { ref: "@img/y@1" }],
  };
  const bom = complete(list, {
    installed: (name) => name === "sharp",
    own: [{ name: "@tintype/url", version: "0.1.0", license: "Apache-2.0" }],
    node: "24.0.0",
    debian: "libc6 2.36-9+deb12u9 arm64\n",
    versions: { vips: "8.18.7" },
  });

  it("names packages that are installed, our own, Node, Debian's, and the libraries within sharp", () => {
    assert.deepEqual(
      bom.components.map(({ purl }) => purl),
      [
        "pkg:npm/sharp@1",
        "pkg:npm/%40tintype/url@0.1.0",
        "pkg:generic/node@24.0.0",
        "pkg:generic/vips@8.18.7",
        "pkg:deb/debian/libc6@2.36-9%2Bdeb12u9?arch=arm64&distro=debian-12",
      ],
    );
  });

  it("points at nothing that it does not name", () => {
    assert.deepEqual(bom.dependencies, [{ ref: "sharp@1", dependsOn: [] }]);
  });
});
