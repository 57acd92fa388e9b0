import type { Loaded } from "../config/load.ts";
import type { Config } from "../config/settings.ts";
import type { Companion } from "../site.ts";

/** What commands need of the server; loaded only by those that do. */
export interface App {
  /** Resolves when the server listens; it lives on until a signal. */
  serve(loaded: Loaded, companion?: Companion): Promise<void>;
  /** What is known of the picture in a file or at a URL. */
  inspect(config: Config, source: string): Promise<Readonly<Record<string, unknown>>>;
  /** What this installation is made of and can do. */
  describe(config: Config): Promise<Readonly<Record<string, unknown>>>;
}

/** What a command is called with. */
export interface Call {
  /** What stands behind the command's name. */
  readonly args: readonly string[];
  /** Prints a line. */
  readonly out: (line: string) => void;
  readonly app: () => Promise<App>;
}

export interface Command {
  /** What stands behind `tintype` in a line of help. */
  readonly usage: string;
  /** One sentence. */
  readonly summary: string;
  /** The rest of its help, if there is any. */
  readonly details?: () => string;
  /** Resolves to the exit code. */
  run(call: Call): Promise<number>;
}

/** A command line that cannot be understood; exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
