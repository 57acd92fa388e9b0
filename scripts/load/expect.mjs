/** What must come of a wish: told by the server's own plan, which is arithmetic, from facts that a decoder has told. */
import { configOf } from "../../packages/server/dist/config/config.js";
import { FORMATS } from "../../packages/server/dist/formats.js";
import { decide } from "../../packages/server/dist/job.js";
import { guardVector, planLimits, playableFrames } from "../../packages/server/dist/plan/limits.js";
import { chooseFormat, passesThrough } from "../../packages/server/dist/plan/negotiate.js";
import { plan } from "../../packages/server/dist/plan/plan.js";

const { limits, encode, image } = configOf();
const settings = {
  grammar: {},
  resolve: (source) => source,
  clientHints: false,
  cookies: () => undefined,
  pipeline: "",
  partition: () => [],
  offers: { auto: ["avif", "webp"], enforced: [] },
};

/** Format, size and frames of the answer, and what is to be seen at a point of it. */
export function expectationOf({ path, accept, picture }) {
  const { facts, colours } = picture;
  const job = decide(path, { accept }, settings);
  const options = { autoRotate: image.autoRotate, ...job.options };
  if (passesThrough(facts.format, options, encode)) return { format: facts.format, isOriginal: true };
  const frames = playableFrames(facts, options, limits);
  const wishes = { ...job, preferred: encode.preferredFormats };
  const format = chooseFormat({ ...facts, frames }, options, wishes);
  const playing = FORMATS[format].animationOut ? frames : 1;
  const source = guardVector({ ...facts, vector: facts.format === "svg" }, limits);
  const planned = plan(source, options, planLimits(options, limits, playing));
  const ground = options.background ?? (FORMATS[format].alpha ? null : "ffffff");
  return {
    format,
    frames: playing,
    size: planned.size,
    colourAt: (point) => colourAt(point, { planned, source, colours, ground: ground && rgb(ground) }),
  };
}

const rgb = (hex) => [0, 2, 4].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));

/** Share of a side around a border between two colours where either may be seen. */
const VAGUE = 0.06;

/** A colour, null for none (transparent), or undefined where it cannot be told. */
function colourAt(point, { planned, source, colours, ground }) {
  const { crop, cut, embeds, turn, scaled } = planned;
  if ((crop && "smart" in crop) || (cut && "smart" in cut)) return undefined;
  const upright = turn.swaps ? { width: scaled.height, height: scaled.width } : scaled;
  const inner = embeds.reduce((at, { left, top }) => ({ x: at.x - left, y: at.y - top }), point);
  const place = isInside(inner, cut ?? upright);
  if (place !== "in") return place === "out" ? ground : undefined;
  const turned = { x: inner.x + (cut?.left ?? 0), y: inner.y + (cut?.top ?? 0) };
  const stored = unturned(turned, { turn, size: scaled });
  const area = crop ?? { left: 0, top: 0, width: source.width, height: source.height };
  const u = (area.left + (stored.x / scaled.width) * area.width) / source.width;
  const v = (area.top + (stored.y / scaled.height) * area.height) / source.height;
  if (Math.abs(u - 0.5) < VAGUE || Math.abs(v - 0.5) < VAGUE) return undefined;
  const colour = colours[(v > 0.5 ? 2 : 0) + (u > 0.5 ? 1 : 0)];
  return colour ?? ground;
}

/** Pixels around an edge that a blur or a patch reaches across. */
const EDGE = 12;

function isInside({ x, y }, { width, height }) {
  const depth = Math.min(x, y, width - x, height - y);
  if (Math.abs(depth) < EDGE) return undefined;
  return depth > 0 ? "in" : "out";
}

/** From a point of the picture that was mirrored and then turned clockwise back to one of the stored picture. */
function unturned({ x, y }, { turn: { mirror, angle }, size: { width, height } }) {
  const back = { 0: [x, y], 90: [y, height - x], 180: [width - x, height - y], 270: [width - y, x] }[angle];
  return { x: mirror ? width - back[0] : back[0], y: back[1] };
}
