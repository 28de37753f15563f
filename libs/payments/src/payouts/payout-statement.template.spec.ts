import { describe, it } from 'node:test';
import { expect } from 'expect';
import { money } from '#kernel';
import { sumsOf } from './payout-line.entity.ts';
import { renderStatement } from './payout-statement.template.ts';
import type { PayoutStatement } from './payout-statement.ts';

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

const pages = (pdf: Uint8Array) =>
  Buffer.from(pdf)
    .toString('latin1')
    .match(/\/Type \/Page\b/g)?.length;

describe('the statement of a payout', () => {
  it('is the same for the same payout', async () => {
    const [first, second] = [await renderStatement(statementOf(3)), await renderStatement(statementOf(3))];
    expect(Buffer.from(first).equals(Buffer.from(second))).toBe(true);
    expect(pages(first)).toBe(1);
  });

  it('goes on over as many pages as it needs', async () => {
    expect(pages(await renderStatement(statementOf(300)))).toBe(6);
    expect(pages(await renderStatement(statementOf(0)))).toBe(1);
  });
});
