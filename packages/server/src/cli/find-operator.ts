import { parseBind } from "../config/bind.ts";
import { loadProcess } from "../config/process.ts";
import type { OperatorSettings } from "./operator.ts";
import { reach } from "./reach.ts";

/** The operator's listener that this environment configures. Throws ConfigError. */
export function findOperator(): OperatorSettings {
  const { bind, token } = loadProcess().config.operator;
  if (bind === "") return { token };
  const place = reach(parseBind(bind, "tcp"));
  if ("socketPath" in place) return { token };
  const host = place.host.includes(":") ? `[${place.host}]` : place.host;
  return { server: `http://${host}:${place.port}`, token };
}
