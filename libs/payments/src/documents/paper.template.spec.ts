import { describe, it } from 'node:test';
import { expect } from 'expect';
import { money } from '#kernel';
import { Translator } from '#platform';
import { sumsOf } from '../payouts/payout-line.entity.ts';
import { type PayoutStatement, statementPaper } from '../payouts/payout-statement.ts';
import { renderPaper } from './paper.template.ts';
import { Words } from './paper.ts';

const AT = Temporal.Instant.from('2026-10-31T12:00:00Z');
const eur = (amount: number) => money(amount, 'EUR');

function statementOf(visits: number): PayoutStatement {
  const lines = Array.from({ length: visits }, (_, i) => ({
    postingId: String(i),
    kind: 'earning_released' as const,
    onReceivable: false,
    occurredAt: AT,
    paymentId: null,
    appointmentId: `01a20284-1b40-77d3-af3a-${String(i).padStart(12, '0')}`,
    gross: eur(5000),
    commission: eur(750),
    net: eur(4250),
  }));
  const nothing = { providerReference: null, failureCode: null, note: null, statementFileId: null };
  return {
    payout: {
      ...nothing,
      id: '01a20284-1b40-77d3-af3a-c69efdc68e47',
      organizationId: 'o',
      practitionerId: 'd',
      kind: 'earnings',
      provider: 'stripe',
      amount: eur(visits * 4250),
      carried: eur(0),
      returned: eur(0),
      period: { from: AT.subtract({ hours: 24 }), to: AT },
      status: 'paid',
      attemptId: 'a',
      createdBy: 'x',
      approvedBy: 'y',
      approvedAt: AT,
      paidAt: AT,
      createdAt: AT,
      updatedAt: AT,
    },
    lines,
    sums: sumsOf(lines, 'EUR'),
    doctor: { name: 'डॉ. Asha Rao', timeZone: 'Asia/Kolkata' },
    practice: { name: 'Rao Practice', country: 'IN', address: null },
  };
}

const translator = new Translator();
const paper = (visits: number, language = 'en') =>
  statementPaper(statementOf(visits), new Words(translator, language));
const render = (visits: number) => renderPaper(paper(visits));

const pages = (pdf: Uint8Array) =>
  Buffer.from(pdf)
    .toString('latin1')
    .match(/\/Type \/Page\b/g)?.length;

describe('the statement of a payout', () => {
  it('is the same for the same payout', async () => {
    const [first, second] = [await render(3), await render(3)];
    expect(Buffer.from(first).equals(Buffer.from(second))).toBe(true);
    expect(pages(first)).toBe(1);
  });

  it('goes on over as many pages as it needs', async () => {
    expect(pages(await render(300))).toBe(6);
    expect(pages(await render(0))).toBe(1);
  });

  it('speaks the doctor’s language, and writes amounts as it does', async () => {
    const said = (language: string) => {
      const { title, header, rows, totals, footer } = paper(1, language);
      return [
        title,
        header[2],
        rows[0]?.[4],
        totals[0]?.[0],
        totals.at(-1)?.join(' '),
        footer(1, 2).slice(-6),
      ];
    };
    expect(said('en')).toEqual([
      'Payout statement',
      'Paid',
      'EUR 42.50',
      '1 visit, paid by patients',
      'Paid out EUR 42.50',
      '1 of 2',
    ]);
    expect(said('fr')[0]).toBe('Relevé de versement');
    expect(said('fr')[2]).toBe('42,50 EUR');
    expect(said('es')[0]).toBe('Liquidación');
    expect(said('hi')[0]).toBe('भुगतान विवरण');
    for (const language of ['hi', 'fr', 'es']) {
      expect(pages(await renderPaper(paper(40, language)))).toBeGreaterThan(0);
      expect(said(language)).not.toEqual(expect.arrayContaining(['Paid', 'Payout statement']));
    }
  });
});
