import type { Writable } from "node:stream";

const MOST_PENDING_BYTES = 4 * 1024 * 1024;

export interface SinkOptions {
  /** Bytes that may wait for a reader that does not read; further lines are dropped. */
  readonly mostPendingBytes?: number;
  /** Told how many lines were lost, once the reader has caught up. */
  readonly onRecovered?: (droppedLines: number) => void;
}

/**
 * A `write` for `createLog` that outlives its reader: a closed pipe (EPIPE) silences the log instead of ending the
 * server, and a stuck one costs lines instead of memory.
 */
export function lineSink(stream: Writable, options: SinkOptions = {}): (line: string) => void {
  const { mostPendingBytes = MOST_PENDING_BYTES, onRecovered } = options;
  let dropped = 0;
  stream.on("error", ignore);
  stream.on("drain", () => {
    const lost = dropped;
    dropped = 0;
    if (lost > 0) onRecovered?.(lost);
  });
  return (line) => {
    if (!stream.writable) return;
    if (stream.writableLength > mostPendingBytes) dropped += 1;
    else stream.write(line);
  };
}

function ignore(): void {
  // A stream that failed is no longer writable, which is all that the sink needs to know.
}
