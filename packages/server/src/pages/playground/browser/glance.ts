/// <reference lib="dom" />
/** The same picture in three formats, at a glance. */
import type { FormatName, Options } from "@tintype/url";
import { all, need } from "./element.ts";
import { place, Refusal, type Shot } from "./picture.ts";
import { amount, duration } from "./words.ts";

interface GlanceSettings {
  readonly onPick: (format: FormatName | undefined) => void;
}

export interface Glance {
  /** Asks for one after the other, so that the result that is waited for never waits for them. */
  show(options: Options, shoot: (options: Options) => Promise<Shot>): Promise<void>;
}

interface Tile {
  readonly root: HTMLButtonElement;
  readonly format: FormatName;
}

/** Wires the tiles. */
export function openGlance({ onPick }: GlanceSettings): Glance {
  const tiles = all("[data-format]", HTMLButtonElement).map(
    // The server has written it.
    (root): Tile => ({ root, format: root.dataset["format"] as FormatName }),
  );
  for (const { root, format } of tiles)
    root.addEventListener("click", () => onPick(root.ariaPressed === "true" ? undefined : format));
  return {
    show: async (options, shoot) => {
      for (const { root, format } of tiles) {
        root.ariaPressed = String(options.format === format);
        root.dataset["state"] = "waiting";
      }
      const shots: Shot[] = [];
      for (const tile of tiles) {
        try {
          const shot = await shoot({ ...options, format: tile.format });
          shots.push(shot);
          await fill(tile, shot);
        } catch (error) {
          if (error instanceof DOMException && error.name === "AbortError") return;
          fail(tile, error);
        }
      }
      const most = Math.max(...shots.map(({ blob }) => blob.size));
      const least = Math.min(...shots.map(({ blob }) => blob.size));
      for (const { root } of tiles) {
        const bytes = Number(root.dataset["bytes"]);
        need("[data-bar]", HTMLElement, root).style.setProperty("--share", String(bytes / most));
        root.classList.toggle("least", bytes === least && shots.length > 1);
      }
    },
  };
}

async function fill({ root }: Tile, shot: Shot): Promise<void> {
  root.dataset["bytes"] = String(shot.blob.size);
  need("[data-amount]", HTMLElement, root).textContent = amount(shot.blob.size);
  need("[data-time]", HTMLElement, root).textContent =
    `${duration(shot.milliseconds)}${shot.kept ? ", kept" : ""}`;
  await place(need("img", HTMLImageElement, root), shot);
  root.dataset["state"] = "shown";
}

function fail({ root }: Tile, error: unknown): void {
  root.dataset["state"] = "failed";
  root.dataset["bytes"] = "0";
  need("[data-amount]", HTMLElement, root).textContent = "\u2013";
  need("[data-time]", HTMLElement, root).textContent =
    error instanceof Refusal ? error.message : "cannot be shown";
}
