/** Lies at the top of the output. */
export const MANIFEST = "images.manifest.json";

/** Every URL once, one on a line, in an order that depends on nothing but themselves. */
export const manifestOf = (urls: Iterable<string>): string =>
  `${JSON.stringify([...new Set(urls)].sort(), undefined, 1)}\n`;
