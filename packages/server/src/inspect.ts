import { readFile } from "node:fs/promises";
import { createApp } from "./app.ts";
import type { Config } from "./config/settings.ts";
import { detectFormat, HEAD_BYTES } from "./detect.ts";
import { FORMATS } from "./formats.ts";
import type { InspectJob } from "./image/renderer.ts";
import { createLog } from "./observe/log.ts";
import { readBody } from "./source/body.ts";

/** What is known of a picture in a file or at a URL, found out by a renderer. Rejects with a sentence. */
export async function inspect(config: Config, place: string): Promise<Record<string, unknown>> {
  // Whoever types the command may ask any source that the server could.
  const trusting = { ...config, http: { ...config.http, development: true } };
  const log = createLog({ level: "error", write: (line) => process.stderr.write(line) });
  const app = await createApp({ ...trusting, render: { ...config.render, workers: 1 } }, log);
  try {
    const bytes = /^[a-z][a-z\d+.-]*:\/\//i.test(place)
      ? await download(app.source, place)
      : await readFile(place);
    const format = detectFormat(bytes.subarray(0, HEAD_BYTES), {
      extension: /\.[^./]*$/.exec(place)?.[0] ?? "",
    });
    if (!format) throw new Error(`expected a picture at ${place}, got ${bytes.length} other bytes`);
    const shared = { format, bytes: bytes.length, mime: FORMATS[format].mime };
    if (!FORMATS[format].load) return { ...shared, readable: false };
    const job: InspectJob = { inspect: format };
    const { result } = await app.pool.run(job, [bytes]);
    return { ...shared, ...(result as object) };
  } finally {
    await app.close(0);
  }
}

async function download(
  source: Awaited<ReturnType<typeof createApp>>["source"],
  url: string,
): Promise<Uint8Array> {
  const wish = { signal: AbortSignal.timeout(30_000), maxBytes: 0, headers: {}, mode: "picture" } as const;
  return readBody(await source.fetch(url, wish), { maxBytes: 0 });
}
