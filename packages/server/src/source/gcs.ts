import type { Agent } from "undici";
import { HttpError } from "../errors.ts";
import { httpDate } from "../message.ts";
import { peer } from "../peer.ts";
import { type ReachSettings, openTrustingAgent, send } from "./agent.ts";
import { type Answer, refusalOf, valuesOf } from "./answer.ts";
import {
  type BucketSettings,
  type BucketSource,
  type Located,
  bodiless,
  bucketSource,
  onFirstUse,
} from "./bucket.ts";
import { isUnchanged } from "./conditional.ts";
import type { Wish } from "./source.ts";

/** Which Google Cloud Storage is asked, and by whom. */
export interface GcsSettings extends BucketSettings, ReachSettings {
  /** The JSON of a service account's key; empty for Google's usual chain (application default credentials). */
  readonly key: string;
  /** Empty for Google's own. */
  readonly endpoint: string;
}

/** Headers that show who asks. */
type Credentials = () => Promise<Readonly<Record<string, string>>>;

/** Google's rules for names of buckets. */
const BUCKET = /^(?=.{3,222}$)[a-z\d](?:[a-z\d_-]|\.(?=[a-z\d])){0,220}[a-z\d]$/;
const OWN_ENDPOINT = "https://storage.googleapis.com";
const SCOPE = "https://www.googleapis.com/auth/devstorage.read_only";

/**
 * Google's own library finds, keeps and renews the credentials. Objects are asked for without Google's client of the
 * store, which follows redirects, and ends every download under way when one of them is let go.
 */
async function openCredentials({ key, endpoint }: GcsSettings): Promise<Credentials> {
  // Whoever listens in on a plain connection would have the token: an emulator is asked without one.
  if (key === "" && /^http:/i.test(endpoint)) return () => Promise.resolve({});
  const { GoogleAuth, JWT } = await peer(
    "google-auth-library",
    "read gs:// sources",
    () => import("google-auth-library"),
  );
  const client = key === "" ? new GoogleAuth({ scopes: SCOPE }) : new JWT({ scopes: SCOPE });
  if (client instanceof JWT) client.fromJSON(JSON.parse(key) as object);
  return async () => Object.fromEntries(await client.getRequestHeaders());
}

/** Where the objects of a bucket are: an endpoint may, as Google's own libraries want it, name the API's path. */
function placeOf({ bucket, key, query }: Located, endpoint: string): URL {
  const base = new URL(endpoint || OWN_ENDPOINT);
  const path = base.pathname.replace(/\/+$/, "") || "/storage/v1";
  const generation = query === "" ? "" : `&generation=${query}`;
  return new URL(`${path}/b/${bucket}/o/${encodeURIComponent(key)}?alt=media${generation}`, base);
}

function wantedOf({ mode, headers }: Wish): Record<string, string> {
  // Without gzip, Google unpacks what is stored packed, and forgets its length.
  if (mode === "picture") return { "accept-encoding": "gzip" };
  const { range, "accept-encoding": encoding = "identity", "if-range": condition } = headers;
  return { "accept-encoding": encoding, ...(range !== undefined && condition === undefined && { range }) };
}

/** Contract http.md, section 8.1: CRC32C, then the time of change in nanoseconds, both little-endian, in hex. */
function etagOf(answer: Answer, modified: Date): string | undefined {
  const [, crc] = /crc32c=([\w+/]{6}==)/.exec(valuesOf(answer, "x-goog-hash").join()) ?? [];
  if (crc === undefined || Number.isNaN(modified.getTime())) return undefined;
  const bytes = Buffer.alloc(12);
  bytes.writeUInt32LE(Buffer.from(crc, "base64").readUInt32BE());
  bytes.writeBigUInt64LE(BigInt(modified.getTime()) * 1_000_000n, 4);
  return `"${bytes.toString("hex")}"`;
}

/** The object, whose ETag is made here and which is therefore compared here. */
function judge(answer: Answer, { headers: asked }: Wish): Answer {
  const modified = new Date(httpDate(valuesOf(answer, "last-modified")[0]));
  const etag = etagOf(answer, modified);
  const own = { ...answer, headers: { ...answer.headers, etag } };
  if (!isUnchanged(asked, { etag: etag ?? "", modified, size: 0 })) return own;
  answer.body.destroy();
  const { "last-modified": date, "cache-control": lifetime, expires } = answer.headers;
  return bodiless(304, { etag, "last-modified": date, "cache-control": lifetime, expires });
}

const checkGeneration = ({ query }: Located): void => {
  if (/^\d*$/.test(query)) return;
  throw new HttpError("source_unreachable", `expected a number as generation, got ${JSON.stringify(query)}`);
};

async function ask(place: URL, wish: Wish, send: (headers: Record<string, string>) => Promise<Answer>) {
  const answer = await send(wantedOf(wish));
  const { statusCode: status } = answer;
  if (status === 200 || status === 206) return judge(answer, wish);
  answer.body.destroy();
  if (status === 416 && wish.mode === "relay") return bodiless(416, answer.headers);
  const detail = `expected an object at ${place.pathname}, got ${status}`;
  throw status === 404 ? refusalOf(status, detail) : new HttpError("source_unreachable", detail);
}

/** Pictures in Google Cloud Storage: `gs://bucket/key?generation`. */
export function gcsSource(settings: GcsSettings): BucketSource {
  const agent: Agent = openTrustingAgent(settings);
  const open = onFirstUse(() => openCredentials(settings));
  return bucketSource(settings, {
    names: (bucket) => BUCKET.test(bucket),
    ask: async (located, wish, signal) => {
      checkGeneration(located);
      const place = placeOf(located, settings.endpoint);
      const credentials = await (await open())();
      const common = { "user-agent": settings.userAgent, ...credentials };
      return ask(place, wish, (headers) =>
        send(agent, place, { headers: { ...common, ...headers }, signal }),
      );
    },
    close: () => agent.destroy(),
  });
}
