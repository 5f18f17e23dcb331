import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Transaction } from '../../src/bank/transaction.ts';
import { HISTORY_MAX } from '../../src/features/past.ts';
import { createReplay } from '../../src/features/replay.ts';
import { transaction } from '../stores/history-contract.ts';

function row(at: number, category: string, accountId: string | null = 'a'): Transaction {
  return transaction({ at, category, accountId });
}

it('an account sees its own rows only, in the order in which they were remembered', () => {
  const replay = createReplay();
  replay.remember(row(1, 'Rent'), 'Rent');
  replay.remember(row(2, 'Food', 'b'), 'Food');
  replay.remember(row(3, 'Food'), '');
  assert.deepEqual(
    replay.past(row(9, '')).map(({ at, category }) => [at, category]),
    [
      [1, 'Rent'],
      [3, ''],
    ],
  );
});

it('a row without account has no history and leaves none', () => {
  const replay = createReplay();
  replay.remember(row(1, 'Rent', null), 'Rent');
  assert.deepEqual(replay.past(row(2, '', null)), []);
});

it('confirming makes the categories of the rows remembered so far known', () => {
  const replay = createReplay();
  replay.remember(row(1, 'Rent'), '');
  replay.confirm();
  replay.remember(row(2, 'Food'), '');
  assert.deepEqual(
    replay.past(row(9, '')).map(({ category }) => category),
    ['Rent', ''],
  );
});

it('a long history is cut, but never below what features look at', () => {
  const replay = createReplay();
  for (let at = 0; at < 10 * HISTORY_MAX; at++) {
    replay.remember(row(at, ''), '');
    const past = replay.past(row(at + 1, ''));
    assert.ok(past.length >= Math.min(at + 1, HISTORY_MAX) && past.length <= 6 * HISTORY_MAX);
    assert.equal(past.at(-1)?.at, at);
  }
});

it('a busy instant does not push the rows before it out', () => {
  const replay = createReplay();
  for (let at = 0; at < 300; at++) replay.remember(row(at, ''), '');
  for (let i = 0; i < 8 * HISTORY_MAX; i++) replay.remember(row(1000, ''), '');
  const seen = replay.past(row(1000, '')).filter(({ at }) => at < 1000);
  assert.ok(seen.length >= HISTORY_MAX);
  assert.equal(seen.at(-1)?.at, 299);
});
