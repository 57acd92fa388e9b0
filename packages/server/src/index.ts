/** The library face of the server: the same parts that `tintype serve` is made of. */
export { createApp, type App } from "./app.ts";
export { configOf, type SomeConfig } from "./config/config.ts";
export { ConfigError, loadConfig, type Loaded } from "./config/load.ts";
export type { Config } from "./config/settings.ts";
export { ERRORS, HttpError, type ErrorCode } from "./errors.ts";
export { listen, type Door, type ListenOptions } from "./http/node.ts";
export type { Ask, Handle, Reply } from "./message.ts";
export { createLog, type Log } from "./observe/log.ts";
export { serve } from "./serve.ts";
export { createSite } from "./site.ts";
