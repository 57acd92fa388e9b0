/** What a tool that deploys the server needs to know of it: its settings, and the function that a CDN runs in front of it. */
import { ROWS } from "./config/names.ts";

export { ConfigError, loadConfig, type Loaded } from "./config/load.ts";
export type { Config } from "./config/settings.ts";
export {
  edgeFunction,
  edgeKeys,
  MAX_FUNCTION_BYTES,
  MAX_VALUE_BYTES,
  type EdgeFunctionSettings,
} from "./edge-function.ts";
export { edgeTag, sourceTag } from "./edge/edge.ts";

/** A setting as a deployment names it. */
export interface Variable {
  /** `TINTYPE_HTTP_TTL`. */
  readonly name: string;
  /** Its name in imgproxy, where it has one. */
  readonly imgproxy: string | undefined;
  /** Whether its value must not lie anywhere in clear. */
  readonly isSecret: boolean;
}

/** Every setting of the server, in the order of the reference. */
export const variables: readonly Variable[] = ROWS.map(({ variable, imgproxy, secret }) => ({
  name: variable,
  imgproxy,
  isSecret: secret === true,
}));
