import { type ParseOptions, parseTransaction } from '../bank/fields.ts';
import type { Fault, Transaction } from '../bank/transaction.ts';
import { type AmountParts, type DecimalSign, readDigits, splitAmount } from './amounts.ts';
import { type DatePlan, formatDate } from './dates.ts';
import { readDirection, type SignRule } from './directions.ts';
import { readCurrency } from './profile-columns.ts';
import { NONE, type RawRecord, type RecordForm } from './raw-table.ts';

/** One input record: its transaction, or the reasons why there is none. */
export interface ImportedRow {
  /** 1-based physical line on which the record starts (for Parquet: 1-based row). */
  readonly line: number;
  /** The text of the record exactly as in the file, without its line end. */
  readonly original: string;
  readonly cells: readonly string[];
  readonly form: RecordForm;
  readonly transaction: Transaction | null;
  readonly faults: readonly Fault[];
  readonly warnings: readonly Fault[];
}

/** Everything decided about a file that is needed to read one of its rows. */
export interface RowPlan {
  /** Column numbers by field. */
  readonly columns: ReadonlyMap<string, readonly number[]>;
  readonly labels: readonly string[];
  readonly dates: DatePlan | null;
  readonly decimal: DecimalSign;
  readonly typedColumns: ReadonlySet<number>;
  readonly sign: SignRule;
  /** Direction of an amount without mark where others are marked; null where marks decide nothing. */
  readonly unmarked: 'Expense' | 'Income' | null;
  /** Income amounts are written negative throughout. */
  readonly isIncomeNegative: boolean;
  /** Debit amounts are written negative throughout. */
  readonly isDebitNegative: boolean;
  readonly parse: ParseOptions;
}

const TEXT_FIELDS = [
  'description',
  'category',
  'payment_method',
  'merchant_name',
  'location',
  'transaction_id',
  'merchant_category_code',
  'country',
  'reference',
];

/** The text of a date put together from the cells of a row; empty when every part is. */
export function dateText(cells: readonly string[], columns: ReadonlyMap<string, readonly number[]>): string {
  const date = columns.get('date');
  if (date !== undefined) return cells[date[0]].trim();
  const [year, month, day] = ['year', 'month', 'day'].map((part) => {
    const column = columns.get(part);
    return column === undefined ? '' : cells[column[0]].trim();
  });
  if (year === '' && month === '' && day === '') return '';
  const fullYear = /^\d{1,2}$/.test(year) ? String(Number(year) + (Number(year) <= 68 ? 2000 : 1900)) : year;
  return /^\d+$/.test(month) ? `${fullYear}-${month}-${day}` : `${day} ${month} ${fullYear}`;
}

/** Turns one record into an {@link ImportedRow}. Never throws: whatever is wrong is in `faults`. */
export function buildRow(record: RawRecord, plan: RowPlan): ImportedRow {
  const { line, original, cells, form } = record;
  if (record.faults.length > 0) {
    return {
      line,
      original,
      cells,
      form,
      transaction: null,
      faults: record.faults,
      warnings: record.warnings,
    };
  }
  const faults: Fault[] = [];
  const warnings: Fault[] = [...record.warnings];
  const input = Object.create(null) as Record<string, unknown>;
  for (const field of TEXT_FIELDS) {
    const columns = plan.columns.get(field);
    if (columns !== undefined) input[field] = joinCells(cells, columns, ' ');
  }
  const account = plan.columns.get('account_id');
  if (account !== undefined) input.account_id = joinCells(cells, account, '/');
  const tags = plan.columns.get('tags');
  if (tags !== undefined) {
    input.tags = tags.flatMap((column) =>
      cells[column].trim() === '' ? [] : [`${plan.labels[column].trim()}=${cells[column].trim()}`],
    );
  }
  readDateInto(input, cells, plan, faults);
  const currency = plan.columns.get('currency');
  if (currency !== undefined) {
    const text = cells[currency[0]].trim();
    input.currency = readCurrency(text) ?? text;
  }
  readAmountInto(input, cells, plan, faults);
  readBalanceInto(input, cells, plan, warnings);
  const parsed = parseTransaction(input, plan.parse);
  if (!parsed.ok) {
    // What the cells already said about a field is more useful than that it is now missing.
    const known = new Set(faults.map((fault) => fault.pointer));
    faults.push(...parsed.faults.filter((fault) => !known.has(fault.pointer)));
  }
  if (faults.length > 0 || !parsed.ok) {
    return { line, original, cells, form, transaction: null, faults, warnings };
  }
  warnings.push(...parsed.warnings);
  return {
    line,
    original,
    cells,
    form,
    transaction: parsed.transaction,
    faults: NONE,
    warnings: warnings.length === 0 ? NONE : warnings,
  };
}

function joinCells(cells: readonly string[], columns: readonly number[], glue: string): string {
  if (columns.length === 1) return cells[columns[0]];
  const filled = columns.map((column) => cells[column].trim()).filter((cell) => cell !== '');
  return filled.join(glue);
}

function readDateInto(
  input: Record<string, unknown>,
  cells: readonly string[],
  plan: RowPlan,
  faults: Fault[],
): void {
  if (plan.dates === null) return;
  const text = dateText(cells, plan.columns);
  if (text === '') {
    faults.push({ pointer: '/date', detail: 'the date is empty' });
    return;
  }
  const time = plan.columns.get('time');
  const timeText = time === undefined ? '' : cells[time[0]];
  const date = formatDate(text, plan.dates, timeText);
  if (date !== null) input.date = date;
  else {
    const shown = timeText.trim() === '' ? text : `${text} ${timeText.trim()}`;
    faults.push({
      pointer: '/date',
      detail: `${quote(shown)} is not a date of the calendar as this file writes them`,
    });
  }
}

/** An amount cell as a number with sign, null for an empty one; a fault when it is none. */
function readNumber(
  cells: readonly string[],
  column: number,
  plan: RowPlan,
): { value: number; parts: AmountParts } | 'empty' | 'unreadable' {
  const parts = splitAmount(cells[column]);
  if (parts === 'empty') return 'empty';
  if (parts === null) return 'unreadable';
  const size = readDigits(parts.digits, plan.typedColumns.has(column) ? 'point' : plan.decimal);
  if (size === null) return 'unreadable';
  return { value: parts.isNegative && size !== 0 ? -size : size, parts };
}

function unreadable(cells: readonly string[], column: number, plan: RowPlan): Fault {
  return {
    pointer: '/amount',
    detail: `${quote(cells[column].trim())} in column ${quote(plan.labels[column])} is not an amount`,
  };
}

function readAmountInto(
  input: Record<string, unknown>,
  cells: readonly string[],
  plan: RowPlan,
  faults: Fault[],
): void {
  const amountColumn = plan.columns.get('amount');
  const typeColumn = plan.columns.get('type');
  let direction: ReturnType<typeof readDirection> = null;
  let typeText = '';
  if (typeColumn !== undefined) {
    typeText = cells[typeColumn[0]].trim();
    direction = typeText === '' ? null : readDirection(typeText);
    if (typeText !== '' && direction === null) {
      const detail = `${quote(typeText)} in column ${quote(plan.labels[typeColumn[0]])} is neither income nor expense nor transfer`;
      faults.push({ pointer: '/type', detail });
    }
  }
  if (amountColumn === undefined) {
    if (plan.columns.has('debit') || plan.columns.has('credit')) readPairInto(input, cells, plan, faults);
    else if (direction !== null) input.type = direction.type;
    return;
  }
  const read = readNumber(cells, amountColumn[0], plan);
  if (read === 'unreadable') faults.push(unreadable(cells, amountColumn[0], plan));
  if (read === 'empty' && direction !== null) input.type = direction.type;
  if (typeof read === 'string') return;
  const { value, parts } = read;
  if (direction !== null) {
    input.type = direction.type;
    input.amount = value;
    if (direction.type === 'Income' && plan.isIncomeNegative) input.amount = Math.abs(value);
    if (direction.type === 'Transfer' && direction.isOut !== null) {
      input.amount = direction.isOut ? -Math.abs(value) : Math.abs(value);
    }
  } else if (parts.suffix !== null || (plan.unmarked !== null && !parts.isNegative)) {
    const isCredit =
      parts.suffix === null ? parts.hasPlus || plan.unmarked === 'Income' : parts.suffix === 'credit';
    setSigned(input, isCredit === !parts.isNegative ? Math.abs(value) : -Math.abs(value));
  } else if (typeColumn !== undefined && plan.sign === 'expense_positive' && value > 0) {
    const label = quote(plan.labels[typeColumn[0]]);
    faults.push({ pointer: '/type', detail: `column ${label} is empty and the amount has no sign` });
  } else setSigned(input, plan.sign === 'expense_positive' ? flip(value, typeColumn !== undefined) : value);
}

/** Positive means expense, except beside a type column, where a minus can only mean money out. */
function flip(value: number, hasType: boolean): number {
  return hasType || value === 0 ? value : -value;
}

function setSigned(input: Record<string, unknown>, value: number): void {
  input.amount = value;
  input.type = value > 0 ? 'Income' : 'Expense';
}

function readPairInto(
  input: Record<string, unknown>,
  cells: readonly string[],
  plan: RowPlan,
  faults: Fault[],
): void {
  const values = ['debit', 'credit'].map((part) => {
    const column = plan.columns.get(part);
    if (column === undefined) return null;
    const read = readNumber(cells, column[0], plan);
    if (read === 'unreadable') faults.push(unreadable(cells, column[0], plan));
    return typeof read === 'string' ? null : read.value;
  });
  const [debit, credit] = values;
  if (debit !== null && credit !== null && debit !== 0 && credit !== 0) {
    faults.push({ pointer: '/amount', detail: 'both the debit and the credit cell are filled' });
  } else if (credit !== null && (credit !== 0 || debit === null)) {
    setSigned(input, credit);
    if (credit === 0) input.type = 'Income';
  } else if (debit !== null) setSigned(input, debit === 0 ? 0 : plan.isDebitNegative ? debit : -debit);
}

function readBalanceInto(
  input: Record<string, unknown>,
  cells: readonly string[],
  plan: RowPlan,
  warnings: Fault[],
): void {
  const column = plan.columns.get('balance_after');
  if (column === undefined) return;
  const read = readNumber(cells, column[0], plan);
  if (read === 'empty') return;
  if (read !== 'unreadable' && Math.abs(read.value) <= 1e12) {
    input.balance_after = read.parts.suffix === 'debit' ? -Math.abs(read.value) : read.value;
    return;
  }
  warnings.push({
    pointer: '/balance_after',
    detail: `${quote(cells[column[0]].trim())} is no balance; left out`,
  });
}

const SHOWN_MAX = 60;

/** Text of a cell for a message: quoted, and cut when it is long. */
export function quote(text: string): string {
  return `"${text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}...` : text}"`;
}
