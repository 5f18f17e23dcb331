import assert from 'node:assert/strict';

/** One family of series, as the text tells it. */
export interface Family {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly samples: { name: string; labels: Record<string, string>; value: number }[];
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\\\|\\"|\\n)*)"(,|$)/y;
const VALUE = /^(?:[+-]?(?:\d+\.?\d*(?:e[+-]?\d+)?|\.\d+)|NaN|[+-]Inf|Nan)$/i;

/**
 * Reads the Prometheus text format strictly (exposition format 0.0.4): every family has its HELP and TYPE once and
 * before its samples, no sample is there twice, histograms are cumulative and end in +Inf.
 */
export function parsePrometheus(text: string): Map<string, Family> {
  assert.ok(text.endsWith('\n'), 'the last line is ended');
  const families = new Map<string, Family>();
  const seen = new Set<string>();
  let current: Family | null = null;
  let help: { name: string; text: string } | null = null;
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const comment = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line);
    if (comment !== null) {
      const [, kind, name, rest] = comment;
      if (kind === 'HELP') {
        help = { name, text: rest };
        continue;
      }
      assert.equal(help?.name, name, `${name} has its HELP before its TYPE`);
      assert.ok(!families.has(name), `${name} is described once`);
      assert.match(name, NAME);
      assert.ok(['counter', 'gauge', 'histogram', 'summary'].includes(rest), line);
      current = { name, type: rest, help: help?.text ?? '', samples: [] };
      families.set(name, current);
      continue;
    }
    const sample = /^([^{\s]+)(?:\{(.*)\})? (\S+)$/.exec(line);
    assert.ok(sample !== null, `not a sample: ${line}`);
    const [, name, inside = '', value] = sample;
    assert.ok(current !== null && belongs(name, current), `${name} stands under its own TYPE`);
    assert.match(value, VALUE, line);
    const labels = parseLabels(inside);
    const key = `${name} ${JSON.stringify(Object.entries(labels).sort())}`;
    assert.ok(!seen.has(key), `${key} is there once`);
    seen.add(key);
    current.samples.push({ name, labels, value: Number(value.replace('Inf', 'Infinity')) });
  }
  for (const family of families.values()) if (family.type === 'histogram') checkHistogram(family);
  return families;
}

function belongs(name: string, { name: family, type }: Family): boolean {
  const suffixes =
    type === 'histogram' ? ['_bucket', '_sum', '_count'] : type === 'summary' ? ['', '_sum', '_count'] : [''];
  return suffixes.some((suffix) => name === family + suffix);
}

function parseLabels(inside: string): Record<string, string> {
  const labels: Record<string, string> = {};
  LABEL.lastIndex = 0;
  while (LABEL.lastIndex < inside.length) {
    const match = LABEL.exec(inside);
    assert.ok(match !== null, `not labels: ${inside}`);
    assert.ok(!Object.hasOwn(labels, match[1]), `label ${match[1]} is given once`);
    labels[match[1]] = match[2];
  }
  return labels;
}

function checkHistogram({ name, samples }: Family): void {
  const groups = new Map<string, typeof samples>();
  for (const sample of samples) {
    const { le: _le, ...labels } = sample.labels;
    const key = JSON.stringify(labels);
    groups.set(key, [...(groups.get(key) ?? []), sample]);
  }
  for (const group of groups.values()) {
    const buckets = group.filter((sample) => sample.name === `${name}_bucket`);
    const bounds = buckets.map(({ labels }) => Number(labels.le.replace('Inf', 'Infinity')));
    assert.deepEqual(
      bounds,
      [...bounds].sort((a, b) => a - b),
    );
    assert.equal(bounds.at(-1), Number.POSITIVE_INFINITY, `${name} ends in +Inf`);
    for (let b = 1; b < buckets.length; b++)
      assert.ok(buckets[b].value >= buckets[b - 1].value, `${name} is cumulative`);
    const count = group.find((sample) => sample.name === `${name}_count`);
    assert.equal(count?.value, buckets.at(-1)?.value);
    assert.ok(group.some((sample) => sample.name === `${name}_sum`));
  }
}
