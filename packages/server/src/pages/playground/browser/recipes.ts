/** What a picture is asked for with, as code to take away. */
import { OPTIONS, type Options } from "@tintype/url";
import type { Size } from "../../../plan/gravity.ts";
import type { Wanted } from "./language.ts";

export interface Ingredients {
  readonly wanted: Wanted;
  /** The whole URL, signed where that is needed and possible. */
  readonly urlOf: (options: Options) => Promise<string>;
  /** Where the server is, with its prefix. */
  readonly endpoint: string;
  readonly original: Size | undefined;
  readonly result: Size | undefined;
}

export type Recipe = (ingredients: Ingredients) => Promise<string>;

/** Shares of the width that a srcset has: for small windows, as it is, and for dense screens. */
const SHARES = [0.5, 1, 1.5, 2];

/** Every kind of code that can be copied. The names are those of the page's tabs. */
export const RECIPES: Readonly<Record<string, Recipe>> = {
  url: ({ wanted, urlOf }) => urlOf(wanted.options),
  img: async (ingredients) => {
    const { src, srcset, sizes, size } = await imageOf(ingredients);
    const lines = [
      `src="${src}"`,
      ...(srcset.length > 1 ? [`srcset="${srcset.join(",\n          ")}"`, `sizes="${sizes}"`] : []),
      ...(size ? [`width="${size.width}" height="${size.height}"`] : []),
      `alt="" loading="lazy" decoding="async"`,
    ];
    return `<img ${lines.join("\n     ")}>`;
  },
  react: async (ingredients) => {
    const { src, srcset, sizes, size } = await imageOf(ingredients);
    const lines = [
      `src="${src}"`,
      ...(srcset.length > 1
        ? [
            `srcSet={[\n${srcset.map((each) => `    ${JSON.stringify(each)},`).join("\n")}\n  ].join(", ")}`,
            `sizes="${sizes}"`,
          ]
        : []),
      ...(size ? [`width={${size.width}}`, `height={${size.height}}`] : []),
      `alt=""`,
      `loading="lazy"`,
      `decoding="async"`,
    ];
    return `<img\n${lines.map((line) => `  ${line}`).join("\n")}\n/>`;
  },
  curl: async ({ wanted, urlOf }) => {
    const accept = wanted.options.format ? "" : `-H 'Accept: image/avif,image/webp' `;
    return `curl -sS ${accept}-o picture '${(await urlOf(wanted.options)).replaceAll("'", "%27")}'`;
  },
  capability: ({ wanted, endpoint, result }) => Promise.resolve(mint(wanted, endpoint, result)),
};

interface Image {
  readonly src: string;
  readonly srcset: readonly string[];
  readonly sizes: string;
  readonly size: Size | undefined;
}

async function imageOf({ wanted, urlOf, original, result }: Ingredients): Promise<Image> {
  const { options } = wanted;
  const width = options.width || result?.width;
  const src = await urlOf(options);
  if (!width) return { src, srcset: [], sizes: "", size: result };
  // Nothing is gained by more pixels than there are.
  const most = options.enlarge ? Infinity : Math.max(width, original?.width ?? Infinity);
  const widths = SHARES.map((share) => Math.round(width * share)).filter((each) => each <= most);
  const srcset = await Promise.all(
    widths.map(async (each) => {
      const height = options.height && { height: Math.round((options.height * each) / width) };
      return `${await urlOf({ ...options, width: each, ...(height || {}) })} ${each}w`;
    }),
  );
  return { src, srcset, sizes: `(max-width: ${width}px) 100vw, ${width}px`, size: result };
}

/** The call that a back end signs with: the browser has no key, and gets none. */
function mint({ source, options }: Wanted, endpoint: string, result: Size | undefined): string {
  const { width, height, format, quality, ...rest } = options;
  const widest = width || result?.width || 800;
  const isCut = width && height && options.resizingType !== undefined && options.resizingType !== "fit";
  const others = Object.fromEntries(
    Object.entries(rest).filter(([name]) => OPTIONS[name as keyof Options].stage !== "reply"),
  );
  const policy = {
    widths: [Math.min(320, widest), widest * 2],
    ...(isCut ? { aspects: [shape(width, height)] } : {}),
    ...(format ? { formats: [format === "jpeg" ? "jpg" : format] } : {}),
    ...(quality ? { quality: classOf(quality) } : {}),
    ...(Object.keys(others).length > 0 ? { options: others } : {}),
  };
  return `import { createCapabilities } from "@tintype/url/sign";

const capabilities = createCapabilities({
  endpoint: ${JSON.stringify(endpoint)},
  key: process.env.CAPABILITY_KEY,
  kid: 1,
});
capabilities.sign(${JSON.stringify(source)}, ${literal(policy)});`;
}

function shape(width: number, height: number): string {
  const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));
  const by = divisor(width, height);
  return `${width / by}x${height / by}`;
}

const classOf = (quality: number): string =>
  quality < 60 ? "low" : quality < 85 ? "standard" : quality < 95 ? "high" : "best";

/** A value as one writes it in JavaScript: names bare, short lists and objects on one line. */
function literal(value: unknown, indent = ""): string {
  if (Array.isArray(value)) return `[${value.map((each) => literal(each, indent)).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const inside = `${indent}  `;
  const lines = Object.entries(value).map(([name, each]) => `${name}: ${literal(each, inside)}`);
  const short = `{ ${lines.join(", ")} }`;
  if (indent !== "" && short.length < 60) return short;
  return `{\n${lines.map((line) => `${inside}${line},`).join("\n")}\n${indent}}`;
}
