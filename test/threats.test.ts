import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';

const root = join(import.meta.dirname, '..');

interface Threat {
  readonly threat: string;
  readonly defence: string;
  readonly proofs: readonly { readonly file: string; readonly name: string }[];
}

/** The rows of the table of threats; lines that only head a group are left out. */
function readThreats(): Threat[] {
  const text = readFileSync(join(root, 'docs', 'operations.md'), 'utf8');
  const section = /^## Threats\n([\s\S]*?)(?=^## |(?![\s\S]))/m.exec(text)?.[1] ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('| '));
  return rows.slice(1).flatMap((row) => {
    const [threat, defence, proof] = row.split('|').slice(1, -1);
    const proofs = [...proof.matchAll(/`([^`]+)` "([^"]+)"/g)].map(([, file, name]) => ({ file, name }));
    // Nothing but names of tests may stand there, or a misspelt one would go unseen.
    assert.equal(proof.replaceAll(/`[^`]+` "[^"]+"/g, '').replaceAll(/[;\s]/g, ''), '', threat);
    const isHeading = threat.trim().startsWith('**') && defence.trim() === '';
    return isHeading ? [] : [{ threat: threat.trim(), defence: defence.trim(), proofs }];
  });
}

/** Whether a file of tests has one of that name; what a name is put together from is `…` in the table. */
function hasTest(file: string, name: string): boolean {
  const source = readFileSync(join(root, file), 'utf8');
  const literals = source.matchAll(/\b(?:it|test)\(\s*(?:'((?:[^'\\]|\\.)*)'|`((?:[^`\\]|\\.)*)`)/g);
  return [...literals].some(
    ([, plain, template]) => (plain ?? template.replaceAll(/\$\{[^}]+\}/g, '…')) === name,
  );
}

describe('the table of threats', () => {
  const threats = readThreats();

  it('says of every threat what stops it, and names a test', () => {
    assert.ok(threats.length >= 40, `${threats.length} threats`);
    assert.equal(new Set(threats.map(({ threat }) => threat)).size, threats.length);
    for (const { threat, defence, proofs } of threats) {
      assert.notEqual(defence, '', threat);
      assert.ok(proofs.length > 0, threat);
    }
  });

  it('names only tests that are there', () => {
    const missing = threats.flatMap(({ proofs }) => proofs).filter(({ file, name }) => !hasTest(file, name));
    assert.deepEqual(missing, []);
  });

  it('would miss a test that is not', () => {
    assert.equal(hasTest('test/threats.test.ts', 'names only tests that are there'), true);
    assert.equal(hasTest('test/threats.test.ts', 'names tests'), false);
  });
});
