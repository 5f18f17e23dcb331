import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { DAY_MS } from '../../src/bank/calendar.ts';
import type { Transaction } from '../../src/bank/transaction.ts';

/**
 * The newest `count` rows of card payments in the layout of IBM's TabFormer data, in order of time. Its date lies in four
 * columns (year, month, day, time), which is why the importer of tables does not read it.
 */
export function readCards(path: string, count: number): Transaction[] {
  const [header, ...lines] = gunzipSync(readFileSync(path)).toString('utf8').trim().split(/\r?\n/);
  const names = header.split(',');
  const at = (cells: readonly string[], name: string) => cells[names.indexOf(name)];
  return lines
    .map((line): Transaction => {
      // Only the column of errors, behind all that is read here, has commas of its own.
      const cells = line.split(',');
      const [hour, minute] = at(cells, 'Time').split(':').map(Number);
      const day = Date.UTC(
        Number(at(cells, 'Year')),
        Number(at(cells, 'Month')) - 1,
        Number(at(cells, 'Day')),
      );
      const spent = Math.round(100 * Number(at(cells, 'Amount')));
      return {
        id: null,
        accountId: `${at(cells, 'User')}-${at(cells, 'Card')}`,
        at: day + ((hour * 60 + minute) / 1440) * DAY_MS,
        timeKnown: true,
        amountMinor: -spent,
        currency: 'USD',
        type: spent < 0 ? 'Income' : 'Expense',
        description: '',
        merchantName: at(cells, 'Merchant Name'),
        category: '',
        paymentMethod: at(cells, 'Use Chip'),
        location: at(cells, 'Merchant City'),
        merchantCategoryCode: at(cells, 'MCC'),
        country: '',
        reference: '',
        tags: [],
        balanceAfterMinor: null,
      };
    })
    .sort((a, b) => a.at - b.at)
    .slice(-count);
}
