/** A seeded stream of uniform numbers in [0, 1). */
export type Rng = () => number;

/**
 * sfc32, a small fast counting generator that passes PractRand (Chris Doty-Humphrey, 2010).
 * The same seed gives the same stream on every platform: only 32-bit integer arithmetic is used.
 */
export function createRng(seed: number): Rng {
  let a = 0x9e3779b9 | 0;
  let b = seed | 0;
  let c = Math.floor(seed / 4294967296) | 0;
  let counter = 1;
  function next(): number {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + t;
    c |= 0;
    return (t >>> 0) / 4294967296;
  }
  for (let i = 0; i < 12; i++) next();
  return next;
}

/** A child seed for stream `index` of `seed`: decorrelated, so that work may be split in any way (SplitMix32). */
export function deriveSeed(seed: number, index: number): number {
  let z = (Math.imul(seed ^ 0x5bf03635, 0x9e3779b1) + Math.imul(index + 1, 0x85ebca6b)) | 0;
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return (z ^ (z >>> 15)) >>> 0;
}

/** An integer in [0, bound). */
export function nextInt(rng: Rng, bound: number): number {
  return Math.floor(rng() * bound);
}

/** A standard normal deviate (Box and Muller, 1958). */
export function nextNormal(rng: Rng): number {
  const u = 1 - rng();
  return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * rng());
}

/** Shuffles in place (Fisher and Yates) and returns the same array. */
export function shuffle<T extends { length: number; [index: number]: unknown }>(values: T, rng: Rng): T {
  for (let i = values.length - 1; i > 0; i--) {
    const j = nextInt(rng, i + 1);
    const held = values[i];
    values[i] = values[j];
    values[j] = held;
  }
  return values;
}
