import { readFile } from "node:fs/promises";
import { readFacts, type Facts } from "./facts.ts";
import { moduleCode } from "./module.ts";
import { originalOf, type Original } from "./original.ts";
import { depict, type Depicted } from "./picture.ts";
import { parseRequest } from "./request.ts";
import { folderUrl, type BuildPolicy, type BuildSettings } from "./settings.ts";
import { createSigning } from "./signing.ts";

/** An imported picture. */
export interface Imported extends Depicted {
  readonly original: Original;
  /** Of the module that stands for it. */
  readonly code: string;
}

export interface Pictures {
  /**
   * Reads what an import asks for: the path of a file, and a query. Rejects with a sentence that begins with it. `bytes`
   * are the file's, where they are known.
   */
  read(id: string, bytes?: Uint8Array): Promise<Imported>;
  /** What sources begin with, up to an original's name. */
  readonly place: string;
  readonly fingerprint: string;
}

/** The one core behind all bundlers. Throws a sentence where the settings cannot hold. */
export function createPictures(settings: BuildSettings): Pictures {
  const signing = createSigning(settings);
  const place = placeOf(settings);
  const known = new Map<string, Promise<Facts>>();
  const factsOf = (name: string, bytes: Uint8Array, shape: string): Promise<Facts> => {
    const key = `${name} ${shape}`;
    const facts = known.get(key) ?? readFacts(bytes, shape);
    known.set(key, facts);
    return facts;
  };
  return {
    place,
    fingerprint: signing.fingerprint,
    read: async (id, given) => {
      const { file, policy: name, aspect, sizes } = parseRequest(id);
      try {
        const policy = signing.policy(name);
        const shape = shapeOf(policy, aspect);
        const bytes = given ?? (await readFile(file));
        const original = originalOf(file, bytes);
        const facts = await factsOf(original.name, bytes, shape);
        const capability = signing.sign(`${place}${original.name}`, policy);
        const wanted = sizes ?? policy.sizes ?? "100vw";
        const depicted = depict({ facts, capability, aspect, sizes: wanted });
        return { ...depicted, original, code: moduleCode(depicted.picture) };
      } catch (error) {
        throw new Error(`${id}: ${(error as Error).message}`, { cause: error });
      }
    },
  };
}

function placeOf({ originals, baseUrl = "" }: BuildSettings): string {
  const place = folderUrl(originals);
  return place.startsWith(baseUrl) ? place.slice(baseUrl.length) : place;
}

/** Throws a sentence where the policy has no such aspect. */
function shapeOf({ aspects = [] }: BuildPolicy, aspect: number | undefined): string {
  const shape = aspects[aspect ?? 0];
  if (shape !== undefined) return shape;
  if (aspect === undefined) return "natural";
  throw new Error(`expected one of the policy's ${aspects.length} aspects, from 0, got ${aspect}`);
}
