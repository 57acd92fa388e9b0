/** Tells imports of pictures from all others; stands behind a `?`. */
export const REQUEST: RegExp = /[?&]tintype(?:[=&]|$)/;

/** What an import asks for: `./hero.jpg?tintype&policy=hero&aspect=1`. */
export interface Request {
  readonly file: string;
  readonly policy: string;
  /** Which of the policy's aspects, from 0. */
  readonly aspect: number | undefined;
  readonly sizes: string | undefined;
}

const OWN = ["tintype", "policy", "aspect", "sizes"];
/** What Vite adds to imports for itself. */
const BUNDLERS = ["import", "t", "v"];

/** Reads a file's path and the query behind it. Throws a sentence. */
export function parseRequest(id: string): Request {
  const { file, query } = cut(id);
  const wishes = new URLSearchParams(query);
  for (const name of wishes.keys())
    if (![...OWN, ...BUNDLERS].includes(name))
      throw new Error(`${id}: expected policy, aspect or sizes behind ?tintype, got ${JSON.stringify(name)}`);
  const aspect = wishes.get("aspect") ?? undefined;
  if (aspect !== undefined && !/^(?:0|[1-9]\d?)$/.test(aspect))
    throw new Error(`${id}: expected the number of an aspect, from 0, got ${JSON.stringify(aspect)}`);
  return {
    file,
    policy: wishes.get("policy") ?? "",
    aspect: aspect === undefined ? undefined : Number(aspect),
    sizes: wishes.get("sizes") ?? undefined,
  };
}

/** An id's file and the query behind it, without the `?`. */
export function cut(id: string): { readonly file: string; readonly query: string } {
  const end = id.indexOf("?");
  return end === -1 ? { file: id, query: "" } : { file: id.slice(0, end), query: id.slice(end + 1) };
}
