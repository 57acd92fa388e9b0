import { readFileSync, statSync } from "node:fs";
import { parseKeyring, type Keyring, type KeyLine } from "./keyring.ts";

export interface KeyringFileSettings {
  /** Empty where there is no file. */
  readonly path: string;
  /** What the settings have, below what the file says. */
  readonly keys: readonly KeyLine[];
  /** Hears what keeps a changed file from being read; the keyring stays as it was. */
  readonly onFailure: (sentence: string) => void;
  readonly onReload: (keyring: Keyring) => void;
}

export interface KeyringFile {
  readonly current: () => Keyring;
  /** Reads the file again. */
  readonly reload: () => void;
  readonly close: () => void;
}

/** A change is noticed after so many milliseconds at the latest. */
const LOOK_EVERY = 5_000;

/** Opens the keyring and keeps an eye on its file. Throws a sentence where it cannot be read at the start. */
export function openKeyring({ path, keys, onFailure, onReload }: KeyringFileSettings): KeyringFile {
  const read = (): Keyring => parseKeyring(path === "" ? "" : readFileSync(path, "utf8"), keys);
  let ring = described(path, read);
  if (path === "") return { current: () => ring, reload: () => undefined, close: () => undefined };
  let seen = stampOf(path);
  const reload = (): void => {
    try {
      // The stamp first: what is written between the two is read the next time.
      seen = stampOf(path);
      ring = described(path, read);
      onReload(ring);
    } catch (error) {
      onFailure(`${(error as Error).message}; the keys and revocations stay as they were`);
    }
  };
  const timer = setInterval(() => {
    if (stampOf(path) !== seen) reload();
  }, LOOK_EVERY).unref();
  return { current: () => ring, reload, close: () => clearInterval(timer) };
}

function described(path: string, read: () => Keyring): Keyring {
  try {
    return read();
  } catch (error) {
    throw new Error(`TINTYPE_CAPABILITY_FILE: ${path}: ${(error as Error).message}`, { cause: error });
  }
}

/** Changes whenever the file does; a secret that is mounted changes by becoming another file. */
function stampOf(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false, bigint: true });
  return stat ? `${stat.ino} ${stat.mtimeNs} ${stat.size}` : "missing";
}
