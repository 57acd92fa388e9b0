import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Sightings, type Sighting } from "./dev-record.ts";

const sighting = (path: string, more: Partial<Sighting> = {}): Sighting => ({
  source: "local:///a.jpg",
  options: { width: 5 },
  isSpelled: true,
  format: "avif",
  accept: "avif",
  status: 200,
  path,
  ...more,
});

describe("the record of what was asked for", () => {
  it("knows each request once, in the order in which they came", () => {
    const sightings = new Sightings(() => assert.fail("not full"));
    for (const path of ["/b", "/a", "/b"]) sightings.add(sighting(path));
    sightings.add(sighting("/a", { accept: "none" }));
    sightings.add(sighting("/a", { status: 304 }));
    assert.deepEqual(
      sightings.all().map(({ path, accept, status }) => [path, accept, status]),
      [
        ["/b", "avif", 200],
        ["/a", "avif", 200],
        ["/a", "none", 200],
        ["/a", "avif", 304],
      ],
    );
  });

  it("holds ten thousand, says once that it is full, and counts the rest", () => {
    const full: number[] = [];
    const sightings = new Sightings((most) => full.push(most));
    for (let index = 0; index < 10_002; index += 1) sightings.add(sighting(`/${index}`));
    sightings.add(sighting("/0"));
    assert.deepEqual([sightings.all().length, sightings.missed, full], [10_000, 2, [10_000]]);
  });
});
