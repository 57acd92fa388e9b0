import { Socket } from "node:net";
import { toFailure } from "./failure.ts";
import { FrameReader, writeFrame } from "./wire.ts";
import type { Frame } from "./wire.ts";

/** A document and bytes: what came of a job. */
export interface Made {
  readonly result: unknown;
  readonly blobs: readonly Uint8Array[];
}

/** Makes one picture; an HttpError that it throws reaches the caller of `pool.run` with code and status. */
export type Render = (job: unknown, blobs: readonly Uint8Array[]) => Promise<Made>;

/** What a renderer process does for a living. */
export interface Renderer {
  readonly render: Render;
  /** Rejects if pictures cannot be made here, or could be made from formats that must stay closed. */
  readonly selfTest: () => Promise<void>;
}

export type SetUp = (setup: unknown) => Promise<Renderer>;

/** The end of the socket pair that the front left open in this process. */
const CHANNEL = 3;
/** What the socket is read into, again and again: chunks of their own would be left lying about until they are collected. */
const LANDING_BYTES = 64 * 1024;
/** The front is trusted; this only keeps a broken stream from asking for absurd memory. */
const MAX_FRAME_BYTES = 2 ** 31;

/**
 * The main of a renderer process: `setUp` is called once with the front's configuration and must pass its own self-test,
 * then frames are answered one at a time. The process ends when the front does, whatever it is busy with.
 */
export function serveRenderer(setUp: SetUp): void {
  const landing = Buffer.allocUnsafeSlow(LANDING_BYTES);
  const reader = new FrameReader({ maxBytes: MAX_FRAME_BYTES, reuses: true });
  const read = (bytes: number): boolean => {
    for (const frame of reader.push(landing.subarray(0, bytes))) void serve(frame);
    return true;
  };
  const onread = { buffer: landing, callback: read };
  const socket = new Socket({ fd: CHANNEL, readable: true, writable: true, onread });
  const work = createWork(setUp);
  let isBusy = false;

  const serve = async (frame: Frame) => {
    if (isBusy) throw new Error(`expected one frame at a time, got a ${frame.kind} while busy`);
    isBusy = true;
    await answer(socket, frame.id, () => work(frame));
    isBusy = false;
  };
  process.on("uncaughtException", (error) => {
    console.error(error);
    if (isBusy) killSelf();
    process.exit(1);
  });
  ignoreSignals();
  socket.on("error", killSelf);
  socket.on("close", killSelf);
}

function createWork(setUp: SetUp): (frame: Frame) => Promise<Made> {
  let renderer: Renderer | undefined;
  return async ({ kind, json, blobs }) => {
    if (kind === "setup") renderer = await setUp(json);
    if (renderer === undefined) throw new Error(`expected a setup first, got a ${kind}`);
    if (kind === "job") return renderer.render(json, blobs);
    await renderer.selfTest();
    return { result: null, blobs: [] };
  };
}

async function answer(socket: Socket, id: number, work: () => Promise<Made>): Promise<void> {
  try {
    const { result, blobs } = await work();
    writeFrame(socket, { id, kind: "done", json: { result, rss: process.memoryUsage.rss() }, blobs });
  } catch (error) {
    const json = { error: toFailure(error), rss: process.memoryUsage.rss() };
    writeFrame(socket, { id, kind: "failed", json, blobs: [] });
  }
}

/** process.exit() waits for libuv's threads, that is for the picture that they work on; only SIGKILL ends at once. */
function killSelf(): void {
  process.kill(process.pid, "SIGKILL");
}

/** A terminal or a supervisor signals the whole group, but it is for the front to say when its renderers have finished. */
function ignoreSignals(): void {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => undefined);
}
