import type { Attributes, SvgElement } from "./read.ts";

/** How long an outline is at most, in its own user units, and on how many corners a marker may be drawn. */
export interface Outline {
  readonly length: number;
  readonly vertices: number;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** One command of a path: its letter, in the case that it is written in, and the numbers that belong to it. */
interface Step {
  readonly letter: string;
  readonly numbers: readonly number[];
}

const ORIGIN: Point = { x: 0, y: 0 };
const NOWHERE: Outline = { length: 0, vertices: 0 };

/** How many numbers belong to each letter (SVG 2, section 9.3). */
const SIZES: Readonly<Record<string, number>> = {
  M: 2,
  L: 2,
  T: 2,
  H: 1,
  V: 1,
  Q: 4,
  S: 4,
  C: 6,
  A: 7,
  Z: 0,
};

/** Of the seven numbers of an arc these are flags: one digit each, which the next number may touch. */
const ARC_FLAGS: readonly number[] = [3, 4];

const SHAPES: Readonly<Record<string, (attributes: Attributes) => Outline>> = {
  path: (attributes) => measurePath(attributes.get("d") ?? ""),
  polyline: (attributes) => measurePath(`M${attributes.get("points") ?? ""}`),
  polygon: (attributes) => measurePath(`M${attributes.get("points") ?? ""}Z`),
  line: (attributes) =>
    measurePath(`M${["x1", "y1", "x2", "y2"].map((name) => numberOf(attributes, name)).join(" ")}`),
  rect: (attributes) => curve(2 * (numberOf(attributes, "width") + numberOf(attributes, "height"))),
  circle: (attributes) => curve(2 * Math.PI * numberOf(attributes, "r")),
  ellipse: (attributes) =>
    curve(2 * Math.PI * Math.max(numberOf(attributes, "rx"), numberOf(attributes, "ry"))),
};

/** The outline of a shape; of any other element, none. */
export const measureShape = ({ name, attributes }: SvgElement): Outline =>
  Object.hasOwn(SHAPES, name) ? (SHAPES[name]?.(attributes) ?? NOWHERE) : NOWHERE;

/** The outline of path data, up to its first mistake, where drawing ends too. */
export function measurePath(data: string): Outline {
  const reader = new Reader(data);
  const pen = new Pen();
  for (let step = reader.next(); step !== undefined; step = reader.next()) pen.draw(step);
  return { length: pen.length, vertices: pen.vertices };
}

const curve = (length: number): Outline => ({ length: Math.abs(length), vertices: 0 });

/** A length in user units. What a percent or an em comes to depends on others; a hundred each is on the safe side. */
function numberOf(attributes: Attributes, name: string): number {
  const text = attributes.get(name) ?? "";
  const number = parseFloat(text);
  if (!Number.isFinite(number)) return 0;
  return /[%a-df-z]/i.test(text.replace(/px\s*$/i, "")) ? number * 100 : number;
}

/** Reads path data command by command. */
class Reader {
  readonly #data: string;
  #letter = "";
  #index = 0;

  constructor(data: string) {
    this.#data = data;
  }

  next(): Step | undefined {
    const written = this.#take(/\s*([a-z])/iy);
    this.#letter = written ?? this.#repeated();
    const size = SIZES[this.#letter.toUpperCase()];
    if (size === undefined || (size === 0 && written === undefined)) return undefined;
    const isArc = this.#letter.toUpperCase() === "A";
    const numbers: number[] = [];
    for (let index = 0; index < size; index += 1) {
      const number = this.#take(isArc && ARC_FLAGS.includes(index) ? FLAG : NUMBER);
      if (number === undefined) return undefined;
      numbers.push(Number(number));
    }
    return { letter: this.#letter, numbers };
  }

  /** A letter serves until the next one; more points after a move are lines. */
  #repeated(): string {
    return this.#letter === "M" ? "L" : this.#letter === "m" ? "l" : this.#letter;
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#index;
    const match = pattern.exec(this.#data);
    if (match === null) return undefined;
    this.#index += match[0].length;
    return match[1];
  }
}

const FLAG = /[\s,]*([01])/y;
const NUMBER = /[\s,]*([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)/iy;

/** Adds up lengths. A curve is no longer than the line through its control points, an arc than its whole ellipse. */
class Pen {
  length = 0;
  vertices = 0;
  #start = ORIGIN;
  #current = ORIGIN;
  /** From the last control point to the current point: a smooth curve sets out as far on the other side. */
  #reach = 0;

  draw({ letter, numbers }: Step): void {
    const command = letter.toUpperCase();
    const points = this.#pointsOf(command, numbers, letter === command ? ORIGIN : this.#current);
    const end = points.at(-1) ?? this.#current;
    if (command === "M") this.#start = end;
    else this.length += polygonLength([this.#current, ...points]) + this.#extra(command, numbers, end);
    this.#reach = command === "T" ? this.#reach + distance(this.#current, end) : controlReach(points);
    this.#current = end;
    this.vertices += 1;
  }

  /** Absolute points of a command: control points in their order, then its end. */
  #pointsOf(command: string, numbers: readonly number[], base: Point): readonly Point[] {
    const [first = 0] = numbers;
    if (command === "Z") return [this.#start];
    if (command === "H") return [{ x: base.x + first, y: this.#current.y }];
    if (command === "V") return [{ x: this.#current.x, y: base.y + first }];
    return pointsIn(command === "A" ? numbers.slice(5) : numbers, base);
  }

  /** The part of a command's length that its points do not show. */
  #extra(command: string, numbers: readonly number[], end: Point): number {
    if (command === "S" || command === "T") return 2 * this.#reach;
    return command === "A" ? arcLength(numbers, distance(this.#current, end)) : 0;
  }
}

const pointsIn = (numbers: readonly number[], base: Point): readonly Point[] =>
  numbers.flatMap((y, index) =>
    index % 2 === 1 ? { x: base.x + (numbers[index - 1] ?? 0), y: base.y + y } : [],
  );

const controlReach = (points: readonly Point[]): number => polygonLength(points.slice(-2));

const polygonLength = (points: readonly Point[]): number =>
  points.reduce((length, point, index) => length + distance(points[index - 1] ?? point, point), 0);

const distance = (from: Point, to: Point): number => Math.hypot(to.x - from.x, to.y - from.y);

/** A whole ellipse, grown as far as it must to reach from end to end (SVG 2, appendix B.2.5). */
function arcLength([rx = 0, ry = 0]: readonly number[], chord: number): number {
  const long = Math.max(Math.abs(rx), Math.abs(ry));
  const short = Math.min(Math.abs(rx), Math.abs(ry));
  return short === 0 ? 0 : 2 * Math.PI * long * Math.max(1, chord / (2 * short));
}
