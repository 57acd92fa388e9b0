/// <reference lib="dom" />
/** Signatures come from the server, which has the key. */
import { Refusal } from "./picture.ts";
import type { PageSettings } from "./settings.ts";

const UNSIGNED = "unsafe";
const MOST_KEPT = 500;

/** Makes the function from a path to its signature; paths that were signed once are not sent again. */
export function createSign({ signing, prefix }: PageSettings): (path: string) => Promise<string> {
  if (signing !== "here") return () => Promise.resolve(UNSIGNED);
  const kept = new Map<string, Promise<string>>();
  return (path) => {
    const known = kept.get(path);
    if (known) return known;
    const signature = ask(path, prefix).catch((error: unknown) => {
      kept.delete(path);
      throw error;
    });
    if (kept.size >= MOST_KEPT) kept.clear();
    kept.set(path, signature);
    return signature;
  };
}

/** Throws Refusal. */
async function ask(path: string, prefix: string): Promise<string> {
  const answer = await window
    .fetch(`${prefix}/playground/sign`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ path }),
    })
    .catch(() => {
      throw new Refusal("the server does not answer");
    });
  const text = await answer.text();
  if (!answer.ok) throw new Refusal(text);
  return text;
}
