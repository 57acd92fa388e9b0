/** Each class of browsers gets what it reads, and caches are told so. */
import { isPicture, verdict, type Check, type Setting } from "./check.ts";
import { BROWSERS } from "./place.ts";
import { summaryOf, typeOf } from "./read.ts";

const MODERN = ["avif", "webp"] as const;

/** What a class of browsers reads beyond what all do. */
const CLASSES: Readonly<Record<string, { readonly accept: string; readonly reads: readonly string[] }>> = {
  "avif and webp": { accept: BROWSERS.chrome, reads: MODERN },
  webp: { accept: BROWSERS.webp, reads: ["webp"] },
  neither: { accept: BROWSERS.other, reads: [] },
};

const expectedOf = (formats: readonly string[], reads: readonly string[]): string | undefined =>
  MODERN.find((format) => formats.includes(format) && reads.includes(format));

const byClass = Object.entries(CLASSES).map(([name, { accept, reads }]): Check => ({
  name: `type for ${name}`,
  expected: "200 with a whole picture of the best type that the browser reads, in header and bytes",
  run: async ({ place, formats }: Setting) => {
    const answer = await place.ask(place.signed(place.path()), accept);
    const type = typeOf(answer.body);
    const wanted = expectedOf(formats, reads);
    const fits =
      wanted === undefined
        ? !MODERN.some((format) => type === `image/${format}`)
        : type === `image/${wanted}`;
    const said = answer.headers["content-type"]?.split(";")[0];
    return verdict(
      answer.status === 200 && type !== undefined && said === type && fits,
      `${summaryOf(answer)}, bytes of ${type ?? "no picture"}`,
    );
  },
}));

export const typeChecks: readonly Check[] = [
  ...byClass,
  {
    name: "Vary",
    expected: "Vary: Accept, where the type is chosen by Accept",
    run: async ({ place, formats }) => {
      const answer = await place.ask(place.signed(place.path()));
      const names = (answer.headers["vary"] ?? "").split(",").map((name) => name.trim().toLowerCase());
      const holds = formats.length === 0 || names.includes("accept");
      return verdict(
        isPicture(answer) && holds,
        `${answer.status}, Vary: ${answer.headers["vary"] ?? "none"}`,
      );
    },
  },
  {
    name: "Cache-Control",
    expected: "a max-age or s-maxage above 0, and no order not to keep it",
    run: async ({ place }) => {
      const answer = await place.ask(place.signed(place.path()));
      const control = answer.headers["cache-control"] ?? "";
      const seconds = [...control.matchAll(/(?:s-maxage|max-age)=(\d+)/g)].map(([, text]) => Number(text));
      const holds = Math.max(0, ...seconds) > 0 && !/no-store|private|no-cache/.test(control);
      return verdict(isPicture(answer) && holds, `${answer.status}, Cache-Control: ${control || "none"}`);
    },
  },
];
