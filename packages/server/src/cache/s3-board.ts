import { BOARD_DAYS, parsePurge, type Purge, type PurgeBoard } from "./purge.ts";
import type { Bucket } from "./s3-bucket.ts";

const DAY = 86_400_000;
const TYPE = "application/json";
const MOST_BYTES = 2 ** 20;
const AT_ONCE = 16;
/** Of the time in a name, so that names are in the order of their times. */
const DIGITS = 14;
const LATEST = 10 ** DIGITS - 1;
const NAME = /^(\d{14})-[\w-]{1,64}\.json$/;

const written = (time: number): string =>
  String(Math.min(LATEST, Math.max(0, Math.floor(time)))).padStart(DIGITS, "0");

/** Purges, an object each: `<prefix>purges/<milliseconds since 1970, in 14 digits>-<id>.json`. */
export function s3Board(bucket: Bucket, prefix: string): PurgeBoard {
  const root = `${prefix}purges/`;
  const timeOf = (name: string): number => Number(NAME.exec(name.slice(root.length))?.[1] ?? Number.NaN);
  /** What the last listing named: each is read once as long as it is listed, and none of them ever changes. */
  let known: ReadonlyMap<string, Purge | undefined> = new Map();

  const forget = async (names: readonly string[]): Promise<void> => {
    // Whoever looks next tries again.
    await inTurns(names, (name) => bucket.remove(name).catch(() => undefined));
  };

  /** Removes what the first page of all names has that is too old. */
  const sweep = async (): Promise<void> => {
    for await (const names of bucket.list(root))
      return forget(names.filter((name) => timeOf(name) < oldest()));
  };

  return {
    post: async (purge) => {
      const { at, id } = purge;
      if (at < 0 || at > LATEST) throw new Error(`expected a time from 0 to ${LATEST}, got ${at}`);
      await bucket.write(`${root}${written(at)}-${id}.json`, Buffer.from(JSON.stringify(purge)), TYPE);
      await sweep().catch(() => undefined);
    },
    read: async (since) => {
      const named: string[] = [];
      for await (const names of bucket.list(root, root + written(since))) {
        await forget(names.filter((name) => timeOf(name) < oldest()));
        named.push(...names.filter((name) => timeOf(name) >= oldest()));
      }
      const purges = await inTurns(named, async (name) => {
        if (known.has(name)) return known.get(name);
        const bytes = await bucket.read(name, MOST_BYTES);
        return parsePurge(bytes?.toString("utf8") ?? "");
      });
      known = new Map(named.map((name, i) => [name, purges[i]]));
      return purges.filter((purge) => purge !== undefined);
    },
    close: () => bucket.close(),
  };
}

const oldest = (): number => Date.now() - BOARD_DAYS * DAY;

/** Not all of them at once. Results are in the order of the items. */
async function inTurns<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let i = 0; i < items.length; i += AT_ONCE)
    results.push(...(await Promise.all(items.slice(i, i + AT_ONCE).map(work))));
  return results;
}
