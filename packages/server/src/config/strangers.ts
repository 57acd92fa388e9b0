import { FOREIGN } from "./foreign.ts";
import { ROWS } from "./names.ts";
import { nearest } from "./nearest.ts";

const OURS = /^(?:IMGPROXY|IMGRPOXY|TINTYPE)_/;

// What Kubernetes puts into every pod for a service that is named like us.
const SERVICE_LINK =
  /_(?:SERVICE_HOST|SERVICE_PORT(?:_\w+)?|PORT(?:_\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?)?)$/;

// What other programs take for a way out; imgproxy does.
const PROXY = /^(?:https?|all)_proxy$/i;

// A feature that is switched off is not missed.
const OFF = new Set(["", "0", "f", "false"]);

const reasons: ReadonlyMap<string, string> = new Map(FOREIGN.map(({ name, why }) => [name, why]));
const settings: ReadonlySet<string> = new Set(
  ROWS.flatMap((row) => [row.variable, row.imgproxy ?? row.variable]),
);

/** A sentence for each variable that looks like a setting, or means something elsewhere, and is none here. Values are never in it. */
export const warnOfStrangers = (variables: ReadonlyMap<string, { readonly text: string }>): string[] =>
  [...variables].flatMap(([name, { text }]) => {
    if (PROXY.test(name) && text.trim() !== "")
      return [`${name} is ignored: sources are asked directly, so that their addresses can be checked`];
    if (!OURS.test(name) || settings.has(name) || OFF.has(text.trim().toLowerCase())) return [];
    const why = reasons.get(name);
    if (why !== undefined) return why === "" ? [] : [`${name} ${why}`];
    return SERVICE_LINK.test(name) ? [] : [`${name} is not a setting${suggest(name)}`];
  });

function suggest(name: string): string {
  const meant = nearest(name, [...settings, ...reasons.keys()]);
  return meant === undefined ? "" : `; is ${meant} meant?`;
}
