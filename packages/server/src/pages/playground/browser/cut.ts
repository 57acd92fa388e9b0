/// <reference lib="dom" />
/** The crop and the focal point on the original itself. */
import type { Options } from "@tintype/url";
import type { Rect, Size } from "../../../plan/gravity.ts";
import { arrow, between, moved, press, stretched, type Corner } from "./drag.ts";
import { all, need } from "./element.ts";
import { cropFrom, cropOn, focusFrom, focusOn, type Spot } from "./geometry.ts";
import { pixels } from "./words.ts";

export interface Cut {
  /** Shows what the options say of an original of this size. */
  show(size: Size | undefined, options: Options): void;
}

type Change = Pick<Options, "crop" | "gravity">;

interface CutSettings {
  /** The element that the original fills. */
  readonly sheet: HTMLElement;
  /** What is there as undefined is to be taken away. */
  readonly onChange: (change: { [K in keyof Change]: Change[K] | undefined }) => void;
}

/** A hundredth of the picture for each arrow key. */
const STEP = 0.01;
/** What the button cuts out, of each side. */
const FIRST = 0.8;

/** Wires the rectangle, the point and their two buttons. */
export function openCut({ sheet, onChange }: CutSettings): Cut {
  const frame = need("[data-cut]", HTMLElement, sheet);
  const point = need("[data-point]", HTMLElement, sheet);
  const cropButton = need("[data-tool=crop]", HTMLButtonElement);
  const pointButton = need("[data-tool=point]", HTMLButtonElement);
  let size: Size | undefined;
  let options: Options = {};
  let rect: Rect | undefined;
  let focus: Spot | undefined;

  const cutTo = (wanted: Rect): void => {
    if (size) onChange({ crop: cropFrom(size, wanted, options) });
  };
  const focusAt = (spot: Spot): void => {
    if (!size) return;
    // A crop without a gravity of its own would move along with the point.
    const pinned =
      options.crop && !options.crop.gravity && rect ? { crop: cropFrom(size, rect, options) } : {};
    onChange({ ...pinned, gravity: focusFrom(size, spot, { ...options, ...pinned }) });
  };

  sheet.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || !size || point.contains(event.target as Node)) return;
    const area = size;
    const start = rect;
    const corner = cornerOf(event.target);
    const onClick = focusAt;
    if (start && frame.contains(event.target as Node)) {
      event.preventDefault();
      frame.focus({ preventScroll: true });
      press(event, sheet, {
        onMove: (from, to) => {
          const dx = (to.x - from.x) * area.width;
          const dy = (to.y - from.y) * area.height;
          cutTo(
            corner ? stretched(start, corner, dx, dy, { size: area }) : moved(start, dx, dy, { size: area }),
          );
        },
        ...(!corner && { onClick }),
      });
      return;
    }
    // A finger that moves on the bare picture scrolls the page.
    const draws = event.pointerType !== "touch";
    if (draws) event.preventDefault();
    press(event, sheet, {
      onMove: (from, to) => {
        const drawn = between(from, to, area);
        if (draws && drawn.width > 0 && drawn.height > 0) cutTo(drawn);
      },
      onClick,
    });
  });
  point.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    point.focus({ preventScroll: true });
    press(event, sheet, { onMove: (_, to) => focusAt(to) });
  });

  frame.addEventListener("keydown", (event) => {
    if (!size || !rect) return;
    if (event.key === "Delete" || event.key === "Backspace") onChange({ crop: undefined });
    const [dx, dy] = arrow(event) ?? [0, 0];
    if (dx === 0 && dy === 0) return;
    event.preventDefault();
    const by = [dx * Math.max(1, size.width * STEP), dy * Math.max(1, size.height * STEP)] as const;
    cutTo(event.shiftKey ? stretched(rect, "se", ...by, { size }) : moved(rect, ...by, { size }));
  });
  point.addEventListener("keydown", (event) => {
    if (!focus) return;
    if (event.key === "Delete" || event.key === "Backspace") onChange({ gravity: undefined });
    const [dx, dy] = arrow(event) ?? [0, 0];
    if (dx === 0 && dy === 0) return;
    event.preventDefault();
    focusAt({ x: focus.x + dx * STEP, y: focus.y + dy * STEP });
  });
  cropButton.addEventListener("click", () => {
    if (options.crop) {
      onChange({ crop: undefined });
      return;
    }
    if (!size) return;
    const [width, height] = [Math.round(size.width * FIRST), Math.round(size.height * FIRST)];
    const left = Math.round((size.width - width) / 2);
    cutTo({ width, height, left, top: Math.round((size.height - height) / 2) });
    frame.focus();
  });
  pointButton.addEventListener("click", () => {
    if (options.gravity?.type === "fp") {
      onChange({ gravity: undefined });
      return;
    }
    focusAt({ x: 0.5, y: 0.5 });
    point.focus();
  });

  return {
    show: (original, wanted) => {
      options = wanted;
      // How much of a border is trimmed is only known to the server, and the crop counts from there.
      size = wanted.trim === undefined ? original : undefined;
      rect = size && cropOn(size, wanted);
      focus = size && focusOn(size, wanted);
      for (const button of [cropButton, pointButton]) button.disabled = size === undefined;
      cropButton.setAttribute("aria-pressed", String(wanted.crop !== undefined));
      pointButton.setAttribute("aria-pressed", String(wanted.gravity?.type === "fp"));
      frame.hidden = rect === undefined;
      if (rect && size) {
        setPlace(frame, {
          left: rect.left / size.width,
          top: rect.top / size.height,
          width: rect.width / size.width,
          height: rect.height / size.height,
        });
        frame.ariaLabel = `Crop, ${pixels(rect)} at ${rect.left}, ${rect.top}. Arrow keys move it, with Shift they resize it.`;
      }
      point.hidden = focus === undefined;
      if (focus) {
        setPlace(point, { left: focus.x, top: focus.y });
        point.ariaLabel = `Focal point, ${percent(focus.x)} across, ${percent(focus.y)} down. Arrow keys move it.`;
      }
    },
  };
}

const percent = (fraction: number): string => `${Math.round(fraction * 100)} %`;

function setPlace(element: HTMLElement, place: Readonly<Record<string, number>>): void {
  for (const [property, fraction] of Object.entries(place))
    element.style.setProperty(property, `${fraction * 100}%`);
}

const cornerOf = (target: EventTarget | null): Corner | undefined =>
  all("[data-corner]", HTMLElement).find((handle) => handle === target)?.dataset["corner"] as
    Corner | undefined;
