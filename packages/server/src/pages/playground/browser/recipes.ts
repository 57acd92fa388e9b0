/** What a picture is asked for with, as code to take away. */
import { OPTIONS, srcset, type Options } from "@tintype/url";
import type { Size } from "../../../plan/gravity.ts";
import type { Wanted } from "./language.ts";
import { attribute, call, literal } from "./literal.ts";

export interface Ingredients {
  readonly wanted: Wanted;
  /** The whole URL, signed where that is needed and possible. */
  readonly urlOf: (options: Options) => Promise<string>;
  /** Where the server is, with its prefix. */
  readonly endpoint: string;
  /** Whether URLs need a signature there. */
  readonly signed: boolean;
  readonly original: Size | undefined;
  readonly result: Size | undefined;
}

export type Recipe = (ingredients: Ingredients) => Promise<string>;

/** Where the code to copy finds keys, on the server that it is for. */
const KEYS = "process.env";

/** Shares of the width that a srcset has: for small windows, as it is, and for dense screens. */
const SHARES = [0.5, 1, 1.5, 2];

/** Every kind of code that can be copied. The names are those of the page's tabs. */
export const RECIPES: Readonly<Record<string, Recipe>> = {
  url: ({ wanted, urlOf }) => urlOf(wanted.options),
  img: async (ingredients) => {
    const { wanted, urlOf, result } = ingredients;
    const candidates = await candidatesOf(ingredients);
    const lines = [
      `src="${inHtml(await urlOf(wanted.options))}"`,
      ...(candidates
        ? [
            `srcset="${inHtml(candidates.srcset).replaceAll(", ", ",\n          ")}"`,
            `sizes="${candidates.sizes}"`,
          ]
        : []),
      ...(result ? [`width="${result.width}" height="${result.height}"`] : []),
      `alt="" loading="lazy" decoding="async"`,
    ];
    return `<img ${lines.join("\n     ")}>`;
  },
  react: (ingredients) => Promise.resolve(component(ingredients)),
  curl: async ({ wanted, urlOf }) => {
    const accept = wanted.options.format ? "" : `-H 'Accept: image/avif,image/webp' `;
    return `curl -sS ${accept}-o picture '${(await urlOf(wanted.options)).replaceAll("'", "%27")}'`;
  },
  capability: (ingredients) => Promise.resolve(mint(ingredients)),
};

// Quotes are escaped in every URL that is written here.
const inHtml = (url: string): string => url.replaceAll("&", "&amp;");

async function candidatesOf({ wanted, urlOf, original, result }: Ingredients) {
  const { source, options } = wanted;
  const width = options.width || result?.width;
  if (!width) return undefined;
  const settings = {
    widths: SHARES.map((share) => Math.max(1, Math.round(width * share))),
    options: { ...options, width },
    sizes: `(max-width: ${width}px) 100vw, ${width}px`,
    // Nothing is gained by more pixels than there are.
    ...(original && !options.enlarge && { naturalWidth: Math.max(width, original.width) }),
  };
  return srcset((_, each = {}) => urlOf(said(each)), source, settings);
}

/** Options without those that are only there to say that they are not. */
const said = (options: { readonly [K in keyof Options]?: Options[K] | undefined }): Options =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));

/** An element of our component, which makes sizes and formats itself. */
function component({ wanted, endpoint, signed, result }: Ingredients): string {
  const { width, height, format, ...rest } = wanted.options;
  const name = format ? "Image" : "Picture";
  const size = result ?? { width: width || 800, height: height || 600 };
  const attributes = [
    "image={image}",
    attribute("src", wanted.source),
    ...(Object.keys(rest).length > 0 ? [`options={${literal(rest, "  ")}}`] : []),
    attribute("width", size.width),
    attribute("height", size.height),
    ...(format ? [attribute("format", format === "jpeg" ? "jpg" : format)] : []),
    attribute("alt", ""),
  ];
  return [
    'import { createBuilder } from "@tintype/url";',
    `import { ${name} } from "@tintype/url/react";`,
    ...(signed ? ['import { sign } from "@tintype/url/sign";'] : []),
    "",
    "const image = createBuilder({",
    `  endpoint: ${JSON.stringify(endpoint)},`,
    ...(signed
      ? [`  sign: (path) => sign(path, { key: ${KEYS}.IMGPROXY_KEY, salt: ${KEYS}.IMGPROXY_SALT }),`]
      : []),
    "});",
    "",
    `<${name}`,
    ...attributes.map((each) => `  ${each}`),
    "/>",
  ].join("\n");
}

/** The call that a back end signs with: the browser has no key, and gets none. */
function mint({ wanted: { source, options }, endpoint, result }: Ingredients): string {
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
  return [
    'import { createCapabilities } from "@tintype/url/sign";',
    "",
    "const capabilities = createCapabilities({",
    `  endpoint: ${JSON.stringify(endpoint)},`,
    `  key: ${KEYS}.CAPABILITY_KEY,`,
    "  kid: 1,",
    "});",
    call("capabilities.sign", source, policy),
  ].join("\n");
}

function shape(width: number, height: number): string {
  const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));
  const by = divisor(width, height);
  return `${width / by}x${height / by}`;
}

const classOf = (quality: number): string =>
  quality < 60 ? "low" : quality < 85 ? "standard" : quality < 95 ? "high" : "best";
