const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;

/**
 * The first key that stands twice in one object of `json`, or null. `json` must have passed JSON.parse, which keeps the
 * last of two equal keys without a word: two readers of one file could then see two different models.
 * One pass by hand, since a regular expression would exhaust its stack on a hostile header.
 */
export function findDuplicateKey(json: string): string | null {
  const open: (Set<string> | null)[] = [];
  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at);
    if (code === 0x7b) open.push(new Set());
    else if (code === 0x5b) open.push(null);
    else if (code === 0x7d || code === 0x5d) open.pop();
    else if (code === QUOTE) {
      const start = at;
      for (at++; json.charCodeAt(at) !== QUOTE; at++) if (json.charCodeAt(at) === BACKSLASH) at++;
      let after = at + 1;
      while (json.charCodeAt(after) <= 0x20) after++;
      if (json.charCodeAt(after) !== COLON) continue;
      const key = JSON.parse(json.slice(start, at + 1)) as string;
      const keys = open[open.length - 1];
      if (keys?.has(key)) return key;
      keys?.add(key);
    }
  }
  return null;
}
