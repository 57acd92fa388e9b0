import type { Readable } from "node:stream";

const MAX_LINE = 2000;

/** Calls `onLine` with every line of a text stream; what a line has beyond 2000 characters is dropped. */
export function forEachLine(stream: Readable, onLine: (line: string) => void): void {
  let line = "";
  const flush = () => {
    if (line !== "") onLine(line);
    line = "";
  };
  stream.setEncoding("utf8");
  stream.on("data", (text: string) => {
    const [first = "", ...others] = text.split("\n");
    line = (line + first).slice(0, MAX_LINE);
    for (const other of others) {
      flush();
      line = other.slice(0, MAX_LINE);
    }
  });
  stream.on("end", flush);
}
