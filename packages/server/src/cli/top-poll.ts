import type { Stats } from "../observe/stats.ts";
import { ask, printable, type Operator } from "./operator.ts";

const PATIENCE_MS = 5000;

/** Asks for the figures once; gives up after five seconds or at the signal. Rejects with an Error that says what to do. */
export async function pollStats({ server, token }: Operator, signal: AbortSignal): Promise<Stats> {
  // fetch takes headers of Latin-1 only, and the server reads UTF-8.
  const authorization = `Bearer ${Buffer.from(token).toString("latin1")}`;
  const reply = await ask(`${server}/stats`, {
    headers: token === "" ? {} : { authorization },
    signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]),
  });
  const said: unknown = await reply.json().catch(() => undefined);
  if (reply.ok && isStats(said)) return said;
  if (reply.ok)
    throw new Error(`expected figures of this version, got others: is ${server} the operator's listener?`);
  const trouble = (said as { error?: { message?: unknown } } | null | undefined)?.error?.message;
  const words = typeof trouble === "string" ? `: ${printable(trouble)}` : "";
  const hint = reply.status === 401 ? " (give --token or set TINTYPE_OPERATOR_TOKEN)" : "";
  throw new Error(`the server answered ${reply.status}${words}${hint}`);
}

const FIGURES = ["seconds", "requests", "perSecond", "bytesSaved"] as const;

/** As much as the view relies on. */
function isStats(value: unknown): value is Stats {
  const { recent, total, tiers, slowest, uptimeSeconds, memoryBytes } = (value ?? {}) as Partial<Stats>;
  return (
    [recent, total].every(
      (figures) =>
        figures !== undefined &&
        FIGURES.every((name) => typeof figures[name] === "number") &&
        [figures.states, figures.statuses, figures.errors].every((part) => typeof part === "object"),
    ) &&
    [uptimeSeconds, memoryBytes].every((number) => typeof number === "number") &&
    Array.isArray(tiers) &&
    Array.isArray(slowest)
  );
}
