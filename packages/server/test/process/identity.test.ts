import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { get, inTurns, looks } from "./client.ts";
import { plain, startOrigin } from "./origin.ts";
import { path, startServer } from "./server.ts";

const FORMATS = ["png", "jpeg", "webp", "gif"] as const;

/** Twenty originals that no decoder can read to their end: cut short, or overwritten from a point on. */
const broken = await Promise.all(
  Array.from({ length: 20 }, async (_, index) => {
    const bytes = await plain("777777", FORMATS[index % 4] ?? "png", 200);
    const end = Math.floor(bytes.length * (0.3 + 0.02 * index));
    if (index % 2 === 0) return bytes.subarray(0, end);
    return Buffer.concat([bytes.subarray(0, Math.min(end, 40)), Buffer.alloc(bytes.length - 40, index)]);
  }),
);

const origin = await startOrigin((response, asked) => {
  response.end(broken[Number(/^\/broken-(\d+)$/.exec(asked)?.[1])]);
});
const server = await startServer({ IMGPROXY_REQUESTS_QUEUE_SIZE: "64" });

/** A colour for each number, no two near each other alike. */
const colorOf = (index: number): string => ((index * 0x9e3779) & 0xffffff).toString(16).padStart(6, "0");

const ask = (size: number, file: string) =>
  get(`${server.url}${path(`rs:fill:${size}:${size}/f:png`, `${origin.url}/${file}`)}`);

describe("many pictures at a time", () => {
  it("a thousand different URLs answer with their own picture each", async () => {
    const wanted = Array.from({ length: 1000 }, (_, index) => ({
      // Each original in two sizes, the second long after the first.
      color: colorOf(index % 500),
      size: 8 + (index % 40) + (index < 500 ? 0 : 1),
    }));
    const wrong = await inTurns(wanted, 24, async ({ color, size }) => {
      const { status, body } = await ask(size, `${color}.png`);
      const shown = status === 200 ? await looks(body) : body.toString();
      return shown === `${size}x${size} ${color}` ? [] : [`${color} ${size}: ${status} ${shown}`];
    });
    assert.deepEqual(wrong.flat(), []);
  });

  it("twenty broken ones leave the twenty good ones between them alone", async () => {
    const files = Array.from({ length: 40 }, (_, index) =>
      index % 2 === 0 ? `broken-${index / 2}` : `${colorOf(2000 + index)}.png`,
    );
    const results = await inTurns(files, 8, async (file) => {
      const { status, body } = await ask(16, file);
      return `${file}: ${status === 200 ? await looks(body) : status}`;
    });
    assert.deepEqual(
      results,
      files.map((file) =>
        file.startsWith("broken") ? `${file}: 422` : `${file}: 16x16 ${file.slice(0, 6)}`,
      ),
    );
    const lost = server.answered().filter(({ code }) => code === "renderer_lost");
    assert.deepEqual(lost, []);
  });
});
