import type { TransactionType } from '../bank/transaction.ts';
import { normaliseName } from './names.ts';

/** What one word of a type column means. `isOut` is the sign of a transfer where the word tells it. */
export interface Direction {
  readonly type: TransactionType;
  readonly isOut: boolean | null;
}

const EXPENSE: Direction = { type: 'Expense', isOut: true };
const INCOME: Direction = { type: 'Income', isOut: false };

// Whole values after normaliseName (lower case, no accents, separators as one space). English, German, French,
// Spanish, Dutch, then the signs and letters that banks use.
const WORDS: readonly (readonly [Direction, string])[] = [
  [
    EXPENSE,
    'expense|expenses|debit|debits|debited|dr|db|out|outgoing|outflow|withdrawal|withdrawals|withdraw',
  ],
  [EXPENSE, 'money out|paid out|cash out|spend|spending|spent|purchase|charge|payment out|sent|outbound'],
  [EXPENSE, 'ausgabe|ausgaben|ausgang|belastung|soll|abgang|auszahlung|depense|depenses|sortie|retrait'],
  [EXPENSE, 'gasto|gastos|cargo|egreso|debito|salida|uitgave|uitgaven|af|d|s|e'],
  [INCOME, 'income|credit|credits|credited|cr|in|incoming|inflow|deposit|deposits|money in|paid in|cash in'],
  [INCOME, 'received|refund|refunds|payment in|inbound|revenue|earning|earnings|salary'],
  [
    INCOME,
    'einnahme|einnahmen|eingang|gutschrift|haben|zugang|einzahlung|recette|revenu|revenus|entree|depot',
  ],
  [INCOME, 'ingreso|ingresos|abono|credito|entrada|inkomst|inkomsten|bij|c|h|i'],
  [
    { type: 'Transfer', isOut: null },
    'transfer|transfers|internal transfer|umbuchung|virement interne|traspaso',
  ],
  [{ type: 'Transfer', isOut: null }, 'overboeking'],
  [{ type: 'Transfer', isOut: true }, 'transfer out|transfer to|outgoing transfer'],
  [{ type: 'Transfer', isOut: false }, 'transfer in|transfer from|incoming transfer'],
];

const DIRECTIONS = new Map<string, Direction>(
  WORDS.flatMap(([direction, words]) => words.split('|').map((word) => [word, direction] as const)),
);

/** Reads a cell of a type column; null when the word is not known. */
export function readDirection(text: string): Direction | null {
  const trimmed = text.trim();
  if (trimmed === '-' || trimmed === '\u2212') return EXPENSE;
  if (trimmed === '+') return INCOME;
  return DIRECTIONS.get(normaliseName(trimmed)) ?? null;
}

/** How the sign of an amount is to be taken where no type column says it. */
export type SignRule = 'signed' | 'expense_positive';

/** Counts over a column of amounts. `steps`: neighbouring balances that moved with, or against, the amount. */
export interface SignEvidence {
  positive: number;
  negative: number;
  stepsWith: number;
  stepsAgainst: number;
}

/** The rule, and a warning when it is a default taken without much evidence. */
export interface SignDecision {
  readonly rule: SignRule;
  readonly reason: string;
  readonly warning: string | null;
}

const CLEAR_SHARE = 0.8;
const STEPS_MIN = 3;

/**
 * Decides the sign rule of a file without type column: running balances prove it; else mostly positive amounts mean
 * a list of expenses (positive = Expense, negative = refund), and any other mix means signed amounts.
 */
export function decideSigns(evidence: SignEvidence): SignDecision {
  const { positive, negative, stepsWith, stepsAgainst } = evidence;
  if (stepsWith >= STEPS_MIN && stepsWith > 4 * stepsAgainst) {
    return { rule: 'signed', reason: 'the balance moves with the amounts', warning: null };
  }
  if (stepsAgainst >= STEPS_MIN && stepsAgainst > 4 * stepsWith) {
    return { rule: 'expense_positive', reason: 'the balance moves against the amounts', warning: null };
  }
  const total = positive + negative;
  if (positive * 2 > total) {
    const share = Math.round((100 * positive) / total);
    const isClear = positive >= total * CLEAR_SHARE;
    return {
      rule: 'expense_positive',
      reason: `${share} % of the amounts are positive and no column gives a direction`,
      warning: isClear
        ? null
        : `Only ${share} % of the amounts are positive: they were taken as expenses, the negative ones as refunds. If positive means money in, say --map sign=signed.`,
    };
  }
  return { rule: 'signed', reason: 'negative amounts are money out', warning: null };
}
