import assert from "node:assert/strict";
import { join } from "node:path";
import { before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { OPTIONS } from "@tintype/url";
import ts from "typescript";

/** What an editor shows of the package as it is installed: of its declarations, not of its sources. */

const PACKAGE = fileURLToPath(new URL("..", import.meta.url));
const PAGE = join(PACKAGE, "dist/page.ts");
const KEYS = Object.keys(OPTIONS);
const TEXT = `import { createBuilder } from "./index.js";
const image = createBuilder({ endpoint: "" });
image("b.jpg", {
  // Nothing yet.
});
image("a.jpg", {
${KEYS.map((key) => `  ${key}: undefined!,`).join("\n")}
});
`;

/** The package's declarations, made anew and kept in memory. */
function declarations(): ReadonlyMap<string, string> {
  const { config } = ts.readConfigFile(join(PACKAGE, "tsconfig.json"), ts.sys.readFile) as {
    config: unknown;
  };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, PACKAGE);
  const made = new Map<string, string>();
  const only = { ...options, types: [], composite: false, declarationMap: false, emitDeclarationOnly: true };
  const program = ts.createProgram([join(PACKAGE, "src/index.ts")], only);
  program.emit(undefined, (path, text) => made.set(path, text));
  return made;
}

function editor(files: ReadonlyMap<string, string>): ts.LanguageService {
  const read = (path: string): string | undefined => files.get(path) ?? ts.sys.readFile(path);
  return ts.createLanguageService({
    getCompilationSettings: () => ({
      module: ts.ModuleKind.NodeNext,
      target: ts.ScriptTarget.ES2023,
      strict: true,
      types: [],
    }),
    getScriptFileNames: () => [PAGE],
    getScriptVersion: () => "1",
    getScriptSnapshot: (path) => {
      const text = read(path);
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
    },
    getCurrentDirectory: () => PACKAGE,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    fileExists: (path) => files.has(path) || ts.sys.fileExists(path),
    readFile: read,
  });
}

describe("an editor", () => {
  let service: ts.LanguageService;
  before(() => {
    service = editor(new Map([...declarations(), [PAGE, TEXT]]));
  });

  for (const [key, { docs }] of Object.entries(OPTIONS)) {
    it(`shows the sentence of ${key}`, () => {
      const info = service.getQuickInfoAtPosition(PAGE, TEXT.indexOf(`  ${key}:`) + 3);
      assert.equal(ts.displayPartsToString(info?.documentation), docs);
      assert.match(
        ts.displayPartsToString(info?.displayParts),
        new RegExp(`^\\(property\\) ${key}\\?: (?!any|unknown)`),
      );
      const example = info?.tags?.find(({ name }) => name === "example")?.text;
      assert.match(ts.displayPartsToString(example), new RegExp(`^\\{ ${key}: `));
    });
  }

  it("offers every option where one may stand", () => {
    const { entries = [] } =
      service.getCompletionsAtPosition(PAGE, TEXT.indexOf("// Nothing yet"), undefined) ?? {};
    assert.deepEqual(entries.map(({ name }) => name).sort(), KEYS.toSorted());
  });
});
