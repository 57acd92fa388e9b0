/** What the gallery asks of each sample: a table of URL options, each with a word on what it does. */

/** One segment of a URL and what it means. */
export interface Segment {
  readonly text: string;
  readonly gloss: string;
}

export interface Treatment {
  readonly title: string;
  readonly note: string;
  readonly options: readonly Segment[];
}

const option = (text: string, gloss: string): Segment => ({ text, gloss });

const SMALLER: Treatment = {
  title: "Only smaller",
  note: "No format is named, so the browser gets the best one that it says it can show.",
  options: [option("rs:fit:720:480", "fit into 720 × 480")],
};

const SMART: Treatment = {
  title: "Smart gravity",
  note: "A square out of a wide picture, cut where the eye goes first.",
  options: [option("rs:fill:480:480", "fill 480 × 480"), option("g:sm", "keep what draws the eye")],
};

const FORMAT: Treatment = {
  title: "A format and a quality of your own",
  note: "Nothing is negotiated where the URL says what it wants.",
  options: [
    option("rs:fit:720:480", "fit into 720 × 480"),
    option("f:webp", "as WebP"),
    option("q:60", "at quality 60"),
  ],
};

const BLUR: Treatment = {
  title: "A stand-in while the page loads",
  note: "Small, blurred and cheap: the colours are there before the picture is.",
  options: [
    option("rs:fill:720:480", "fill 720 × 480"),
    option("bl:16", "blur by 16 pixels"),
    option("q:40", "at quality 40"),
  ],
};

const VECTOR: Treatment = {
  title: "Vectors, drawn at the size they are shown",
  note: "An SVG becomes pixels, and its clipped corners stay transparent.",
  options: [option("rs:fit:480:480", "fit into 480 × 480"), option("f:webp", "as WebP")],
};

const ANIMATION: Treatment = {
  title: "Animations keep moving",
  note: "Every frame is resized, and all of them leave in a newer format.",
  options: [option("rs:fit:240:240", "fit into 240 × 240"), option("f:webp", "as WebP")],
};

/** Treatments for the pictures of our own sample folder, in the order in which the gallery shows them. */
export const PICKED: Readonly<Record<string, Treatment>> = {
  "peaks.jpg": SMALLER,
  "nuthatch.jpg": SMART,
  "two-dogs.jpg": {
    title: "Two faces, kept in the frame",
    note: "Cut around a point of your choice, made small, and sharpened a little for it.",
    options: [
      option("c:1120:1400:fp:0.5:0.4", "cut 1120 × 1400 around a focal point"),
      option("rs:fit:480:480", "fit into 480 × 480"),
      option("sh:0.7", "sharpen with a sigma of 0.7"),
    ],
  },
  "fig.jpg": {
    title: "Cut out, then resize",
    note: "The crop counts in pixels of the original, whatever size is made of it.",
    options: [
      option("c:960:960:fp:0.57:0.55", "cut 960 × 960 around a focal point"),
      option("rs:fit:480:480", "fit into 480 × 480"),
    ],
  },
  "shutter.gif": ANIMATION,
  "evening-room.jpg": {
    title: "Upright, and on a mat",
    note: "The file lies on its side with an Exif note to turn it, as phones store it.",
    options: [
      option("rs:fit:320:400", "fit into 320 × 400"),
      option("pd:36", "36 pixels of margin"),
      option("bg:e9e5db", "in the colour of card"),
    ],
  },
  "brushes.jpg": FORMAT,
  "clock.jpg": {
    title: "Turned round",
    note: "Quarter turns and mirror images, whichever way the camera was held.",
    options: [
      option("rs:fit:480:480", "fit into 480 × 480"),
      option("rot:90", "turn a quarter to the right"),
    ],
  },
  "engraving.svg": VECTOR,
  "dandelion.jpg": BLUR,
};

const BY_EXTENSION: Readonly<Record<string, Treatment>> = { svg: VECTOR, gif: ANIMATION };
const GENERAL: readonly Treatment[] = [SMALLER, SMART, FORMAT, BLUR];

/** The treatment of a picture; pictures that are not ours take turns, by their place in the list. */
export function treatmentOf(name: string, place: number): Treatment {
  const extension = name.slice(name.lastIndexOf(".") + 1).toLowerCase();
  const general = GENERAL[place % GENERAL.length] ?? SMALLER;
  return lookUp(PICKED, name) ?? lookUp(BY_EXTENSION, extension) ?? general;
}

// A file may well be called "constructor".
const lookUp = (table: Readonly<Record<string, Treatment>>, key: string): Treatment | undefined =>
  Object.hasOwn(table, key) ? table[key] : undefined;
