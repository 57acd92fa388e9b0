/** Whatever holds a key, given to a browser: no bundler makes anything of it, and where one is got around it throws. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { build as esbuild } from "esbuild";
import type { Browser, Page } from "playwright-core";
import { launchChromium } from "../../../../scripts/chromium.mjs";
import ts from "typescript";
import { build as vite } from "vite";
import webpack from "webpack";
import { unless } from "../../../server/test/needs.ts";

const PACKAGE = fileURLToPath(new URL("../..", import.meta.url));

/** The package's JavaScript by its path below `dist`. */
const scripts = new Map(
  readdirSync(join(PACKAGE, "src"), { recursive: true, encoding: "utf8" })
    .filter((name) => /^(?!.*\.test\.).*\.ts$/.test(name))
    .map((name) => [name.replaceAll("\\", "/").replace(/\.ts$/, ".js"), scriptOf(name)]),
);

function scriptOf(name: string): string {
  const { outputText } = ts.transpileModule(readFileSync(join(PACKAGE, "src", name), "utf8"), {
    compilerOptions: {
      target: ts.ScriptTarget.ES2023,
      module: ts.ModuleKind.ESNext,
      verbatimModuleSyntax: true,
      rewriteRelativeImportExtensions: true,
    },
  });
  return outputText;
}

/** An application that has installed the package. */
function useApplication(): string {
  const root = mkdtempSync(join(tmpdir(), "tintype-bundle-"));
  const installed = join(root, "node_modules/@tintype/url");
  before(() => {
    for (const [name, text] of scripts) {
      const path = join(installed, "dist", name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    }
    cpSync(join(PACKAGE, "package.json"), join(installed, "package.json"));
  });
  after(() => rmSync(root, { recursive: true, force: true }));
  return root;
}

/** Bundle a file for a browser; they reject with what the bundler says. */
const BUNDLERS: Readonly<Record<string, (root: string, entry: string) => Promise<unknown>>> = {
  esbuild: (root, entry) =>
    esbuild({
      absWorkingDir: root,
      entryPoints: [entry],
      bundle: true,
      platform: "browser",
      conditions: ["browser"],
      format: "esm",
      write: false,
      logLevel: "silent",
    }),
  Vite: (root, input) =>
    vite({
      root,
      configFile: false,
      logLevel: "silent",
      build: { write: false, rolldownOptions: { input, preserveEntrySignatures: "strict" } },
    }),
  webpack: (context, entry) =>
    new Promise((resolve, reject) => {
      webpack(
        { mode: "production", target: "web", context, entry, output: { path: join(context, "out") } },
        (error, stats) => {
          const [first] = stats?.toJson({ all: false, errors: true }).errors ?? [];
          const sentence = error?.message ?? first?.message;
          if (sentence === undefined) resolve(stats);
          else reject(new Error(sentence));
        },
      );
    }),
};

/** Ways to ask for `name` of a module. */
const WAYS: Readonly<Record<string, (module: string, name: string) => string>> = {
  "by its name": (module, name) => `import { ${name} } from "${module}"; console.log(${name});`,
  "as a namespace": (module, name) => `import * as all from "${module}"; console.log(all.${name}({}));`,
  "when it is needed": (module, name) => `import("${module}").then((all) => console.log(all.${name}));`,
  "to pass it on": (module, name) => `export { ${name} } from "${module}";`,
};

describe("a bundle for a browser", () => {
  const root = useApplication();

  function bundle(bundler: string, code: string): Promise<unknown> {
    const entry = join(root, "application.js");
    writeFileSync(entry, code);
    return BUNDLERS[bundler]!(root, entry);
  }

  for (const bundler of Object.keys(BUNDLERS)) {
    for (const [way, code] of Object.entries(WAYS))
      it(`cannot be made by ${bundler} with imageSigner imported ${way}, and the reason is said`, async () => {
        await assert.rejects(
          bundle(bundler, code("@tintype/url/signer", "imageSigner")),
          /@tintype\/url\/signer holds a signing key, so it must not be part of a browser's bundle/,
        );
      });

    it(`can be made by ${bundler} with what browsers need`, async () => {
      await bundle(bundler, WAYS["by its name"]!("@tintype/url/capability", "pick"));
    });
  }

  for (const bundler of ["esbuild", "Vite"])
    for (const module of ["sign", "sign/web"])
      for (const name of ["sign", "createCapabilities"])
        it(`cannot be made by ${bundler} with ${name} of @tintype/url/${module}, and the module is named`, async () => {
          await assert.rejects(
            bundle(bundler, WAYS["by its name"]!(`@tintype/url/${module}`, name)),
            /@tintype\/url\/(?:dist\/)?sign/,
          );
        });

  it("can be made with imageSigner for Node", async () => {
    const entry = join(root, "server.js");
    writeFileSync(entry, WAYS["by its name"]!("@tintype/url/signer", "imageSigner"));
    const { outputFiles } = await esbuild({
      absWorkingDir: root,
      entryPoints: [entry],
      bundle: true,
      platform: "node",
      format: "esm",
      write: false,
    });
    assert.match(outputFiles[0]?.text ?? "", /createHmac/);
  });
});

/** What bundlers put in the place of Node's modules where they are told to. */
const STAND_IN = "export const createHmac = () => undefined, hkdfSync = () => undefined;";

describe("in Chromium", { skip: unless("chromium") }, () => {
  let server: Server;
  let browser: Browser;
  let page: Page;

  before(async () => {
    server = createServer((request, response) => {
      const path = (request.url ?? "").slice(1);
      const script = path === "crypto.js" ? STAND_IN : scripts.get(path);
      response.setHeader("Content-Type", script === undefined ? "text/html" : "text/javascript");
      response.end(
        script?.replace('"node:crypto"', '"/crypto.js"') ?? "<!doctype html><title>A page</title>",
      );
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    browser = await launchChromium();
    page = await browser.newPage();
    // A TCP server has no other kind of address.
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  });

  after(async () => {
    await browser.close();
    server.closeAllConnections();
    server.close();
  });

  /** What comes of importing a module: its exports, or the error's message. */
  const imported = (path: string): Promise<string> =>
    page.evaluate(
      (url) =>
        import(url).then(
          (module: object) => `exports ${Object.keys(module).join(", ")}`,
          (error: unknown) => String(error),
        ),
      path,
    );

  const importedByWorker = (path: string): Promise<string> =>
    page.evaluate(
      (url) =>
        new Promise((resolve) => {
          const code = `import(${JSON.stringify(new URL(url, location.href).href)}).then((module) => postMessage("exports " + Object.keys(module)), (error) => postMessage(String(error)))`;
          const worker = new Worker(URL.createObjectURL(new Blob([code], { type: "text/javascript" })), {
            type: "module",
          });
          worker.onmessage = ({ data }) => resolve(String(data));
          worker.onerror = ({ message }) => resolve(message);
        }),
      path,
    );

  const REFUSAL = /^Error: @tintype\/url\/sign holds a signing key, so it must not run in a browser/;

  for (const module of ["signer/index.js", "sign/index.js", "sign/web.js"]) {
    it(`${module} throws in a page`, async () => assert.match(await imported(`/${module}`), REFUSAL));
    it(`${module} throws in a worker`, async () =>
      assert.match(await importedByWorker(`/${module}`), REFUSAL));
  }

  it("what stands in for imageSigner cannot be loaded, and says why", async () =>
    assert.match(await imported("/signer/browser.js"), /@tintype\/url\/signer holds a signing key/));

  it("what stands in for signing cannot be loaded, and says why", async () =>
    assert.match(await imported("/sign/browser.js"), /@tintype\/url\/sign holds a signing key/));

  it("what browsers need can be loaded, in a page and in a worker", async () => {
    assert.match(await imported("/capability/browser.js"), /^exports .*pick/);
    assert.match(await importedByWorker("/capability/browser.js"), /^exports .*pick/);
  });
});
