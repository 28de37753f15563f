import { after, afterEach, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { money, newId } from '#kernel';
import type { PaymentProvider, ProviderNews } from '../../libs/payments/src/providers/payment-provider.ts';
import { CANDIDATES, type Candidate, type Sent } from './support/candidates.ts';

const FIFTY = money(50_00, 'INR');
/** How a list is ordered. */
const ORDER = ['payment', 'refund', 'dispute'];
const refused = expect.objectContaining({ name: 'ProviderRefusal' });
const unanswered = expect.objectContaining({ code: 'payment_provider_unavailable' });
const forged = expect.objectContaining({ code: 'webhook_signature_invalid' });

for (const [name, start] of Object.entries(CANDIDATES)) {
  describe(`the payment provider ${name}`, () => {
    let at: Candidate;
    let provider: PaymentProvider;

    before(async () => {
      at = await start();
      ({ provider } = at);
    });
    afterEach(() => at.heal());
    after(() => at.close());

    const open = async (amount = FIFTY) => {
      const [paymentId, appointmentId] = [newId(), newId()];
      const intent = await provider.createIntent({ paymentId, appointmentId, amount });
      return { paymentId, appointmentId, reference: intent.reference, intent };
    };
    const paid = async () => {
      const opened = await open();
      at.pay(opened.reference);
      return opened;
    };
    const refund = (paymentReference: string, amount: number, refundId = newId()) =>
      provider.refund({ refundId, paymentReference, amount: money(amount, 'INR') });
    const verify = ({ body, headers }: Sent, by = provider) => by.verifyWebhook(Buffer.from(body), headers);
    const lastTold = (reference: string): Sent => {
      const last = at.told(reference).at(-1);
      if (!last) throw new Error(`Nothing was told of ${reference}.`);
      return last.sent;
    };
    /** What the events about a payment say, oldest first. */
    const news = (reference: string): (ProviderNews | null)[] =>
      at
        .told(reference)
        .filter(({ sent }) => verify(sent).isKnown)
        .map(({ sent }) => provider.readWebhook(Buffer.from(sent.body)));

    it('makes a payment once, however often it is asked', async () => {
      const { paymentId, appointmentId, reference, intent } = await open();
      expect(intent).toMatchObject({
        kind: 'payment',
        paymentId,
        status: 'created',
        received: money(0, 'INR'),
        awaitsCapture: false,
        failureCode: null,
      });
      expect(intent.clientSecret).toContain(reference);
      const again = await provider.createIntent({ paymentId, appointmentId, amount: FIFTY });
      expect(again.reference).toBe(reference);
      expect(await provider.retrieveIntent(reference)).toEqual(intent);
      expect(at.made({ paymentId })).toEqual([FIFTY]);
    });

    it('keeps amounts exact, with two, no and three decimals', async () => {
      for (const amount of [
        money(80_000, 'INR'),
        money(1_999, 'EUR'),
        money(500, 'JPY'),
        money(12_340, 'KWD'),
      ]) {
        const { paymentId, reference } = await open(amount);
        expect(at.made({ paymentId })).toEqual([amount]);
        at.pay(reference);
        expect((await provider.collect(reference)).received).toEqual(amount);
      }
    });

    it('finds the payment of which it did not hear the answer', async () => {
      const paymentId = newId();
      const request = { paymentId, appointmentId: newId(), amount: FIFTY };
      at.loseAnswers();
      await expect(provider.createIntent(request)).rejects.toEqual(unanswered);
      at.heal();
      const found = await provider.createIntent(request);
      expect(found.paymentId).toBe(paymentId);
      expect(at.made({ paymentId })).toHaveLength(1);
    });

    it('says what a payment became: declined, then paid', async () => {
      const { reference } = await open();
      at.decline(reference);
      expect(await provider.collect(reference)).toMatchObject({
        status: 'failed',
        received: money(0, 'INR'),
        failureCode: expect.stringMatching(/^[a-z_]+$/),
      });
      at.pay(reference);
      expect(await provider.retrieveIntent(reference)).toMatchObject({
        reference,
        status: 'succeeded',
        received: FIFTY,
        failureCode: null,
      });
      expect(news(reference).map((told) => told?.kind === 'payment' && told.status)).toEqual(
        expect.arrayContaining(['failed', 'succeeded']),
      );
    });

    it('gives a payment up that nobody made, and none that was made', async () => {
      const unpaid = await open();
      expect((await provider.closeIntent(unpaid.reference)).status).toBe('cancelled');
      expect((await provider.closeIntent(unpaid.reference)).status).toBe('cancelled');
      const declined = await open();
      at.decline(declined.reference);
      expect((await provider.closeIntent(declined.reference)).status).toBe('cancelled');
      const { reference } = await paid();
      expect(await provider.closeIntent(reference)).toMatchObject({ status: 'succeeded', received: FIFTY });
    });

    it('gives parts back, each once, and not more than was paid', async () => {
      const { reference } = await paid();
      const refundId = newId();
      const first = await refund(reference, 20_00, refundId);
      expect(first).toMatchObject({
        kind: 'refund',
        refundId,
        paymentReference: reference,
        status: 'succeeded',
        amount: money(20_00, 'INR'),
        failureCode: null,
      });
      expect(await refund(reference, 20_00, refundId)).toEqual(first);
      await expect(refund(reference, 30_01)).rejects.toEqual(refused);
      await refund(reference, 30_00);
      await expect(refund(reference, 1_00)).rejects.toEqual(refused);
      expect(at.refundsOf(reference)).toBe(2);
      // The money did come.
      expect(await provider.collect(reference)).toMatchObject({ status: 'succeeded', received: FIFTY });
    });

    it('gives the same refund back once to those who ask at the same time', async () => {
      const { reference } = await paid();
      const refundId = newId();
      const all = await Promise.all(Array.from({ length: 5 }, () => refund(reference, 10_00, refundId)));
      expect(new Set(all.map((one) => one.reference)).size).toBe(1);
      expect(at.refundsOf(reference)).toBe(1);
    });

    it('finds the refund of which it did not hear the answer', async () => {
      const { reference } = await paid();
      const refundId = newId();
      at.loseAnswers();
      // Whoever looks before asking again may have found it by now.
      await refund(reference, 10_00, refundId).catch((error: unknown) => expect(error).toEqual(unanswered));
      at.heal();
      expect(await refund(reference, 10_00, refundId)).toMatchObject({ refundId, status: 'succeeded' });
      expect(at.refundsOf(reference)).toBe(1);
    });

    it('refuses to give back what nobody paid', async () => {
      const { reference } = await open();
      await expect(refund(reference, 10_00)).rejects.toEqual(refused);
    });

    it('tells of refunds: its own, those made elsewhere, and those that the bank sends back', async () => {
      const { reference } = await paid();
      const refundId = newId();
      const own = await refund(reference, 10_00, refundId);
      at.refundInDashboard(reference, 5_00);
      at.failRefund(own.reference);
      const told = news(reference).filter((one) => one?.kind === 'refund');
      expect(told).toContainEqual(own);
      expect(told).toContainEqual(
        expect.objectContaining({ refundId: null, paymentReference: reference, amount: money(5_00, 'INR') }),
      );
      expect(told.at(-1)).toMatchObject({
        reference: own.reference,
        status: 'failed',
        failureCode: expect.any(String),
      });
    });

    it('tells what it kept of a payment, when there is one', async () => {
      const { reference } = await open();
      expect(await provider.feeOf(reference)).toBeNull();
      at.pay(reference);
      const kept = at.feeOf(reference);
      expect(kept.amount).toBeGreaterThan(0);
      expect(await provider.feeOf(reference)).toEqual(kept);
    });

    it('tells of disputes: what the bank took, and what came of it', async () => {
      for (const outcome of ['won', 'lost'] as const) {
        const { reference } = await paid();
        const dispute = at.dispute(reference, 20_00);
        at.answerDispute(dispute);
        at.decideDispute(dispute, outcome);
        const told = news(reference).filter((one) => one?.kind === 'dispute');
        const about = {
          reference: dispute,
          paymentReference: reference,
          amount: money(20_00, 'INR'),
          reason: expect.stringMatching(/^[a-z_]+$/),
          answerBy: expect.any(Temporal.Instant),
          asOf: expect.any(Temporal.Instant),
        };
        const [first] = told;
        expect(first).toMatchObject({ ...about, status: 'needs_response', withdrawn: money(20_00, 'INR') });
        expect(told).toContainEqual(expect.objectContaining({ status: 'under_review' }));
        expect(told.at(-1)).toMatchObject({
          ...about,
          status: outcome,
          withdrawn: money(outcome === 'won' ? 0 : 20_00, 'INR'),
        });
      }
    });

    it('lists what was made since a moment, that second with it: payments, refunds, disputes', async () => {
      const [older, refunded, disputed] = [await paid(), await paid(), await paid()];
      at.age(older.reference);
      const own = await refund(refunded.reference, 10_00);
      at.refundInDashboard(older.reference, 5_00);
      const dispute = at.dispute(disputed.reference, 20_00);
      const unpaid = await open();
      const since = Temporal.Instant.fromEpochMilliseconds(at.madeAt(refunded.reference) * 1000 + 999);
      const told = await Array.fromAsync(provider.since(since));
      const kinds = told.map(({ kind }) => kind);
      expect(kinds).toEqual(kinds.toSorted((a, b) => ORDER.indexOf(a) - ORDER.indexOf(b)));
      const about = (reference: string) => told.filter((one) => one.reference === reference);
      expect(about(refunded.reference)).toMatchObject([
        { kind: 'payment', paymentId: refunded.paymentId, status: 'succeeded', received: FIFTY },
      ]);
      expect(about(unpaid.reference)).toMatchObject([{ kind: 'payment', status: 'created' }]);
      expect(about(older.reference)).toEqual([]);
      expect(about(own.reference)).toEqual([own]);
      expect(told).toContainEqual(
        expect.objectContaining({ kind: 'refund', paymentReference: older.reference, refundId: null }),
      );
      expect(about(dispute)).toMatchObject([
        { kind: 'dispute', paymentReference: disputed.reference, withdrawn: money(20_00, 'INR') },
      ]);
      const later = Temporal.Instant.fromEpochMilliseconds((at.madeAt(unpaid.reference) + 60) * 1000);
      expect(await Array.fromAsync(provider.since(later))).toEqual([]);
    });

    it('lists all of them, however many there are', async () => {
      const { reference } = await open();
      const since = Temporal.Instant.fromEpochMilliseconds(at.madeAt(reference) * 1000);
      const made = new Set([reference]);
      for (let index = 0; index < 105; index += 1) made.add((await open()).reference);
      const told = await Array.fromAsync(provider.since(since));
      const payments = told.filter(({ kind }) => kind === 'payment').map((one) => one.reference);
      expect(new Set(payments).size).toBe(payments.length);
      expect(new Set(payments).isSupersetOf(made)).toBe(true);
    });

    it('takes its own webhooks only, as they were signed', async () => {
      const { reference } = await paid();
      const sent = lastTold(reference);
      expect(provider.recognizes(sent.headers)).toBe(true);
      expect(provider.recognizes({})).toBe(false);
      const event = verify(sent);
      expect(event.id).toMatch(/./);
      expect(verify(sent)).toEqual(event);

      const changed = Buffer.from(sent.body);
      changed[changed.indexOf('5000')] = '6'.charCodeAt(0);
      for (const body of [
        changed.toString(),
        JSON.stringify(JSON.parse(sent.body), null, 7),
        `${sent.body}\n`,
        `\ufeff${sent.body}`,
      ]) {
        expect(() => verify({ ...sent, body })).toThrow(forged);
      }
      const signature = String(sent.headers[at.signatureHeader]);
      for (const other of [
        '',
        '00',
        signature.slice(0, -1),
        signature.replace(/.$/, (end) => (end === '0' ? '1' : '0')),
      ]) {
        expect(() => verify({ ...sent, headers: { ...sent.headers, [at.signatureHeader]: other } })).toThrow(
          forged,
        );
      }
    });

    it('takes a webhook signed with the former secret while that is being changed, not after', async () => {
      const { reference } = await paid();
      const sent = lastTold(reference);
      expect(verify(sent, at.rotating)).toEqual(verify(sent));
      expect(() => verify(sent, at.rotated)).toThrow(forged);
    });
  });
}
