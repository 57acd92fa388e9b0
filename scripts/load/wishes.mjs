/** What clients of `npm run soak` ask for: sources, options, formats and faults, by chance and by weight. */
import { pick } from "./random.mjs";

const between = (random, least, most) => least + Math.floor(random() * (most - least + 1));
const side = (random) => between(random, 80, 900);
const box = (random) => `${side(random)}:${side(random)}`;

/** THE TABLE of what is wanted of a picture. */
const OPTIONS = [
  { weight: 8, make: (random) => `rs:fit:${box(random)}` },
  { weight: 6, make: (random) => `rs:fill:${box(random)}` },
  { weight: 3, make: (random) => `w:${side(random)}` },
  { weight: 2, make: (random) => `h:${side(random)}/q:${between(random, 40, 95)}` },
  { weight: 2, make: (random) => `rs:fill:${box(random)}/g:nowe` },
  { weight: 2, make: (random) => `rs:fill:${box(random)}/g:fp:0.7:0.3` },
  { weight: 1, make: (random) => `rs:fill:${box(random)}/g:sm` },
  { weight: 2, make: (random) => `rs:force:${box(random)}` },
  { weight: 2, make: (random) => `c:0.6:0.7:soea/rs:fit:${box(random)}` },
  { weight: 2, make: (random) => `rs:fit:${box(random)}/rot:${90 * between(random, 1, 3)}` },
  { weight: 1, make: (random) => `rs:fit:${box(random)}/fl:1:0` },
  { weight: 1, make: (random) => `rs:fill:${box(random)}/ar:0` },
  { weight: 1, make: (random) => `rs:fit:${box(random)}/bl:${between(random, 1, 3)}` },
  { weight: 1, make: (random) => `rs:fit:${box(random)}/sh:1` },
  { weight: 2, make: (random) => `rs:fit:${box(random)}/ex:1/bg:ff8000` },
  { weight: 1, make: (random) => `rs:fit:${box(random)}/pd:10:20:30:40` },
  { weight: 1, make: () => `rs:fit:300:300/dpr:2` },
  { weight: 1, make: (random) => `rs:fit:${box(random)}/mb:${between(random, 10, 60)}000` },
];

const NAMED = [
  { weight: 64, format: undefined },
  { weight: 14, format: "jpeg" },
  { weight: 8, format: "png" },
  { weight: 8, format: "webp" },
  { weight: 2, format: "avif" },
  { weight: 2, format: "gif" },
  { weight: 1, format: "tiff" },
  { weight: 1, format: "bmp" },
];

const ACCEPTED = [
  { weight: 30, accept: "*/*" },
  { weight: 60, accept: "image/webp,*/*" },
  { weight: 10, accept: "image/avif,image/webp,*/*" },
];

/** Faults of the origin with the statuses that they may be answered with, then those of clients and renderers. */
const FAULTS = [
  { fault: "missing", statuses: [404] },
  { fault: "failing", statuses: [502] },
  { fault: "cut", statuses: [404, 422, 502] },
  { fault: "reset", statuses: [404, 422, 502] },
  { fault: "short", statuses: [422] },
  { fault: "drip", statuses: [504] },
  { fault: "hangup" },
  { fault: "kill" },
];

const FAULT_SHARE = 0.01;

/** Makes the next wish: no URL is ever asked for twice. */
export function createWishes({ random, origin, pictures }) {
  let count = 0;
  return () => {
    count += 1;
    const picture = pick(random, pictures);
    const { make } = pick(random, OPTIONS);
    const { format } = pick(random, NAMED);
    const options = make(random) + (format ? `/f:${format}` : "");
    const { accept } = pick(random, ACCEPTED);
    const { fault, statuses } = random() < FAULT_SHARE ? pick(random, FAULTS) : {};
    const kind = statuses ? fault : "fine";
    const path = `${options}/plain/${origin}/${kind}/${count}/${picture.file}`;
    return { picture, path, accept, fault, statuses: statuses ?? [200] };
  };
}
