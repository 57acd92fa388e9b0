/** Chance that a seed repeats: the same seed asks for the same things at the same moments. */

/** Numbers from 0 up to 1, by Marsaglia's xorshift of 32 bits. */
export function createRandom(seed) {
  // Neighbouring seeds must not begin alike, and 0 would stay 0.
  let word = Math.imul(seed, 0x9e3779b1) || 1;
  return () => {
    word ^= word << 13;
    word ^= word >>> 17;
    word ^= word << 5;
    return (word >>> 0) / 2 ** 32;
  };
}

/** Time until the next of events that come at `rate` a second on average, each for itself: seconds. */
export const pause = (random, rate) => -Math.log(1 - random()) / rate;

/** One of the items, each as likely as its `weight` is heavy. */
export function pick(random, items) {
  const sum = items.reduce((total, { weight = 1 }) => total + weight, 0);
  let left = random() * sum;
  return items.find(({ weight = 1 }) => (left -= weight) < 0) ?? items.at(-1);
}
