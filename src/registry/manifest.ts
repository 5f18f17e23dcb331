import { MODEL_NAMES, type ModelName } from '../models/model.ts';

/** What is known about one immutable model version; `manifest.json` beside its bytes. */
export interface Manifest {
  readonly model: ModelName;
  /** `<format>.<n>.0`, n counting up from 0. */
  readonly version: string;
  readonly format: number;
  /** RFC 3339 instants in UTC. */
  readonly created_at: string;
  /** Instant of the newest transaction the model has seen. */
  readonly trained_until: string;
  /** SHA-256 and length of model.safetensors. */
  readonly sha256: string;
  readonly bytes: number;
  readonly feature_fingerprint: string;
  readonly node_version: string;
  readonly seed: number;
  readonly rows: number;
  readonly metrics: Readonly<Record<string, number>>;
  /** What `model.probe` answered when it was trained; replayed at load. */
  readonly probes: readonly number[];
}

export type ParsedManifest =
  | { readonly ok: true; readonly manifest: Manifest }
  | { readonly ok: false; readonly faults: readonly string[] };

const VERSION = /^(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})\.0$/;
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?Z$/;
const METRICS_MAX = 1000;
const PROBES_MAX = 100_000;

/** The format and the count of a version id, or null when `text` is none. */
export function parseVersion(text: string): { format: number; count: number } | null {
  const match = VERSION.exec(text);
  return match === null ? null : { format: Number(match[1]), count: Number(match[2]) };
}

/** The version id of the `count`-th model of a format. */
export function formatVersion(format: number, count: number): string {
  return `${format}.${count}.0`;
}

/** JSON has no word for these four, and probes are compared bit by bit; so they are written as text. */
const SPECIAL_NUMBERS = new Map<string, number>([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
  ['-0', -0],
]);

function encodeNumber(value: number): number | string {
  if (Object.is(value, -0)) return '-0';
  return Number.isFinite(value) ? value : String(value);
}

function decodeNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  return typeof value === 'string' ? SPECIAL_NUMBERS.get(value) : undefined;
}

type Check = (value: unknown) => boolean;

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isInstant(value: unknown): boolean {
  return typeof value === 'string' && INSTANT.test(value) && !Number.isNaN(Date.parse(value));
}

function isShortText(value: unknown): boolean {
  return typeof value === 'string' && value.length > 0 && value.length <= 256;
}

/** THE table of what a manifest holds: each field, its test and what would be right. */
const FIELDS: readonly { name: keyof Manifest; isRight: Check; right: string }[] = [
  {
    name: 'model',
    isRight: (value) => MODEL_NAMES.some((name) => name === value),
    right: `one of ${MODEL_NAMES.join(', ')}`,
  },
  {
    name: 'version',
    isRight: (value) => typeof value === 'string' && parseVersion(value) !== null,
    right: 'a version such as 1.0.0',
  },
  { name: 'format', isRight: isCount, right: 'a whole number' },
  { name: 'created_at', isRight: isInstant, right: 'an instant such as 2025-01-06T09:30:00.000Z' },
  { name: 'trained_until', isRight: isInstant, right: 'an instant such as 2025-01-06T09:30:00.000Z' },
  {
    name: 'sha256',
    isRight: (value) => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value),
    right: '64 hexadecimal digits',
  },
  { name: 'bytes', isRight: isCount, right: 'a whole number' },
  { name: 'feature_fingerprint', isRight: isShortText, right: 'a short text' },
  { name: 'node_version', isRight: isShortText, right: 'a short text' },
  { name: 'seed', isRight: Number.isSafeInteger, right: 'a whole number' },
  { name: 'rows', isRight: isCount, right: 'a whole number' },
  {
    name: 'metrics',
    isRight: (value) =>
      isRecord(value) &&
      Object.keys(value).length <= METRICS_MAX &&
      Object.values(value).every((metric) => decodeNumber(metric) !== undefined),
    right: 'an object of numbers',
  },
  {
    name: 'probes',
    isRight: (value) =>
      Array.isArray(value) &&
      value.length <= PROBES_MAX &&
      value.every((probe) => decodeNumber(probe) !== undefined),
    right: 'a list of numbers',
  },
];

/** Everything that is wrong with a manifest that is already a value. */
function faultsOf(value: Record<string, unknown>): string[] {
  const faults = FIELDS.filter(
    (field) => !Object.hasOwn(value, field.name) || !field.isRight(value[field.name]),
  ).map((field) => `${field.name} must be ${field.right}`);
  const version = typeof value.version === 'string' ? parseVersion(value.version) : null;
  if (version !== null && isCount(value.format) && version.format !== value.format) {
    faults.push(`version ${value.version} does not belong to format ${value.format}`);
  }
  return faults;
}

/** Writes a manifest as JSON; `parseManifest` reads back exactly the same numbers, NaN and -0 included. */
export function formatManifest(manifest: Manifest): string {
  const value = {
    ...manifest,
    metrics: Object.fromEntries(
      Object.entries(manifest.metrics).map(([name, metric]) => [name, encodeNumber(metric)]),
    ),
    probes: manifest.probes.map(encodeNumber),
  };
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** Reads and fully checks a manifest; fields it does not know, which a newer program may add, are left out. */
export function parseManifest(text: string): ParsedManifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, faults: ['it is not JSON'] };
  }
  if (!isRecord(value)) return { ok: false, faults: ['it is not a JSON object'] };
  const faults = faultsOf(value);
  if (faults.length > 0) return { ok: false, faults };
  const known = Object.fromEntries(FIELDS.map((field) => [field.name, value[field.name]]));
  const metrics = Object.entries(value.metrics as Record<string, unknown>);
  const manifest = {
    ...known,
    metrics: Object.fromEntries(metrics.map(([name, metric]) => [name, decodeNumber(metric) as number])),
    probes: (value.probes as unknown[]).map((probe) => decodeNumber(probe) as number),
  } as unknown as Manifest;
  return { ok: true, manifest };
}
