import { open } from "node:fs/promises";
import { join, resolve } from "node:path";
import { namesIn, statsOf } from "./disk-book.ts";
import { codeOf, drop, isAbandoned, isTemporary, readOurs, Untrusted, writeWhole } from "./disk-file.ts";
import { assertOurs, makeOurs } from "./disk-folder.ts";
import { BOARD_DAYS, parsePurge, type Purge, type PurgeBoard } from "./purge.ts";

const DAY_MS = 86_400_000;
const MOST_BYTES = 64 * 1024;
const NAME = /^(\d{14})-([\w-]{1,64})\.json$/;

const nameOf = ({ at, id }: Purge): string => `${String(at).padStart(14, "0")}-${id}.json`;

/**
 * A board for processes that share a folder: one file per purge, `purges/<at>-<id>.json`, which appears whole or not at all.
 * Rejects with what the system says; throws an Error where the directory is a link or another user's.
 */
export function folderBoard({ directory }: { readonly directory: string }): PurgeBoard {
  const above = resolve(directory);
  const folder = join(above, "purges");
  for (const path of [above, folder]) assertOurs(path);

  const readOne = async (name: string): Promise<Purge | undefined> => {
    try {
      const bytes = await readOurs(join(folder, name), { mostBytes: MOST_BYTES });
      const purge = bytes && parsePurge(Buffer.from(bytes).toString());
      // Whoever finds a purge by its name, finds the purge of that name.
      return purge && nameOf(purge) === name ? purge : undefined;
    } catch (fault) {
      if (fault instanceof Untrusted) return undefined;
      throw fault;
    }
  };

  return {
    post: async (purge) => {
      const text = JSON.stringify(purge);
      const name = nameOf(purge);
      if (!parsePurge(text) || !NAME.test(name) || Buffer.byteLength(text) > MOST_BYTES)
        throw new Error(`expected a purge of at most ${MOST_BYTES} bytes, got ${text.slice(0, 200)}`);
      const chunks = [Buffer.from(text)];
      try {
        await writeWhole(folder, name, chunks);
      } catch (error) {
        if (codeOf(error) !== "ENOENT") throw error;
        await makeOurs(above, folder);
        await writeWhole(folder, name, chunks);
      }
      await syncNames(folder);
    },
    read: async (since) => {
      const purges: Purge[] = [];
      const oldest = Date.now() - BOARD_DAYS * DAY_MS;
      for (const name of await namesIn(folder)) {
        const at = Number(NAME.exec(name)?.[1]);
        if (at < oldest) await drop(join(folder, name));
        else if (isTemporary(name)) await dropAbandoned(folder, name);
        const purge = at >= Math.max(since, oldest) ? await readOne(name) : undefined;
        if (purge) purges.push(purge);
      }
      return purges;
    },
    close: () => Promise.resolve(),
  };
}

/** A purge that is forgotten after a crash would bring back what somebody wanted gone. */
async function syncNames(folder: string): Promise<void> {
  // Windows opens no folders.
  const handle = await open(folder).catch(() => undefined);
  try {
    await handle?.datasync();
  } finally {
    await handle?.close();
  }
}

async function dropAbandoned(folder: string, name: string): Promise<void> {
  const path = join(folder, name);
  const stats = await statsOf(path);
  if (stats && isAbandoned(name, stats)) await drop(path);
}
