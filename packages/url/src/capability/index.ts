/** What both ends of a capability agree on. The server checks with it, `sign/` mints with it; browsers take `browser.ts`. */
export { longName, type PickFormat } from "./formats.ts";
export { LADDERS, rungs, type Ladder } from "./ladder.ts";
export { hourToTime } from "./mint.ts";
export {
  countVariants,
  formatTerms,
  MAX_VARIANTS,
  parsePolicy,
  type Aspect,
  type Quality,
  type Terms,
} from "./policy.ts";
export { below, checkSource, isPrefix } from "./source.ts";
export { formatPick, message, parsePick, split, TAG_BYTES, VERSION, type Parts, type Pick } from "./text.ts";
