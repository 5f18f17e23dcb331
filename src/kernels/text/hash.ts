/** One step of MurmurHash3 (Appleby, 2011; x86, 32 bit) over one UTF-16 code unit or 32-bit value. */
export function hashStep(hash: number, unit: number): number {
  let k = Math.imul(unit, 0xcc9e2d51);
  k = (k << 15) | (k >>> 17);
  const mixed = hash ^ Math.imul(k, 0x1b873593);
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0;
}

/** The final mix of MurmurHash3: every bit of the state moves every bit of the answer, an unsigned 32-bit integer. */
export function hashEnd(hash: number): number {
  let h = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** The state after all code units of `text`, from the state `seed`; finish with {@link hashEnd} or go on stepping. */
export function hashString(text: string, seed: number): number {
  let hash = seed | 0;
  for (let i = 0; i < text.length; i++) hash = hashStep(hash, text.charCodeAt(i));
  return hash;
}
