import { hashEnd, hashStep, hashString } from './hash.ts';

/** Code units of one text that are looked at; the rest is ignored. */
export const TEXT_LENGTH_MAX = 1024;
const CHAR_MIN = 2;
const CHAR_MAX = 4;

/** Which part of the row a token weighs in: each group is normalised by itself. */
export const CHAR_GROUP = 0;
export const WORD_GROUP = 1;
export const CONTEXT_GROUP = 2;

/** A text and the space its tokens live in: texts under one prefix share their tokens, others do not. */
export interface TextField {
  readonly prefix: string;
  readonly text: string;
}

/** The tokens of one row, in order and with repetitions. Reused from row to row: only the first `length` count. */
export interface Tokens {
  length: number;
  hashes: Uint32Array;
  groups: Uint8Array;
  /** What each token was, when asked for (explanations); null otherwise. */
  readonly names: string[] | null;
  readonly codes: Uint16Array;
}

export function createTokens({ named = false } = {}): Tokens {
  return {
    length: 0,
    hashes: new Uint32Array(512),
    groups: new Uint8Array(512),
    names: named ? [] : null,
    codes: new Uint16Array(TEXT_LENGTH_MAX + 2),
  };
}

/** Forgets the tokens of the row before. */
export function clearTokens(tokens: Tokens): void {
  tokens.length = 0;
  if (tokens.names !== null) tokens.names.length = 0;
}

/** Replaces the tokens by those of texts and of context tokens such as `account=CARD-1`, which are taken as they are. */
export function tokenise(tokens: Tokens, texts: readonly TextField[], context: readonly string[]): void {
  clearTokens(tokens);
  for (let i = 0; i < texts.length; i++) addTextTokens(tokens, texts[i].prefix, texts[i].text);
  for (let i = 0; i < context.length; i++) addContextToken(tokens, context[i]);
}

/** Adds one context token, hashed as a whole. */
export function addContextToken(tokens: Tokens, token: string): void {
  emit(tokens, hashString(token, 0x5bd1e995), CONTEXT_GROUP);
  tokens.names?.push(token);
}

const SPACE = 0x20;
const DIGIT = 0x30;
const isDigit = (code: number) => code >= DIGIT && code <= 0x39;

/** Lower-case letters and digits stand for themselves, apostrophes vanish (0), everything else of ASCII divides words. */
const ASCII = Uint16Array.from({ length: 128 }, (_, code) => {
  if (isDigit(code) || (code >= 0x61 && code <= 0x7a)) return code;
  return code === 0x27 ? 0 : SPACE;
});

/** Beyond ASCII only blanks and general punctuation divide words: letters of every script, emoji and digits are kept. */
function foldBeyond(code: number): number {
  if (code === 0x2019 || (code >= 0xfe00 && code <= 0xfe0f)) return 0;
  const divides =
    code <= 0xa0 ||
    (code >= 0x2000 && code <= 0x206f) ||
    (code >= 0x3000 && code <= 0x3002) ||
    code === 0xfeff;
  return divides ? SPACE : code;
}

/**
 * Adds the tokens of a text: its words and pairs of neighbouring words (a word with digits also with its digits folded
 * into one class), and the character 2- to 4-grams of the words joined by single spaces. Case is folded; code units are
 * UTF-16, so any text is safe.
 */
export function addTextTokens(tokens: Tokens, prefix: string, text: string): void {
  const { codes } = tokens;
  const end = foldText(text, codes);
  if (end <= 1) return;
  const seed = hashString(prefix, 0x1b873593);
  addWords(tokens, seed, end);
  addCharacters(tokens, seed, end);
}

/** Fills `codes` with the folded text between two spaces and returns its length; 1 or less when nothing is left. */
function foldText(text: string, codes: Uint16Array): number {
  const lower = (text.length > TEXT_LENGTH_MAX ? text.slice(0, TEXT_LENGTH_MAX) : text).toLowerCase();
  const length = Math.min(lower.length, TEXT_LENGTH_MAX);
  let end = 0;
  codes[end++] = SPACE;
  for (let i = 0; i < length; i++) {
    let code = lower.charCodeAt(i);
    code = code < 128 ? ASCII[code] : foldBeyond(code);
    if (code === 0 || (code === SPACE && codes[end - 1] === SPACE)) continue;
    codes[end++] = code;
  }
  if (codes[end - 1] !== SPACE) codes[end++] = SPACE;
  return end;
}

function addWords(tokens: Tokens, seed: number, end: number): void {
  const { codes, names } = tokens;
  let previous = 0;
  let previousStart = 0;
  for (let start = 1; start < end; ) {
    let hash = seed ^ 1;
    let folded = seed ^ 2;
    let hasDigit = false;
    let stop = start;
    for (; codes[stop] !== SPACE; stop++) {
      const code = codes[stop];
      hash = hashStep(hash, code);
      if (isDigit(code)) {
        // A run of digits folds into one mark, so that references of any length look alike.
        if (!isDigit(codes[stop - 1])) folded = hashStep(folded, DIGIT);
        hasDigit = true;
      } else folded = hashStep(folded, code);
    }
    emit(tokens, hash, WORD_GROUP);
    names?.push(readCodes(codes, start, stop));
    if (hasDigit) {
      emit(tokens, folded, WORD_GROUP);
      names?.push(readCodes(codes, start, stop).replace(/[0-9]+/g, '#'));
    }
    if (previousStart > 0) {
      emit(tokens, hashStep(previous, hash), WORD_GROUP);
      names?.push(readCodes(codes, previousStart, stop));
    }
    previous = hash;
    previousStart = start;
    start = stop + 1;
  }
}

function addCharacters(tokens: Tokens, seed: number, end: number): void {
  const { codes, names } = tokens;
  for (let start = 0; start < end - 1; start++) {
    let hash = seed ^ 4;
    const stop = Math.min(start + CHAR_MAX, end);
    for (let at = start; at < stop; at++) {
      hash = hashStep(hash, codes[at]);
      if (at - start + 1 < CHAR_MIN) continue;
      emit(tokens, hash, CHAR_GROUP);
      names?.push(`…${readCodes(codes, start, at + 1)}…`);
    }
  }
}

function emit(tokens: Tokens, hash: number, group: number): void {
  if (tokens.length === tokens.hashes.length) grow(tokens);
  tokens.hashes[tokens.length] = hashEnd(hash);
  tokens.groups[tokens.length++] = group;
}

function grow(tokens: Tokens): void {
  const hashes = new Uint32Array(tokens.length * 2);
  hashes.set(tokens.hashes);
  tokens.hashes = hashes;
  const groups = new Uint8Array(tokens.length * 2);
  groups.set(tokens.groups);
  tokens.groups = groups;
}

function readCodes(codes: Uint16Array, start: number, stop: number): string {
  return String.fromCharCode(...codes.subarray(start, stop));
}
