import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { describeTable, readTable } from '../../src/importing/read-table.ts';
import { formatCells } from '../../src/importing/write-cells.ts';
import { amountsOf, columnsOf, datesOf, failure, newFile, OPTIONS, read } from './files.ts';

describe('columns', () => {
  const headers: [string, string, Record<string, string>][] = [
    [
      'Date,Description,Amount,Transaction Type,Category,Account Name',
      '01/31/2024,Corner shop,11.11,debit,Shopping,Gold Card',
      {
        date: 'Date',
        description: 'Description',
        amount: 'Amount',
        type: 'Transaction Type',
        category: 'Category',
        account_id: 'Account Name',
      },
    ],
    [
      'Date,Mode,Category,Subcategory,Note,Amount,Income/Expense,Currency',
      '31-01-2024,Cash,Food,Snacks,Two plates,60,Expense,INR',
      {
        date: 'Date',
        payment_method: 'Mode',
        category: 'Category',
        description: 'Note',
        type: 'Income/Expense',
        currency: 'Currency',
      },
    ],
    [
      'TRANSACTION_ID,TX_DATETIME,CUSTOMER_ID,TERMINAL_ID,TX_AMOUNT,TX_FRAUD',
      '7,2024-01-31 00:00:31,596,3156,57.16,0',
      {
        transaction_id: 'TRANSACTION_ID',
        date: 'TX_DATETIME',
        account_id: 'CUSTOMER_ID',
        merchant_name: 'TERMINAL_ID',
        amount: 'TX_AMOUNT',
      },
    ],
    [
      'status,account,currency,txn_description,merchant_id,balance,date,merchant_suburb,amount,movement,customer_id,mcc,country',
      'ok,ACC-1,AUD,POS,m-1,35.39,2024-01-31,Ashmore,16.25,debit,CUS-1,5411,Australia',
      {
        account_id: 'account',
        currency: 'currency',
        description: 'txn_description',
        merchant_name: 'merchant_id',
        balance_after: 'balance',
        location: 'merchant_suburb',
        type: 'movement',
        merchant_category_code: 'mcc',
        country: 'country',
      },
    ],
    [
      'Buchungstag;Valutadatum;Auftraggeber/Empfänger;Verwendungszweck;Kategorie;Betrag (EUR);Währung;Saldo;Kontonummer',
      '31.01.2024;31.01.2024;Bäcker;Brot;Essen;-3,50;EUR;10,00;DE12',
      {
        date: 'Buchungstag',
        merchant_name: 'Auftraggeber/Empfänger',
        description: 'Verwendungszweck',
        category: 'Kategorie',
        amount: 'Betrag (EUR)',
        currency: 'Währung',
        balance_after: 'Saldo',
        account_id: 'Kontonummer',
      },
    ],
    [
      "Date d'opération;Libellé;Débit;Crédit;Devise;Solde;Catégorie;Bénéficiaire",
      '31/01/2024;Pain;3,50;;EUR;10,00;Courses;Boulanger',
      {
        date: "Date d'opération",
        description: 'Libellé',
        debit: 'Débit',
        credit: 'Crédit',
        currency: 'Devise',
        balance_after: 'Solde',
        category: 'Catégorie',
        merchant_name: 'Bénéficiaire',
      },
    ],
    [
      'Fecha;Concepto;Importe;Divisa;Saldo;Categoría;Comercio;Ciudad',
      '31/01/2024;Pan;-3,50;EUR;10,00;Compras;Panadero;Sevilla',
      {
        date: 'Fecha',
        description: 'Concepto',
        amount: 'Importe',
        currency: 'Divisa',
        category: 'Categoría',
        merchant_name: 'Comercio',
        location: 'Ciudad',
      },
    ],
    [
      'Datum;Naam / Omschrijving;Rekening;Tegenrekening;Af Bij;Bedrag;Mutatiesoort;Mededelingen',
      '20240131;Bakker;NL01;NL02;Af;3,50;Betaalautomaat;Brood',
      {
        date: 'Datum',
        merchant_name: 'Naam / Omschrijving',
        account_id: 'Rekening',
        type: 'Af Bij',
        amount: 'Bedrag',
        payment_method: 'Mutatiesoort',
        description: 'Mededelingen',
      },
    ],
    [
      'Transaction Date,Post Date,Payee,Memo,Paid out,Paid in,Reference,Tags',
      '2024-01-31,2024-02-01,Baker,Bread,3.50,,R-1,home',
      {
        date: 'Transaction Date',
        merchant_name: 'Payee',
        description: 'Memo',
        debit: 'Paid out',
        credit: 'Paid in',
        reference: 'Reference',
        tags: 'Tags',
      },
    ],
    [
      'User,Card,Year,Month,Day,Time,Amount,Use Chip,Merchant Name,Merchant City,MCC',
      '0,1,2024,1,31,6:21,$134.09,Swipe Transaction,358102,La Verne,5300',
      {
        year: 'Year',
        month: 'Month',
        day: 'Day',
        time: 'Time',
        account_id: 'Card',
        payment_method: 'Use Chip',
        location: 'Merchant City',
        merchant_category_code: 'MCC',
      },
    ],
    [
      'when it happened;what;how much',
      '2024-01-31;a long text about bread;3.50',
      { date: 'when it happened', amount: 'how much' },
    ],
  ];
  for (const [header, row, expected] of headers) {
    test(header, async () => {
      const table = await read(`\ufeff${header}\n${row}\n`);
      for (const [field, column] of Object.entries(expected)) {
        assert.deepEqual(columnsOf(table, field), [column], field);
      }
      assert.equal(table.rows[0].transaction === null, false, JSON.stringify(table.rows[0].faults));
      assert.equal(datesOf(table)[0]?.slice(0, 10), '2024-01-31');
    });
  }

  test('columns that map to no field are named, so is the runner-up of a choice', async () => {
    const table = await read('date,amount,account,customer id,colour\n2024-01-31,5,a,c,red\n');
    assert.deepEqual(table.ignoredColumns, ['customer id', 'colour']);
    assert.ok(
      table.warnings.some((text) =>
        text.includes('account_id was read from "account", not from "customer id"'),
      ),
    );
    const text = describeTable(table);
    assert.match(text, /ignored columns: customer id, colour/);
    assert.match(text, /rows: 1 read, 1 usable, 0 rejected/);
  });

  test('a card number that several users share is joined with its user', async () => {
    const rows = ['u1,0', 'u1,1', 'u2,0', 'u2,1'].map((pair) => `2024-01-31,5.00,${pair}`);
    const table = await read(`date,amount,user,card\n${rows.join('\n')}\n`);
    assert.deepEqual(
      table.rows.map((row) => row.transaction?.accountId),
      ['u1/0', 'u1/1', 'u2/0', 'u2/1'],
    );
  });

  test('of two levels of category the finer one is taken', async () => {
    const rows = ['a,a1', 'a,a2', 'b,b1'].map((pair) => `2024-01-31,5.00,${pair}`);
    const table = await read(`date,amount,spend level 1,spend level 2\n${rows.join('\n')}\n`);
    assert.deepEqual(columnsOf(table, 'category'), ['spend level 2']);
  });

  test('sort codes are no dates, numbers may be categories', async () => {
    const rows = Array.from(
      { length: 40 },
      (_unused, i) => `20-45-${60 + (i % 30)},2024-01-${10 + (i % 20)},${i}.25,${i % 7}`,
    );
    const table = await read(`sort code,c1,amount,category\n${rows.join('\n')}\n`);
    assert.deepEqual(columnsOf(table, 'date'), ['c1']);
    assert.deepEqual(columnsOf(table, 'category'), ['category']);
  });

  test('texts and amounts without a telling name are known by their content', async () => {
    const rows = Array.from(
      { length: 12 },
      (_unused, i) => `2024-01-${10 + i},-${i}.25,a long text number ${i}`,
    );
    const table = await read(`c1,c2,c3\n${rows.join('\n')}\n`);
    assert.deepEqual(
      ['date', 'amount', 'description'].map((field) => columnsOf(table, field)),
      [['c1'], ['c2'], ['c3']],
    );
    assert.equal(table.warnings.filter((text) => text.includes('by its content')).length, 3);
  });
});

describe('what must be asked', () => {
  const cases: [string, string, RegExp][] = [
    [
      'two amounts',
      'date,net amount,gross amount\n2024-01-31,1,2\n',
      /amount could be "net amount" or "gross amount"; say which.*--map amount="net amount".*Understood so far: date = date/,
    ],
    [
      'two dates',
      'order date,trade date,amount\n2024-01-31,2024-02-01,2\n',
      /date could be "order date" or "trade date"/,
    ],
    ['no date', 'moment,amount\nnow,5\n', /No column holds dates; name it with --map date=COLUMN/],
    ['no amount', 'date,description\n2024-01-31,x\n', /No column holds amounts.*--map debit=COLUMN/],
    ['one column', 'amount\n5\n', /one column only/],
    [
      'day and month',
      'date,amount\n01/02/2024,5\n',
      /"01\/02\/2024" is 2024-02-01 day first or 2024-01-02 month first.*--map date_order=day_first/,
    ],
    [
      'point or thousands',
      'date;amount\n2024-01-31;1.234\n',
      /"1.234" the sign may set off decimals or thousands.*--map decimal=comma/,
    ],
  ];
  for (const [name, content, expected] of cases) {
    test(name, async () => {
      const error = await failure(() => read(content));
      assert.equal(error.row.code, 'columns_ambiguous');
      assert.equal(error.row.exit, 2);
      assert.match(error.detail, expected);
    });
  }

  test('two columns with the same content are no question', async () => {
    const table = await read('amount,date,amount\n5,2024-01-31,5\n');
    assert.deepEqual(columnsOf(table, 'amount'), ['amount#1']);
  });

  test('an amount is not asked for where none is needed', async () => {
    const table = await read('date,description,type\n2024-01-31,x,debit\n', { amount: 'optional' });
    assert.deepEqual(amountsOf(table), [null]);
    assert.equal(table.rows[0].transaction?.type, 'Expense');
    const tied = await read('date,net amount,gross amount\n2024-01-31,1,2\n', { amount: 'optional' });
    assert.equal(tied.counts.usable, 1);
    const empty = await read('date,amount,type\n2024-01-31,,credit\n', { amount: 'optional' });
    assert.equal(empty.rows[0].transaction?.type, 'Income');
  });

  test('the balance decides a decimal sign that the amounts leave open', async () => {
    const table = await read('date;amount;balance\n2024-01-31;1.234;7.654,50\n2024-02-01;1.000;6.654,50\n');
    assert.equal(table.understood.decimal, 'comma');
    assert.equal(table.rows[0].transaction?.balanceAfterMinor, 765_450);
  });
});

describe('--map', () => {
  const content = 'date,amount,a,b,b\n2024-01-31,5,x,y,z\n';

  test('overrules what would be recognised', async () => {
    const table = await read('date,amount,fee,category,label\n2024-01-31,5,1,x,y\n', {
      mapping: { amount: 'fee', category: ['label'] },
    });
    assert.deepEqual(amountsOf(table), [-100]);
    assert.equal(table.rows[0].transaction?.category, 'y');
    assert.ok(describeTable(table).includes('= label (as mapped)'));
  });

  test('several columns feed tags as column=value, texts with a space between', async () => {
    const table = await read(content, { mapping: { tags: ['a', 'b#2'], description: ['b#1', 'a'] } });
    assert.deepEqual(table.rows[0].transaction?.tags, ['a=x', 'b#2=z']);
    assert.equal(table.rows[0].transaction?.description, 'y x');
    const one = await read('date,amount,a\n2024-01-31,5,\n', { mapping: { tags: 'a' } });
    assert.deepEqual(one.rows[0].transaction?.tags, []);
  });

  test('an empty name switches a field off, letter case does not matter', async () => {
    const table = await read(content, { mapping: { description: '', reference: 'A' } });
    assert.equal(table.rows[0].transaction?.reference, 'x');
    assert.equal(columnsOf(table, 'description'), undefined);
  });

  test('a debit or credit column named wins over an amount column and the other way round', async () => {
    const rows = 'date,amount,debit,credit\n2024-01-31,1,2,\n';
    assert.deepEqual(amountsOf(await read(rows, { mapping: { debit: 'debit' } })), [-200]);
    assert.deepEqual(amountsOf(await read(rows, { mapping: { amount: 'amount' } })), [-100]);
    assert.deepEqual(amountsOf(await read(rows)), [-200]);
  });

  test('settings say what the values cannot', async () => {
    const dated = await read('date,amount\n01/02/2024,5\n', { mapping: { date_order: 'month_first' } });
    assert.deepEqual(datesOf(dated), ['2024-01-02T00:00:00']);
    const thousand = await read('date;amount\n2024-01-31;1.234\n', { mapping: { decimal: 'comma' } });
    assert.deepEqual(amountsOf(thousand), [-123_400]);
    const signed = await read('date,amount\n2024-01-31,5\n', { mapping: { sign: 'signed' } });
    assert.deepEqual(amountsOf(signed), [500]);
  });

  test('every fault is listed at once, with what is known', async () => {
    const mapping = {
      colour: 'a',
      amount: ['a', 'date'],
      category: 'none',
      tags: 'b',
      decimal: 'dot',
    };
    const error = await failure(() => read(content, { mapping }));
    assert.equal(error.row.code, 'usage');
    assert.deepEqual(
      error.errors.map((place) => place.pointer),
      ['--map colour', '--map amount', '--map category=none', '--map tags=b', '--map decimal'],
    );
    assert.match(error.detail, /known are date, amount, type/);
    assert.match(error.detail, /the columns are date, amount, a, b#1, b#2/);
    assert.match(error.detail, /say b#1 or b#2/);
  });
});

describe('direction', () => {
  test('no type and mostly positive amounts: positive is Expense, negative a refund', async () => {
    const table = await read(
      'date,amount\n2024-01-31,5.00\n2024-02-01,6.00\n2024-02-02,-2.00\n2024-02-03,0\n',
    );
    assert.deepEqual(amountsOf(table), [-500, -600, 200, 0]);
    assert.deepEqual(
      table.rows.map((row) => row.transaction?.type),
      ['Expense', 'Expense', 'Income', 'Expense'],
    );
    assert.ok(table.warnings.some((text) => text.includes('Only 67 %')));
  });

  test('no type and mostly negative amounts: the sign is the direction', async () => {
    const table = await read('date,amount\n2024-01-31,-5\n2024-02-01,-6\n2024-02-02,9\n');
    assert.deepEqual(amountsOf(table), [-500, -600, 900]);
    assert.equal(table.understood.direction, 'signed');
  });

  test('a running balance proves the sign whatever the mix', async () => {
    const up =
      'date,amount,balance\n2024-01-01,5,105\n2024-01-02,6,111\n2024-01-03,7,118\n2024-01-04,-1,117\n2024-01-05,3,120\n';
    assert.equal((await read(up)).understood.direction, 'signed');
    const down =
      'date,amount,balance\n2024-01-05,3,80\n2024-01-04,5,83\n2024-01-03,7,88\n2024-01-02,1,95\n2024-01-01,-3,96\n';
    assert.equal((await read(down)).understood.direction, 'expense_positive');
  });

  test('a type column decides, in words, letters or signs', async () => {
    for (const [out, into] of [
      ['debit', 'credit'],
      ['DR', 'CR'],
      ['D', 'C'],
      ['-', '+'],
      ['Expense', 'Income'],
      ['out', 'in'],
      ['S', 'H'],
      ['Af', 'Bij'],
    ]) {
      const table = await read(
        `date,amount,type\n2024-01-31,5,${out}\n2024-02-01,6,${into}\n2024-02-02,-7,${out}\n`,
      );
      assert.deepEqual(amountsOf(table), [-500, 600, -700], out);
      assert.equal(table.understood.direction, 'type_column');
    }
  });

  test('transfers keep their sign unless the word tells it', async () => {
    const table = await read(
      'date,amount,type\n2024-01-31,5,Transfer-Out\n2024-01-31,5,transfer in\n2024-01-31,-5,Transfer\n2024-01-31,5,Expense\n',
    );
    assert.deepEqual(amountsOf(table), [-500, 500, -500, -500]);
    assert.equal(table.rows[0].transaction?.type, 'Transfer');
  });

  test('Income with a minus is a reject, a reversal where asked, and a habit where it is throughout', async () => {
    const content = 'date,amount,type\n2024-01-31,5,Income\n2024-02-01,-6,Income\n2024-02-02,7,Expense\n';
    const table = await read(content);
    assert.equal(table.rows[1].transaction, null);
    assert.match(table.rows[1].faults[0].detail, /Income must not be negative/);
    assert.deepEqual(amountsOf(await read(content, { allowsReversal: true })), [500, -600, -700]);
    const card = await read('date,amount,type\n2024-01-31,-5,credit\n2024-02-01,6,debit\n');
    assert.deepEqual(amountsOf(card), [500, -600]);
  });

  test('a type that cannot be read is a reject that names the cell; an empty one follows the sign', async () => {
    const rows = ['5,Expense', '6,Expense', '7,Expense', '8,Income', '9,Foo', '-4,', '3,'];
    const content = `date,amount,type\n${rows.map((row) => `2024-01-31,${row}`).join('\n')}\n`;
    const table = await read(content);
    assert.match(table.rows[4].faults[0].detail, /"Foo" in column "type" is neither/);
    assert.deepEqual(amountsOf(table), [-500, -600, -700, 800, null, -400, null]);
    assert.match(table.rows[6].faults[0].detail, /is empty and the amount has no sign/);
    const signed = await read(
      'date,amount,type\n2024-01-31,-5,Expense\n2024-01-31,-5,Expense\n2024-01-31,6,\n',
    );
    assert.deepEqual(amountsOf(signed), [-500, -500, 600]);
  });

  test('a type column with some other words is used, with few directions it is not; both are said', async () => {
    const used = await read('date,amount,type\n2024-01-31,5,debit\n2024-01-31,5,credit\n2024-01-31,1,Fee\n');
    assert.deepEqual(amountsOf(used), [-500, 500, null]);
    assert.ok(used.warnings.some((text) => /"Fee"; their rows were set aside/.test(text)));
    const words = ['Fee', 'Interest', 'Sale', 'debit'];
    const rows = words.map((word) => `2024-01-31,-5,${word}`);
    const unused = await read(`date,amount,type\n${rows.join('\n')}\n`);
    assert.deepEqual(amountsOf(unused), [-500, -500, -500, -500]);
    assert.ok(
      unused.warnings.some((text) => /"type" was not used for the direction: words such as "Fee"/.test(text)),
    );
  });

  test('a debit and a credit column: either is filled, never both', async () => {
    const rows = ['5,', ',6', '0,7', '8,0', '-2,', '1,1', ',', '0,', ',0', 'x,', '-,9'];
    const table = await read(`date,debit,credit\n${rows.map((row) => `2024-01-31,${row}`).join('\n')}\n`);
    assert.deepEqual(amountsOf(table), [-500, 600, 700, -800, 200, null, null, 0, 0, null, 900]);
    assert.match(table.rows[5].faults[0].detail, /both the debit and the credit cell/);
    assert.match(table.rows[6].faults[0].detail, /is required/);
    assert.match(table.rows[9].faults[0].detail, /"x" in column "debit" is not an amount/);
    const negative = await read('date,debit,credit\n2024-01-31,-5,\n2024-01-31,-6,\n2024-01-31,,7\n');
    assert.deepEqual(amountsOf(negative), [-500, -600, 700]);
  });

  test('one column of outflow or income is an amount too', async () => {
    assert.deepEqual(amountsOf(await read('date,outflow\n2024-01-31,5\n')), [-500]);
    assert.deepEqual(amountsOf(await read('date,income\n2024-01-31,5\n')), [500]);
  });

  test('a signed amount column is preferred to a pair beside it', async () => {
    const table = await read('date,amount,debit,credit\n2024-01-31,-5,5,\n2024-02-01,6,,6\n');
    assert.deepEqual(amountsOf(table), [-500, 600]);
    assert.deepEqual(columnsOf(table, 'debit'), undefined);
  });

  test('marks beside the amounts decide', async () => {
    const card = await read('date,amount\n2024-01-31,5.00\n2024-02-01,6.00 CR\n2024-02-01,-7.00\n');
    assert.deepEqual(amountsOf(card), [-500, 600, -700]);
    const debits = await read('date,amount\n2024-01-31,5.00\n2024-02-01,6.00 DR\n');
    assert.deepEqual(amountsOf(debits), [500, -600]);
    const plus = await read('date,amount\n2024-01-31,5.00\n2024-01-31,8.00\n2024-02-01,+6.00\n');
    assert.deepEqual(amountsOf(plus), [-500, -800, 600]);
    assert.equal(plus.understood.direction, 'marks');
  });
});

describe('rows', () => {
  test('a cell that cannot be read is a reject that names it; the rows around stay', async () => {
    const rows = [
      '2024-01-31,5',
      '2023-02-29,5',
      ',5',
      '2024-01-31,NaN',
      '2024-01-31,Infinity',
      '2024-01-31,12%',
      '2024-01-31,',
      '2024-01-31,1e13',
      'x,y',
      '2024-02-29,0',
    ];
    const table = await read(`date,amount\n${rows.join('\n')}\n`);
    assert.deepEqual(
      table.rows.map((row) => row.faults.map((fault) => fault.pointer).join(' ')),
      ['', '/date', '/date', '/amount', '/amount', '/amount', '/amount', '/amount', '/date /amount', ''],
    );
    assert.match(table.rows[1].faults[0].detail, /"2023-02-29" is not a date of the calendar/);
    assert.match(table.rows[3].faults[0].detail, /"NaN" in column "amount" is not an amount/);
    assert.deepEqual(table.counts, { records: 10, usable: 2, rejected: 8, warned: 0, blankLines: 0 });
    assert.deepEqual(
      table.rows.map((row) => row.original),
      rows,
    );
  });

  test('a column called date or amount is that even when none of its values can be read', async () => {
    const table = await read('date,amount\nnever,much\n');
    assert.deepEqual(
      table.rows[0].faults.map((fault) => fault.pointer),
      ['/date', '/amount'],
    );
  });

  test('over-long text is cut with a warning, also two million characters of it', async () => {
    const table = await read(
      `date,amount,description\n2024-01-31,5,${'é'.repeat(2_000_000)}\n2024-01-31,5,b\n`,
    );
    assert.equal(table.rows[0].transaction?.description.length, 1024);
    assert.match(table.rows[0].warnings[0].detail, /2000000 characters cut to 1024/);
    assert.equal(table.counts.warned, 1);
    assert.equal(table.rows[0].original.length > 2_000_000, true);
  });

  test('a date in a gap of the clock and one with an offset are instants', async () => {
    const table = await read('date,amount\n2024-03-31 02:30,5\n2024-03-31T02:30:00Z,5\n2024-07-01,5\n', {
      timezone: 'Europe/Berlin',
    });
    assert.deepEqual(datesOf(table), ['2024-03-31T01:30:00', '2024-03-31T02:30:00', '2024-06-30T22:00:00']);
    assert.deepEqual(
      table.rows.map((row) => row.transaction?.timeKnown),
      [true, true, false],
    );
  });

  test('names and values that are special elsewhere are only text here', async () => {
    const table = await read(
      '__proto__,constructor,date,amount,description\n1,2,2024-01-31,5,مرحبا 😀 __proto__\n',
      { mapping: { tags: ['__proto__', 'constructor'] } },
    );
    assert.deepEqual(table.rows[0].transaction?.tags, ['__proto__=1', 'constructor=2']);
    assert.equal(table.rows[0].transaction?.description, 'مرحبا 😀 __proto__');
    assert.equal(Object.getPrototypeOf(table.rows[0].transaction), Object.prototype);
  });

  test('currencies by code or sign; an unknown one is a reject', async () => {
    const rows = ['EUR', '€', 'gbp', 'USD', 'XQQ', ''].map((currency) => `2024-01-31,5.00,${currency}`);
    const table = await read(`date,amount,currency\n${rows.join('\n')}\n`, { currency: 'CHF' });
    assert.deepEqual(
      table.rows.map((row) => row.transaction?.currency ?? null),
      ['EUR', 'EUR', 'GBP', 'USD', null, 'CHF'],
    );
    assert.equal(table.rows[4].faults[0].pointer, '/currency');
  });

  test('a balance that is none is left out with a warning', async () => {
    const table = await read('date,amount,balance\n2024-01-31,5,7 DR\n2024-01-31,5,?\n2024-01-31,5,\n');
    assert.deepEqual(
      table.rows.map((row) => row.transaction?.balanceAfterMinor),
      [-700, null, null],
    );
    assert.match(table.rows[1].warnings[0].detail, /no balance/);
  });

  test('year, month and day columns, months by name, years of two digits', async () => {
    const table = await read(
      'year,month,day,amount\n2024,1,31,5\n2024,Feb,29,5\n24,3,1,5\n,,,5\n2024,2,30,5\n',
    );
    assert.deepEqual(datesOf(table), [
      '2024-01-31T00:00:00',
      '2024-02-29T00:00:00',
      '2024-03-01T00:00:00',
      null,
      null,
    ]);
  });

  test('a separate time is joined to its date, or is a reject', async () => {
    const table = await read(
      'date,time,amount\n2024-01-31,9:30,5\n2024-01-31,,5\n2024-01-31,25:00,5\n2024-01-31,9:31,5\n2024-01-31,9:32 PM,5\n2024-01-31,9:33,5\n',
    );
    assert.deepEqual(datesOf(table).slice(0, 3), ['2024-01-31T09:30:00', '2024-01-31T00:00:00', null]);
    assert.equal(table.rows[1].transaction?.timeKnown, false);
    assert.match(table.rows[2].faults[0].detail, /"2024-01-31 25:00"/);
  });

  test('a full timestamp beside a bare date is pointed out', async () => {
    const table = await read(
      'date,amount,extraction\n1/31/24,5,2024-01-31T10:00:00Z\n2/28/24,5,2024-02-28T11:00:00Z\n',
    );
    assert.ok(table.understood.notes.some((note) => note.includes('--map date="extraction"')));
  });

  test('a header without rows is read, with a warning', async () => {
    const table = await read('date,amount\n');
    assert.deepEqual(table.counts, { records: 0, usable: 0, rejected: 0, warned: 0, blankLines: 0 });
    assert.ok(table.warnings.includes('The file has a header and no rows.'));
  });

  test('columns without a name and names that repeat are told apart', async () => {
    const table = await read('date,amount,,x,x\n2024-01-31,5,a,b,c\n');
    assert.deepEqual(table.ignoredColumns, ['#3', 'x#1', 'x#2']);
    assert.deepEqual(table.columns, ['date', 'amount', '', 'x', 'x']);
  });

  test('random tables come back cell by cell: rows in = rows out + rejects', async () => {
    const text = fc.string({ unit: fc.constantFrom('a', '"', ',', ';', '\n', ' ', 'é', '😀', '=', '٣') });
    const row = fc.record({
      day: fc.integer({ min: 1, max: 28 }),
      amount: fc.oneof(
        fc.integer({ min: -99_999, max: 99_999 }).map((n) => (n / 100).toFixed(2)),
        text,
      ),
      description: text,
      category: text,
    });
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 15 }), async (rows) => {
        const cells = rows.map((r) => [
          `2024-03-${String(r.day).padStart(2, '0')}`,
          r.description,
          r.amount,
          r.category,
        ]);
        const lines = [['date', 'description', 'amount', 'category'], ...cells].map((c) =>
          formatCells(c, ','),
        );
        const mapping = {
          date: 'date',
          description: 'description',
          amount: 'amount',
          category: 'category',
          decimal: 'point',
        };
        const table = await read(`${lines.join('\n')}\n`, { mapping });
        assert.deepEqual(
          table.rows.map((r) => r.cells),
          cells,
        );
        assert.equal(table.counts.records, rows.length);
        assert.equal(table.counts.usable + table.counts.rejected, rows.length);
        for (const r of table.rows) assert.equal(r.transaction === null, r.faults.length > 0);
      }),
      { numRuns: 60 },
    );
  });

  test('any bytes give a table or an AppError, never anything else', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.uint8Array({ maxLength: 200 }),
          fc
            .string({ unit: fc.constantFrom(...'date,amount\n"\r;\t|{}[]:015-/.€') })
            .map((text) => Buffer.from(text)),
        ),
        async (bytes) => {
          try {
            await read(bytes, { amount: 'optional' });
          } catch (error) {
            assert.equal((error as Error).name, 'AppError', String((error as Error).stack));
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  test('progress grows to the total and a signal stops the reading', async () => {
    const path = newFile(`date,amount\n${'2024-01-31,5\n'.repeat(12_000)}`);
    const seen: [number, number][] = [];
    await readTable(path, { ...OPTIONS, onProgress: (done, total) => seen.push([done, total]) });
    assert.ok(seen.length > 3);
    assert.ok(seen.every(([done], index) => index === 0 || done >= seen[index - 1][0]));
    assert.deepEqual(seen.at(-1), [156_012, 156_012]);
    const stopped = AbortSignal.abort(new Error('stopped'));
    await assert.rejects(readTable(path, { ...OPTIONS, signal: stopped }), /stopped/);
    const controller = new AbortController();
    const onProgress = (done: number, total: number) => {
      if (done > total / 2) controller.abort(new Error('halfway'));
    };
    await assert.rejects(readTable(path, { ...OPTIONS, onProgress, signal: controller.signal }), /halfway/);
  });
});
