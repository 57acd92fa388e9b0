/** Sites of the tests' own: a folder with pictures and a program, and what every build of them is told. */
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after } from "node:test";
import { fileURLToPath } from "node:url";
import type { BuildSettings, Picture } from "../src/rollup.ts";

const SAMPLES = fileURLToPath(new URL("../../../samples", import.meta.url));

export const sample = (name: string): string => join(SAMPLES, name);

/** 16 bytes that are a text. */
export const KEY: Buffer = Buffer.from("correct-horse-16");

export const AUDIENCE = "img.example.com";

export const SETTINGS = {
  endpoint: `https://${AUDIENCE}`,
  key: KEY.toString("hex"),
  kid: 7,
  originals: "https://site.example/assets/",
  policies: {
    hero: { widths: [64, 200], ladder: 3, sizes: "(min-width: 40em) 50vw, 100vw" },
    card: { widths: [48, 128], ladder: 3, aspects: ["1x1", "2x3"], formats: ["webp", "png"] },
  },
} as const satisfies BuildSettings;

/** A program that prints what its imports are. */
export const PROGRAM = `
  import hero from "./fig.jpg?tintype&policy=hero";
  import tall from "./dogs.jpg?tintype&policy=card&aspect=1&sizes=10em";
  export { hero, tall };
  globalThis.shown?.({ hero, tall });
`;

/** Writes a folder that lasts as long as the tests around the call. */
export function makeSite(files: Readonly<Record<string, string | Uint8Array>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), "tintype-build-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  copyFileSync(sample("fig.jpg"), join(folder, "fig.jpg"));
  copyFileSync(sample("two-dogs.jpg"), join(folder, "dogs.jpg"));
  for (const [name, content] of Object.entries({ "main.js": PROGRAM, ...files })) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

/** Every file below a folder by its path, with slashes. */
export const filesIn = (folder: string): ReadonlyMap<string, Buffer> =>
  new Map(
    readdirSync(folder, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path): [string, Buffer] => [
        path.slice(folder.length + 1).replaceAll("\\", "/"),
        readFileSync(path),
      ])
      .sort(),
  );

export const manifestIn = (folder: string): readonly string[] =>
  JSON.parse(readFileSync(join(folder, "images.manifest.json"), "utf8")) as string[];

export type Shown = Readonly<Record<"hero" | "tall", Picture>>;

/** Serves a folder, which may be filled later, and resolves to its address. */
export async function serveFolder(folder: string): Promise<string> {
  const server = createServer(({ url = "" }, reply) => {
    const file = filesIn(folder).get(decodeURIComponent(url.slice(1)));
    reply.writeHead(file ? 200 : 404).end(file);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  after(() => server.close().closeAllConnections());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Programs that give the key away, each in one way. */
export const LEAKS: readonly (readonly [form: string, program: string])[] = [
  ["hex", `console.log("${KEY.toString("hex").toUpperCase()}");`],
  ["base64", `console.log("${Buffer.concat([Buffer.from("a:"), KEY]).toString("base64")}");`],
  ["text", `console.log("${KEY.toString()}");`],
];
