/** A quoted module name in an import, export-from or dynamic import. */
export interface ImportedName {
  readonly name: string;
  readonly line: number;
}

const REGEX_MAY_FOLLOW = new Set('(,=:[!&|?{;+-*%~^<>'.split(''));
const WORDS_BEFORE_REGEX =
  /\b(?:return|typeof|case|in|of|delete|void|throw|new|instanceof|else|do|yield|await)$/;

/**
 * TypeScript source with comments, the text of strings and templates, and regular expressions replaced by spaces.
 * Every other character, every quote and every line break keeps its place; code inside `${}` stays.
 */
export function blankText(source: string): string {
  const out: string[] = source.split('');
  const blank = (from: number, to: number): void => {
    for (let i = from; i < to; i++) if (out[i] !== '\n' && out[i] !== '\r') out[i] = ' ';
  };
  // Each open template remembers how deep the braces were when its `${` began.
  const templates: number[] = [];
  let depth = 0;
  let i = 0;
  while (i < source.length) {
    const char = source[i];
    if (char === '/' && source[i + 1] === '/') {
      const end = lineEnd(source, i);
      blank(i, end);
      i = end;
    } else if (char === '/' && source[i + 1] === '*') {
      const close = source.indexOf('*/', i + 2);
      const end = close < 0 ? source.length : close + 2;
      blank(i, end);
      i = end;
    } else if (char === "'" || char === '"') {
      const end = stringEnd(source, i);
      blank(i + 1, end);
      i = end + 1;
    } else if (char === '`' || (char === '}' && templates.at(-1) === depth)) {
      if (char === '}') templates.pop();
      const end = templateEnd(source, i + 1);
      blank(i + 1, end);
      if (source[end] === '$') {
        templates.push(depth);
        i = end + 2;
      } else i = end + 1;
    } else if (char === '/' && isRegexStart(out, i)) {
      const end = regexEnd(source, i);
      if (end > 0) blank(i + 1, end);
      i = end > 0 ? end + 1 : i + 1;
    } else {
      if (char === '{') depth++;
      else if (char === '}') depth--;
      i++;
    }
  }
  return out.join('');
}

function lineEnd(source: string, from: number): number {
  const end = source.indexOf('\n', from);
  return end < 0 ? source.length : end;
}

function stringEnd(source: string, from: number): number {
  let i = from + 1;
  while (i < source.length && source[i] !== source[from] && source[i] !== '\n')
    i += source[i] === '\\' ? 2 : 1;
  return i;
}

/** Index of the closing backtick or of the `$` of the next `${`. */
function templateEnd(source: string, from: number): number {
  let i = from;
  while (i < source.length && source[i] !== '`' && !(source[i] === '$' && source[i + 1] === '{')) {
    i += source[i] === '\\' ? 2 : 1;
  }
  return i;
}

function isRegexStart(out: readonly string[], at: number): boolean {
  let i = at - 1;
  while (i >= 0 && /\s/.test(out[i])) i--;
  if (i < 0 || REGEX_MAY_FOLLOW.has(out[i])) return true;
  return WORDS_BEFORE_REGEX.test(out.slice(Math.max(0, i - 12), i + 1).join(''));
}

/** Index of the closing slash, or -1 when the line has none and the slash is a division. */
function regexEnd(source: string, from: number): number {
  let isInClass = false;
  for (let i = from + 1; i < source.length && source[i] !== '\n'; i++) {
    if (source[i] === '\\') i++;
    else if (source[i] === '[') isInClass = true;
    else if (source[i] === ']') isInClass = false;
    else if (source[i] === '/' && !isInClass) return i;
  }
  return -1;
}

const IMPORT = /(?<![\w$.])(?:import|from)\s*(?=["'])|(?<![\w$.])(?:import|require)\s*\(\s*(?=["'`])/g;

/** Every module that `source` names: static, type-only, side-effect, re-exported, dynamic or required. */
export function findImports(source: string, bare: string = blankText(source)): ImportedName[] {
  const found: ImportedName[] = [];
  for (const match of bare.matchAll(IMPORT)) {
    const open = match.index + match[0].length;
    const close = bare.indexOf(bare[open], open + 1);
    found.push({ name: source.slice(open + 1, close), line: lineOf(source, match.index) });
  }
  return found;
}

/** Line number of an index, counted from 1. */
export function lineOf(source: string, index: number): number {
  let line = 1;
  for (let i = 0; i < index; i++) if (source[i] === '\n') line++;
  return line;
}
