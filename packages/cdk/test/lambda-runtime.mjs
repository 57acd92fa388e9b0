/** Lambda's runtime, as far as a handler that streams can tell: events come in on standard input, answers go out on descriptor 3. */
import { createWriteStream } from "node:fs";
import { createInterface } from "node:readline";
import { Writable } from "node:stream";

const HEAD = Symbol("head");

class ResponseStream extends Writable {
  chunks = [];

  _write(chunk, _encoding, done) {
    if (chunk.length > 0) this.chunks.push(chunk);
    done();
  }
}

globalThis.awslambda = {
  streamifyResponse: (handler) => handler,
  HttpResponseStream: {
    from: (stream, head) => {
      stream[HEAD] = head;
      return stream;
    },
  },
};

const { handler } = await import("../lambda/handler.mjs");
const out = createWriteStream("", { fd: 3 });
for await (const line of createInterface(process.stdin)) {
  const stream = new ResponseStream();
  const error = await handler(JSON.parse(line), stream, {}).then(
    () => undefined,
    (reason) => String(reason?.stack ?? reason),
  );
  const body = Buffer.concat(stream.chunks).toString("base64");
  out.write(`${JSON.stringify({ head: stream[HEAD], body, chunks: stream.chunks.length, error })}\n`);
}
