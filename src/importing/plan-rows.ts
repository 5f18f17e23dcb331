import { FIELDS, type ParseOptions } from '../bank/fields.ts';
import { AppError } from '../errors.ts';
import {
  type DecimalSign,
  decideDecimal,
  noEvidence,
  readDigits,
  splitAmount,
  weighDecimals,
} from './amounts.ts';
import { dateText, quote, type RowPlan } from './build-rows.ts';
import { resolveDay, splitDate } from './date-text.ts';
import { type DatePlan, decideDates } from './dates.ts';
import { decideSigns, readDirection, type SignEvidence } from './directions.ts';
import { type Mapping, PARTS } from './mapping.ts';
import type { RawRecord, RawTable } from './raw-table.ts';
import { type FieldColumns, isTypeName, type Recognition } from './recognise-columns.ts';
import { describeFields, type Understood, type UnderstoodField } from './understood.ts';

/** The plan of a file, what to tell people about it, and the warnings that came up. */
export interface PlannedTable {
  readonly plan: RowPlan;
  readonly understood: Understood;
  readonly warnings: readonly string[];
}

const FIELD_ORDER = [...FIELDS.map((field) => field.name), ...PARTS];
const OPPOSITE_SHARE = 0.9;
const DATE_FIELDS = new Set(['date', 'time', 'year', 'month', 'day']);

/**
 * Decides from all values of a table how its dates, amounts and directions are read. Throws `columns_ambiguous` when
 * the date or a required amount is missing or can be read in two ways; the detail says what was understood so far.
 */
export function planRows(
  raw: RawTable,
  labels: readonly string[],
  recognition: Recognition,
  mapping: Mapping,
  parse: ParseOptions,
): PlannedTable {
  const warnings: string[] = [];
  const notes: string[] = [];
  const { fields } = recognition;
  const named = [...fields.values()].sort(byFieldOrder).map(
    (chosen): UnderstoodField => ({
      field: chosen.field,
      columns: chosen.columns.map((column) => labels[column]),
      chosenBy: chosen.chosenBy,
      runnersUp: chosen.runnersUp.map((column) => labels[column]),
    }),
  );
  const fail = (problem: string): never => {
    const columns = labels.length === 0 ? 'none' : labels.join(', ');
    throw new AppError(
      'columns_ambiguous',
      `${problem} Understood so far: ${describeFields(named)}. Columns of the file: ${columns}.`,
    );
  };
  requireFields(fields, recognition, labels, parse.amount === 'required', fail);

  const columns = new Map([...fields].map(([field, chosen]) => [field, chosen.columns]));
  const records = raw.records.filter((record) => record.faults.length === 0);
  const dates = planDates(raw, records, columns, recognition, mapping, parse.now, labels, fail);
  notes.push(...dates.notes);
  const numeric = ['amount', 'debit', 'credit', 'balance_after'].flatMap((field) => columns.get(field) ?? []);
  const decimal = planDecimal(raw, records, columns, numeric, mapping, labels, fail);
  const signs = planSigns(records, columns, decimal, raw.typedColumns, mapping);
  if (signs.note !== null) notes.push(signs.note);
  if (signs.warning !== null) warnings.push(signs.warning);

  for (const { field, columns: chosen, chosenBy, runnersUp } of named) {
    if (chosenBy === 'content') {
      warnings.push(
        `${field} was read from "${chosen[0]}" by its content; say --map ${field}=COLUMN if that is wrong.`,
      );
    }
    if (runnersUp.length > 0 && chosenBy !== 'map') {
      warnings.push(
        `${field} was read from ${quoteAll(chosen, ' and ')}, not from ${quoteAll(runnersUp.slice(0, 3), ' or ')}; --map ${field}=COLUMN overrules.`,
      );
    }
  }
  warnings.push(...warnOfTypes(recognition, records, columns, labels));
  const fullTime = dates.isTimeless ? findFullTime(recognition, columns, dates) : null;
  if (fullTime !== null) {
    notes.push(
      `"${labels[fullTime]}" has the same days with times; --map date="${labels[fullTime]}" would use them.`,
    );
  }
  const hasAmount = columns.has('amount') || columns.has('debit') || columns.has('credit');
  return {
    plan: {
      columns,
      labels,
      dates,
      decimal,
      typedColumns: raw.typedColumns,
      sign: signs.rule,
      unmarked: signs.unmarked,
      isIncomeNegative: signs.isIncomeNegative,
      isDebitNegative: signs.isDebitNegative,
      parse,
    },
    understood: {
      layout: raw.layout,
      fields: named,
      dateFormats: dates.formats,
      decimal: hasAmount ? decimal : null,
      direction: hasAmount ? signs.direction : null,
      notes,
    },
    warnings,
  };
}

function byFieldOrder(a: FieldColumns, b: FieldColumns): number {
  return FIELD_ORDER.indexOf(a.field) - FIELD_ORDER.indexOf(b.field);
}

function quoteAll(names: readonly string[], glue: string): string {
  return names.map((name) => `"${name}"`).join(glue);
}

function requireFields(
  fields: ReadonlyMap<string, FieldColumns>,
  recognition: Recognition,
  labels: readonly string[],
  isAmountRequired: boolean,
  fail: (problem: string) => never,
): void {
  const problems: string[] = [];
  if (labels.length === 1)
    problems.push('The file has one column only; a table of transactions needs several.');
  const hasDate = fields.has('date') || ['year', 'month', 'day'].every((part) => fields.has(part));
  if (!hasDate) problems.push('No column holds dates; name it with --map date=COLUMN.');
  const hasAmount = fields.has('amount') || fields.has('debit') || fields.has('credit');
  if (!hasAmount && isAmountRequired) {
    problems.push(
      'No column holds amounts; name it with --map amount=COLUMN, or --map debit=COLUMN and --map credit=COLUMN.',
    );
  }
  for (const { field, columns } of recognition.ties) {
    if (!fields.has(field) || (field === 'amount' && !isAmountRequired)) continue;
    const names = columns.map((column) => labels[column]);
    problems.push(
      `${field} could be ${quoteAll(names, ' or ')}; say which, for example --map ${field}="${names[0]}".`,
    );
  }
  if (problems.length > 0) fail(problems.join(' '));
}

function planDates(
  raw: RawTable,
  records: readonly RawRecord[],
  columns: ReadonlyMap<string, readonly number[]>,
  recognition: Recognition,
  mapping: Mapping,
  now: number,
  labels: readonly string[],
  fail: (problem: string) => never,
): DatePlan {
  const column = columns.get('date')?.[0];
  function* values(): Generator<string> {
    for (const record of records) yield dateText(record.cells, columns);
  }
  function* siblings(): Generator<Iterable<string>> {
    for (const [index, profile] of recognition.profiles.entries()) {
      if (index !== column && profile.plainDates >= 0.5) {
        yield records.map((record) => record.cells[index]);
      }
    }
  }
  const header = column === undefined ? '' : raw.columns[column];
  const decision = decideDates(values, { order: mapping.dateOrder, header, now, siblings });
  if (decision.ok) return decision.plan;
  const [dayFirst, monthFirst] = decision.readings;
  return fail(
    `The dates in "${column === undefined ? '' : labels[column]}" can be read in two ways: "${decision.example}" is ${dayFirst} day first or ${monthFirst} month first. Say --map date_order=day_first or --map date_order=month_first.`,
  );
}

function planDecimal(
  raw: RawTable,
  records: readonly RawRecord[],
  columns: ReadonlyMap<string, readonly number[]>,
  numeric: readonly number[],
  mapping: Mapping,
  labels: readonly string[],
  fail: (problem: string) => never,
): DecimalSign {
  if (mapping.decimal !== null) return mapping.decimal;
  const main = ['amount', 'debit', 'credit'].flatMap((field) => columns.get(field) ?? []);
  const evidence = noEvidence();
  for (const set of [main, numeric]) {
    for (const column of set) {
      // The balance is asked only when the amounts leave it open.
      if (set === numeric && main.includes(column)) continue;
      if (!raw.typedColumns.has(column)) weighDecimals(cellsOf(records, column), evidence);
    }
    const decided = decideDecimal(evidence, raw.layout.delimiter);
    if (decided !== null && (set === numeric || evidence.point + evidence.comma > 0)) return decided;
  }
  const where = main.map((column) => `"${labels[column]}"`).join(' and ');
  return fail(
    `The numbers in ${where} can be read in two ways: in "${evidence.example}" the sign may set off decimals or thousands. Say --map decimal=point or --map decimal=comma.`,
  );
}

function* cellsOf(records: readonly RawRecord[], column: number): Generator<string> {
  for (const record of records) yield record.cells[column];
}

interface SignPlan {
  readonly rule: 'signed' | 'expense_positive';
  readonly direction: NonNullable<Understood['direction']>;
  readonly unmarked: 'Expense' | 'Income' | null;
  readonly isIncomeNegative: boolean;
  readonly isDebitNegative: boolean;
  readonly note: string | null;
  readonly warning: string | null;
}

function planSigns(
  records: readonly RawRecord[],
  columns: ReadonlyMap<string, readonly number[]>,
  decimal: DecimalSign,
  typedColumns: ReadonlySet<number>,
  mapping: Mapping,
): SignPlan {
  const plan = { unmarked: null, isIncomeNegative: false, isDebitNegative: false, note: null, warning: null };
  const amount = columns.get('amount')?.[0];
  if (amount === undefined) {
    const debit = columns.get('debit')?.[0];
    const counts = debit === undefined ? null : countSigns(records, debit);
    const isDebitNegative = counts !== null && counts.negative > counts.positive;
    return { ...plan, rule: 'signed', direction: 'debit_credit', isDebitNegative };
  }
  const type = columns.get('type')?.[0];
  if (type !== undefined) {
    const byType = { Income: { positive: 0, negative: 0 }, Expense: { positive: 0, negative: 0 } };
    for (const { cells } of records) {
      const direction = readDirection(cells[type]);
      const parts = splitAmount(cells[amount]);
      if (direction === null || direction.type === 'Transfer' || parts === null || parts === 'empty')
        continue;
      if (/[1-9]/.test(parts.digits)) byType[direction.type][parts.isNegative ? 'negative' : 'positive']++;
    }
    const { Income, Expense } = byType;
    const isIncomeNegative =
      Income.negative > 0 && Income.negative >= (Income.positive + Income.negative) * OPPOSITE_SHARE;
    const rule = mapping.sign ?? (Expense.positive >= Expense.negative ? 'expense_positive' : 'signed');
    const note = isIncomeNegative ? 'Income is written with a minus throughout; the type decides.' : null;
    return { ...plan, rule, direction: 'type_column', isIncomeNegative, note };
  }
  const marks = { debit: 0, credit: 0, plus: 0, bare: 0 };
  for (const { cells } of records) {
    const parts = splitAmount(cells[amount]);
    if (parts === null || parts === 'empty') continue;
    if (parts.suffix !== null) marks[parts.suffix]++;
    else if (parts.hasPlus) marks.plus++;
    else if (!parts.isNegative) marks.bare++;
  }
  if (mapping.sign === null && marks.debit + marks.credit > 0) {
    const unmarked = marks.credit > 0 ? 'Expense' : 'Income';
    const note = marks.bare > 0 ? `Amounts without DR or CR are ${unmarked}.` : null;
    return { ...plan, rule: 'signed', direction: 'marks', unmarked, note };
  }
  const counts = countSigns(records, amount);
  if (mapping.sign === null && marks.plus > 0 && marks.bare > marks.plus && counts.negative === 0) {
    const note = 'Amounts with a plus sign are Income, those without are Expense.';
    return { ...plan, rule: 'signed', direction: 'marks', unmarked: 'Expense', note };
  }
  if (mapping.sign !== null) return { ...plan, rule: mapping.sign, direction: mapping.sign };
  if (counts.positive + counts.negative === 0) return { ...plan, rule: 'signed', direction: 'signed' };
  const steps = countBalanceSteps(records, columns, amount, decimal, typedColumns);
  const decision = decideSigns({ ...counts, ...steps });
  const note = `Direction: ${decision.reason}.`;
  return { ...plan, rule: decision.rule, direction: decision.rule, note, warning: decision.warning };
}

function countSigns(records: readonly RawRecord[], column: number): { positive: number; negative: number } {
  let positive = 0;
  let negative = 0;
  for (const { cells } of records) {
    const parts = splitAmount(cells[column]);
    if (parts === null || parts === 'empty' || !/[1-9]/.test(parts.digits)) continue;
    if (parts.isNegative) negative++;
    else positive++;
  }
  return { positive, negative };
}

const TYPE_WORDS_SHOWN = 5;
const SOME_DIRECTIONS = 0.1;

/** Words of a type column that are no direction, and type columns that were not used for having too many of them. */
function warnOfTypes(
  recognition: Recognition,
  records: readonly RawRecord[],
  columns: ReadonlyMap<string, readonly number[]>,
  labels: readonly string[],
): string[] {
  const warnings: string[] = [];
  const type = columns.get('type')?.[0];
  for (const [column, profile] of recognition.profiles.entries()) {
    const isUnused =
      type === undefined && isTypeName(labels[column]) && profile.directions >= SOME_DIRECTIONS;
    if (column !== type && !isUnused) continue;
    const unknown = new Set<string>();
    for (const { cells } of records) {
      const word = cells[column].trim();
      if (word !== '' && readDirection(word) === null) unknown.add(word);
    }
    if (unknown.size === 0) continue;
    const words = [...unknown].slice(0, TYPE_WORDS_SHOWN).map(quote).join(', ');
    warnings.push(
      column === type
        ? `Words in "${labels[column]}" that are neither income nor expense nor transfer: ${words}; their rows were set aside.`
        : `"${labels[column]}" was not used for the direction: words such as ${words} are neither income nor expense; the sign decides. --map type="${labels[column]}" overrules.`,
    );
  }
  return warnings;
}

/** How often the balance moves by the amount, up or down, between neighbouring rows of an account (either order). */
function countBalanceSteps(
  records: readonly RawRecord[],
  columns: ReadonlyMap<string, readonly number[]>,
  amountColumn: number,
  decimal: DecimalSign,
  typedColumns: ReadonlySet<number>,
): Pick<SignEvidence, 'stepsWith' | 'stepsAgainst'> {
  const balanceColumn = columns.get('balance_after')?.[0];
  const accountColumns = columns.get('account_id') ?? [];
  if (balanceColumn === undefined) return { stepsWith: 0, stepsAgainst: 0 };
  const read = (cells: readonly string[], column: number): number | null => {
    const parts = splitAmount(cells[column]);
    if (parts === null || parts === 'empty') return null;
    const size = readDigits(parts.digits, typedColumns.has(column) ? 'point' : decimal);
    return size === null ? null : Math.round((parts.isNegative ? -size : size) * 1000);
  };
  const counts = { newestLast: [0, 0], newestFirst: [0, 0] };
  const last = new Map<string, { balance: number; amount: number }>();
  for (const { cells } of records) {
    const balance = read(cells, balanceColumn);
    const amount = read(cells, amountColumn);
    if (balance === null || amount === null || amount === 0) continue;
    const account = accountColumns.map((column) => cells[column]).join('/');
    const before = last.get(account);
    last.set(account, { balance, amount });
    if (before === undefined) continue;
    const step = balance - before.balance;
    if (step === amount) counts.newestLast[0]++;
    if (step === -amount) counts.newestLast[1]++;
    if (-step === before.amount) counts.newestFirst[0]++;
    if (step === before.amount) counts.newestFirst[1]++;
  }
  const total = (pair: readonly number[]) => pair[0] + pair[1];
  const best = total(counts.newestFirst) > total(counts.newestLast) ? counts.newestFirst : counts.newestLast;
  return { stepsWith: best[0], stepsAgainst: best[1] };
}

/** A column of date-times on the same days as a date column without times. */
function findFullTime(
  recognition: Recognition,
  columns: ReadonlyMap<string, readonly number[]>,
  dates: DatePlan,
): number | null {
  const used = new Set(
    [...columns].filter(([field]) => DATE_FIELDS.has(field)).flatMap(([, numbers]) => numbers),
  );
  if (columns.has('time')) return null;
  for (const [column, profile] of recognition.profiles.entries()) {
    if (used.has(column) || profile.plainDates < 0.95) continue;
    let same = 0;
    for (const { cells } of recognition.sample) {
      const full = splitDate(cells[column]);
      const bare = splitDate(dateText(cells, columns));
      if (full === null || bare === null || full.time === '') continue;
      const orderOf = (separator: string) => dates.orderBySeparator.get(separator) ?? 'day_first';
      const a = resolveDay(full, orderOf(full.separator));
      const b = resolveDay(bare, orderOf(bare.separator));
      if (a !== null && b !== null && a.year === b.year && a.month === b.month && a.day === b.day) same++;
    }
    if (same > recognition.sample.length * 0.9) return column;
  }
  return null;
}
