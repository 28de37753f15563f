import { describe, it } from 'node:test';
import { expect } from 'expect';
import fc from 'fast-check';
import { type Currency, money, toDecimal } from '#kernel';
import { csvOf } from './csv.ts';
import type { SheetCell } from './sheet.ts';
import { readCsv, readXlsx } from './spreadsheets.fixture.ts';
import { xlsxOf } from './xlsx.ts';

const sheetOf = (rows: readonly (readonly SheetCell[])[]) => ({
  columns: ['a', 'b'],
  rows: (async function* () {
    yield rows;
  })(),
});
const csv = async (rows: readonly (readonly SheetCell[])[]) =>
  readCsv((await Array.fromAsync(csvOf(sheetOf(rows)))).join(''));
const xlsx = async (rows: readonly (readonly SheetCell[])[]) =>
  readXlsx(Buffer.concat(await Array.fromAsync(xlsxOf(sheetOf(rows), 'money'))))[0] ?? [];

describe('spreadsheets', () => {
  it('hold amounts exactly, with the decimals of their currency', async () => {
    const amounts = [
      money(1250, 'EUR'),
      money(-1250, 'KWD'),
      money(1250, 'JPY'),
      money(9_007_199_254_740_991, 'USD'),
    ];
    const rows = amounts.map((amount) => [amount, amount.currency]);
    const written = ['12.50', '-1.250', '1250', '90071992547409.91'];
    expect(await csv(rows)).toEqual([['a', 'b'], ...written.map((text, i) => [text, amounts[i]?.currency])]);
    const cells = await xlsx(rows);
    expect(cells.slice(1).map(([amount]) => amount?.text)).toEqual(written);
    // Excel would round the last one.
    expect(cells.slice(1).map(([amount]) => amount?.isNumber)).toEqual([true, true, true, false]);
  });

  it('run nobody’s formula', async () => {
    const evil = [
      '=1+1',
      '+1',
      '-2+3',
      '@SUM(A1)',
      '\t=1',
      '\r=1',
      '\n=1',
      '＝1',
      '=HYPERLINK("http://x","y")',
    ];
    const rows = evil.map((text) => [text, 'harmless']);
    expect((await csv(rows)).slice(1)).toEqual(evil.map((text) => [`'${text}`, 'harmless']));
    const cells = (await xlsx(rows)).slice(1);
    expect(cells.map(([cell]) => cell)).toEqual(evil.map((text) => ({ text, isNumber: false })));
    const file = Buffer.concat(await Array.fromAsync(xlsxOf(sheetOf(rows), 'money')));
    expect(JSON.stringify(readXlsx(file))).not.toContain('<f>');
  });

  it('give back what was written, whatever it is', async () => {
    const currency = fc.constantFrom<Currency>('INR', 'EUR', 'USD', 'JPY', 'KWD');
    const text = fc.string({ unit: 'grapheme' }).filter((value) => !/[\p{Cc}\ufffe\uffff]/u.test(value));
    const row = fc.record({ text, amount: fc.maxSafeInteger(), currency });
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 20 }), async (rows) => {
        const cells = rows.map((one) => [one.text, money(one.amount, one.currency)]);
        const decimals = rows.map((one) => toDecimal(money(one.amount, one.currency)));
        const readBack = (await csv(cells)).slice(1);
        expect(readBack.map(([, amount]) => amount)).toEqual(decimals);
        expect(readBack.map(([first]) => first?.replace(/^'(?=[=+\-@＝＋－＠])/, ''))).toEqual(
          rows.map((one) => one.text),
        );
        const workbook = (await xlsx(cells)).slice(1);
        expect(workbook.map(([first, amount]) => [first?.text, amount?.text])).toEqual(
          rows.map((one, i) => [one.text, decimals[i]]),
        );
      }),
      { numRuns: 50 },
    );
  });

  it('leave out what XML has no place for', async () => {
    expect((await xlsx([['a\u0000b\u001fc', '<&>']])).at(-1)).toEqual([
      { text: 'abc', isNumber: false },
      { text: '<&>', isNumber: false },
    ]);
  });

  for (const [name, write] of [
    ['CSV', csvOf],
    ['XLSX', xlsxOf],
  ] as const) {
    it(`hold no more of 100,000 rows in memory than their reader asks for, as ${name}`, async () => {
      let [asked, largest, read] = [0, 0, 0];
      const rows = (async function* () {
        for (let batch = 0; batch < 100; batch++) {
          asked += 1;
          yield Array.from({ length: 1000 }, (_, i) => [`row ${batch}-${i}`, money(batch * 1000 + i, 'EUR')]);
        }
      })();
      for await (const chunk of write({ columns: ['a', 'b'], rows }, 'money')) {
        read += 1;
        largest = Math.max(largest, chunk.length);
        if (read === 1) expect(asked).toBeLessThan(5);
      }
      expect(asked).toBe(100);
      expect(largest).toBeLessThan(200_000);
    });
  }

  it('go on in another sheet where one is full', async () => {
    const rows = (async function* () {
      for (let batch = 0; batch < 5; batch++) yield Array.from({ length: 7 }, () => [batch]);
    })();
    const file = Buffer.concat(await Array.fromAsync(xlsxOf({ columns: ['a'], rows }, 'money', 10)));
    // Each has the names of the columns, too.
    expect(readXlsx(file).map(({ length }) => length)).toEqual([10, 10, 10, 9]);
  });
});
