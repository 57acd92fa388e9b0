/** How claims say what is wrong, and how they read quantities. */

/** The sentences of what does not hold. */
export const say = (facts: readonly (readonly [holds: boolean, sentence: string])[]): readonly string[] =>
  facts.flatMap(([holds, sentence]) => (holds ? [] : [sentence]));

const UNITS: Readonly<Record<string, number>> = {
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 1024,
  Mi: 1024 ** 2,
  Gi: 1024 ** 3,
  Ti: 1024 ** 4,
};

/** Bytes of a quantity of Kubernetes such as 512Mi. Throws where it is none. */
export function bytesOf(quantity: string): number {
  const [, number, unit = ""] = /^(\d+(?:\.\d+)?)(k|M|G|T|Ki|Mi|Gi|Ti)?$/.exec(quantity) ?? [];
  if (number === undefined) throw new Error(`expected a quantity of bytes, got ${JSON.stringify(quantity)}`);
  return Number(number) * (UNITS[unit] ?? NaN);
}
