import { randomUUID } from "node:crypto";
import { copyFile, mkdir, rename } from "node:fs/promises";
import { join } from "node:path";
import type { Original } from "../core/original.ts";
import { createPictures, type Pictures } from "../core/pictures.ts";
import type { BuildSettings } from "../core/settings.ts";
import { audienceOf, environmentOf, prefixOf } from "./environment.ts";
import { startTintype, type Running } from "./process.ts";

/** Pictures while a site is developed: their paths are production's, and a Tintype on this machine serves them. */
export interface Local {
  /** Starts the server where it does not run yet. */
  pictures(): Promise<Pictures>;
  /** Ends it. */
  close(): Promise<void>;
}

export interface LocalParts {
  readonly settings: BuildSettings;
  /** A directory to copy originals to, under the names that a build would give them. */
  readonly folder: string;
  /** Further settings of the server, by their names. */
  readonly server: Readonly<Record<string, string>>;
  /** Hears what the server complains of. */
  readonly report: (complaint: string) => void;
}

export function createLocal(parts: LocalParts): Local {
  let opening: Promise<Opened> | undefined;
  const start = async (): Promise<Opened> => {
    try {
      return await open(parts);
    } catch (error) {
      // The next import tries again: the package may be there by then.
      opening = undefined;
      throw error;
    }
  };
  return {
    pictures: async () => (await (opening ??= start())).pictures,
    close: async () => {
      const last = opening;
      opening = undefined;
      const opened = await last?.catch(() => undefined);
      await opened?.running.close();
    },
  };
}

interface Opened {
  readonly running: Running;
  readonly pictures: Pictures;
}

async function open({ settings, folder, server, report }: LocalParts): Promise<Opened> {
  await mkdir(folder, { recursive: true });
  const { place } = createPictures(settings);
  const env = environmentOf({ ...settings, place, originalsFolder: folder, server }, process.env);
  const running = await startTintype(env, report);
  const endpoint = `${running.address}${prefixOf(settings)}`;
  const pictures = createPictures({ ...settings, endpoint, audience: audienceOf(settings) });
  const read: Pictures["read"] = async (id) => {
    const picture = await pictures.read(id);
    await deposit(picture.original, folder);
    return picture;
  };
  return { running, pictures: { ...pictures, read } };
}

/** Two servers of one project may do so at the same time, and neither finds half a file. */
async function deposit({ file, name }: Original, folder: string): Promise<void> {
  const draft = join(folder, `${name}.${randomUUID()}`);
  await copyFile(file, draft);
  await rename(draft, join(folder, name));
}
