import { readFile } from "node:fs/promises";
import { createApp, type App } from "./app.ts";
import type { Config } from "./config/settings.ts";
import { version } from "./config/version.ts";
import { detectFormat, HEAD_BYTES } from "./detect.ts";
import { FORMATS, type FormatEntry } from "./formats.ts";
import type { AboutJob, InspectJob } from "./image/renderer.ts";
import { createLog } from "./observe/log.ts";
import { findAllocator } from "./render/allocator.ts";
import { PROMISES } from "./render/sandbox.ts";
import { readBody } from "./source/body.ts";

/** What is known of a picture in a file or at a URL, found out by a renderer. Rejects with a sentence. */
export const inspect = (config: Config, place: string): Promise<Record<string, unknown>> =>
  withApp(config, async ({ pool, source }) => {
    const bytes = /^[a-z][a-z\d+.-]*:\/\//i.test(place)
      ? await download(source, place)
      : await readFile(place);
    const format = detectFormat(bytes.subarray(0, HEAD_BYTES), {
      extension: /\.[^./]*$/.exec(place)?.[0] ?? "",
    });
    if (!format) throw new Error(`expected a picture at ${place}, got ${bytes.length} other bytes`);
    const shared = { format, bytes: bytes.length, mime: FORMATS[format].mime };
    if (!FORMATS[format].load) return { ...shared, readable: false };
    const job: InspectJob = { inspect: format };
    const { result } = await pool.run(job, [bytes]);
    return { ...shared, ...(result as object) };
  });

/** What this installation is made of and can do, as far as a renderer can start here. Rejects with a sentence. */
export const describe = (config: Config): Promise<Record<string, unknown>> =>
  withApp(config, async ({ pool, sandbox }) => {
    const job: AboutJob = { about: "renderer" };
    const { result } = await pool.run(job, []);
    const formats = Object.entries(FORMATS);
    const namesOf = (kept: [string, FormatEntry][]) => kept.map(([name]) => name);
    return {
      version: version(),
      node: process.versions.node,
      system: `${process.platform} ${process.arch}`,
      ...(result as object),
      reads: namesOf(formats.filter(([, { load }]) => load)),
      writes: namesOf(formats.filter(([, { save }]) => save)),
      // Formats whose optional package is not installed.
      missing: namesOf(formats.filter(([, { load, save }]) => !load && !save)),
      allocator: findAllocator() ?? "that of the system's C library",
      sandbox: sandbox.name,
      refused: sandbox.refuses.map((act) => PROMISES[act].means),
      notHigher: sandbox.notHigher,
    };
  });

/** What is looked at once is not kept, and nobody is told of it. */
const unkept = ({ cache, cacheRedis, cacheS3 }: Config) => ({
  cache: { ...cache, memory: 0, dir: "" },
  cacheRedis: { ...cacheRedis, url: "" },
  cacheS3: { ...cacheS3, bucket: "" },
});

/** Lends out a server without doors and with one renderer. */
async function withApp<T>(config: Config, use: (app: App) => Promise<T>): Promise<T> {
  // Whoever types the command may ask any source that the server could.
  const trusting = { ...config, http: { ...config.http, development: true }, ...unkept(config) };
  const log = createLog({ level: "error", write: (line) => process.stderr.write(line) });
  const app = await createApp({ ...trusting, render: { ...config.render, workers: 1 } }, log);
  try {
    return await use(app);
  } finally {
    await app.close(0);
  }
}

async function download(source: App["source"], url: string): Promise<Uint8Array> {
  const wish = { signal: AbortSignal.timeout(30_000), maxBytes: 0, headers: {}, mode: "picture" } as const;
  return readBody(await source.fetch(url, wish), { maxBytes: 0 });
}
