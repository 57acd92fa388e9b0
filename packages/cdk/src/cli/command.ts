/** What a command is called with. */
export interface Call {
  /** What stands behind the command's name. */
  readonly args: readonly string[];
  /** Prints a line. */
  readonly out: (line: string) => void;
  /** Prints a line that is no result. */
  readonly err: (line: string) => void;
}

export interface Command {
  /** What stands behind `tintype-cdk` in a line of help. */
  readonly usage: string;
  /** One sentence. */
  readonly summary: string;
  /** The rest of its help, if there is any. */
  readonly details?: () => string;
  /** Resolves to the exit code: 0, or 1 where something is wrong. */
  run(call: Call): Promise<number>;
}

/** A command line that cannot be understood; exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
