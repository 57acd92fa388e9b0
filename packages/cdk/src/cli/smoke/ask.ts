/** One request and its whole answer, the target exactly as it is written: `fetch` and `URL` would tidy it up. */
import { Agent as HttpAgent, request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";

export interface Answer {
  readonly status: number;
  /** Lower-case names; what came twice is joined. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
}

export interface Ask {
  /** Scheme, host and port. */
  readonly origin: string;
  readonly target: string;
  readonly accept: string;
  readonly patienceMs: number;
  /** Takes a certificate that is another host's. */
  readonly anyCertificate?: boolean;
}

/** One connection, so that a CDN's same machine answers twice. */
const AGENT = { keepAlive: true, maxSockets: 1 } as const;

export class Asker {
  readonly #http = new HttpAgent(AGENT);
  readonly #https = new HttpsAgent(AGENT);

  /** Rejects with an Error where no whole answer came in time. */
  ask({ origin, target, accept, patienceMs, anyCertificate = false }: Ask): Promise<Answer> {
    const { protocol, hostname, port } = new URL(origin);
    const secure = protocol === "https:";
    const options = {
      hostname: hostname.replace(/^\[|\]$/g, ""),
      ...(port !== "" && { port }),
      path: target,
      headers: { accept, "user-agent": "tintype-cdk-smoke" },
      signal: AbortSignal.timeout(patienceMs),
      agent: secure ? this.#https : this.#http,
      ...(secure && anyCertificate && { rejectUnauthorized: false }),
    };
    return new Promise((resolve, reject) => {
      (secure ? httpsRequest : httpRequest)(options, (response) => {
        const chunks: Buffer[] = [];
        response.on("error", reject);
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("end", () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: flat(response.headers),
            body: Buffer.concat(chunks),
          }),
        );
      })
        .on("error", reject)
        .end();
    });
  }

  close(): void {
    this.#http.destroy();
    this.#https.destroy();
  }
}

const flat = (headers: IncomingHttpHeaders): Answer["headers"] =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));

/** Why no answer came, in a few words. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError" || error.name === "AbortError") return "no answer in time";
  const code = "code" in error ? String(error.code) : "";
  return code === "" ? error.message : `no answer (${code})`;
}
