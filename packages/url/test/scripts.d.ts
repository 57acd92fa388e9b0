/** Types of what the tests import from scripts/, which is plain JavaScript. */

declare module "*/scripts/reference/lexicon.mjs" {
  export function lexicon(): Promise<string>;
}
