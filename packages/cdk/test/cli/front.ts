/** A small CDN with a picture server behind it, on this machine, which can be made to misbehave in one way at a time. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { after } from "node:test";
import { sign } from "@tintype/url/sign";
import sharp from "sharp";

export const PAIR = { key: "aa".repeat(32), salt: "bb".repeat(16) };

/** Checks that can see nothing where nothing is kept. */
const OF_KEPT = ["miss, then hit", "one object for a class", "query", "Age", "purge by tag"];

/** THE TABLE of what can be wrong, and which checks have to notice. */
export const FAULTS = {
  "an AVIF that is a JPEG": ["type for avif and webp"],
  "AVIF for who reads WebP only": ["type for webp"],
  "WebP for all": ["type for neither"],
  "nothing is kept": OF_KEPT,
  "CloudFront keeps nothing, the server does": OF_KEPT,
  "Accept as it comes is in the key": ["one object for a class"],
  "the query is in the key": ["query"],
  "Age stands still": ["Age"],
  "purges are forgotten": ["purge by tag"],
  "no Vary": ["Vary"],
  "no-store": ["Cache-Control"],
  "unsigned is served": ["unsigned"],
  "long URLs are refused": ["long URL"],
  "slashes are merged": ["// stays"],
  "escapes are undone": ["%2F stays"],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** How much faster time passes for what is kept here, so that no test waits for seconds. */
const HASTE = 100;

export type Fault = keyof typeof FAULTS;

const picture = sharp({ create: { width: 32, height: 32, channels: 3, background: "#c66" } });
const BYTES = {
  avif: await picture.clone().avif({ effort: 0 }).toBuffer(),
  webp: await picture.clone().webp().toBuffer(),
  jpeg: await picture.clone().jpeg().toBuffer(),
} as const;

type Format = keyof typeof BYTES;

interface Kept {
  readonly format: Format;
  readonly path: string;
  readonly bornAt: number;
}

export class Front {
  readonly kept = new Map<string, Kept>();
  readonly url: string;
  fault: Fault | undefined;
  constructor(port: number) {
    this.url = `http://127.0.0.1:${port}`;
  }

  purge(tag: string): void {
    if (this.fault === "purges are forgotten") return;
    for (const [key, { path }] of this.kept) if (path.includes(`ct:${tag}`)) this.kept.delete(key);
  }

  answer({ url: target = "", headers }: IncomingMessage, response: ServerResponse): void {
    const { fault } = this;
    const purged = /^\/purge\/(.*)$/.exec(target)?.[1];
    if (purged !== undefined) {
      this.purge(purged);
      response.end();
      return;
    }
    let path = target.split("?")[0] ?? "";
    if (fault === "slashes are merged") path = path.replace(/(?<!:)\/{2,}/g, "/");
    if (fault === "escapes are undone") path = path.replaceAll("%2F", "/");
    if (fault === "long URLs are refused" && target.length > 4096) {
      response.writeHead(414).end();
      return;
    }
    const [, signature = "", signed = ""] = /^\/([^/]*)\/(.*)$/.exec(path) ?? [];
    if (signature !== sign(signed, PAIR) && fault !== "unsigned is served") {
      response.writeHead(403, { "content-type": "text/plain", "x-cache": "MISS" }).end("Forbidden");
      return;
    }
    const accept = headers.accept ?? "";
    const format = this.#formatFor(accept);
    const key = [
      path,
      fault === "Accept as it comes is in the key" ? accept : format,
      fault === "the query is in the key" ? target : "",
    ].join("|");
    const found = fault === "nothing is kept" ? undefined : this.kept.get(key);
    const kept = found ?? { format, path, bornAt: Date.now() };
    this.kept.set(key, kept);
    response.writeHead(200, this.#headersOf(kept, found !== undefined));
    response.end(fault === "an AVIF that is a JPEG" && format === "avif" ? BYTES.jpeg : BYTES[format]);
  }

  #formatFor(accept: string): Format {
    const { fault } = this;
    if (fault === "AVIF for who reads WebP only" && accept.includes("webp")) return "avif";
    if (accept.includes("avif")) return "avif";
    return accept.includes("webp") || fault === "WebP for all" ? "webp" : "jpeg";
  }

  #headersOf({ format, bornAt }: Kept, isHit: boolean): Record<string, string> {
    const { fault } = this;
    const age = fault === "Age stands still" ? 0 : Math.floor(((Date.now() - bornAt) / 1000) * HASTE);
    const word = isHit ? "HIT" : "MISS";
    const isServer = fault === "CloudFront keeps nothing, the server does";
    return {
      "content-type": `image/${format}`,
      "x-cache": isServer ? `${word}, Miss from cloudfront` : word,
      ...(isServer && { "x-amz-cf-id": "abc" }),
      "cache-control": fault === "no-store" ? "no-store" : "max-age=3600, public",
      ...(fault !== "no Vary" && { vary: "Accept" }),
      ...(isHit && { age: String(age) }),
    };
  }
}

/** Starts one. To be called where its end can be arranged for, at the top of a file. */
export async function startFront(): Promise<Front> {
  const server = createServer((incoming, response) => front.answer(incoming, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const front = new Front((server.address() as AddressInfo).port);
  after(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return front;
}
