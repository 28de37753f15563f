import { after, afterEach, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { money, newId } from '#kernel';
import { PAYOUT_CANDIDATES, type PayoutCandidate } from './support/payout-candidates.ts';

const inr = (amount: number) => money(amount, 'INR');
const refused = expect.objectContaining({ name: 'ProviderRefusal' });
const unanswered = expect.objectContaining({ code: 'payment_provider_unavailable' });

for (const [name, start] of Object.entries(PAYOUT_CANDIDATES)) {
  describe(`paying out by ${name}`, () => {
    let at: PayoutCandidate;

    before(async () => {
      at = await start();
      await at.fund(1_000_000);
    });
    afterEach(() => at.heal());
    after(() => at.close());

    const ready = async () => {
      const doctorId = newId();
      const account = await at.open(doctorId);
      await at.complete(doctorId, account);
      return account;
    };
    const attempt = (accountReference: string, amount = 50_00) => ({
      payoutId: newId(),
      attemptId: newId(),
      since: Temporal.Now.instant(),
      accountReference,
      amount: inr(amount),
    });

    it('opens one account for a doctor, however often it is asked, and at once', async () => {
      const doctorId = newId();
      const opened = await at.open(doctorId);
      expect(opened).toMatchObject({ kind: 'account', detailsSubmitted: false, isReady: false });
      expect(opened.disabledReason).toMatch(/^[a-z_.]+$/);
      const again = await Promise.all([at.open(doctorId), at.open(doctorId)]);
      expect(again.map(({ reference }) => reference)).toEqual([opened.reference, opened.reference]);
      expect(at.accountsOf(doctorId)).toBe(1);
      expect((await at.open(newId())).reference).not.toBe(opened.reference);
    });

    it('finds the account of which it did not hear the answer', async () => {
      const doctorId = newId();
      at.loseAnswers();
      await expect(at.open(doctorId)).rejects.toEqual(unanswered);
      at.heal();
      expect((await at.open(doctorId)).kind).toBe('account');
      expect(at.accountsOf(doctorId)).toBe(1);
    });

    it('says when money can go to an account, and when it no longer can, in answers and events', async () => {
      const account = await ready();
      const told = at.news(account.reference).findLast((news) => news?.kind === 'account');
      expect(told).toMatchObject({ reference: account.reference, detailsSubmitted: true, isReady: true });
      const { detailsReference } = { ...account, ...told };
      const known = { reference: account.reference, detailsReference };
      expect(await at.provider.retrieveAccount(known)).toMatchObject({
        reference: account.reference,
        detailsSubmitted: true,
        isReady: true,
        disabledReason: null,
        requirements: [],
      });
      at.restrict(account);
      const restricted = { reference: account.reference, detailsSubmitted: true, isReady: false };
      expect(await at.provider.retrieveAccount(known)).toMatchObject({
        ...restricted,
        disabledReason: expect.stringMatching(/^[a-z_.]+$/),
      });
      expect(at.news(account.reference).at(-1)).toMatchObject({ kind: 'account', ...restricted });
    });

    it('sends money once for each attempt, and tells of it', async () => {
      const { reference } = await ready();
      const request = attempt(reference);
      const made = await at.provider.transfer(request);
      expect(made).toMatchObject({
        kind: 'transfer',
        payoutId: request.payoutId,
        attemptId: request.attemptId,
        status: 'made',
        amount: inr(50_00),
        returned: inr(0),
        failureCode: null,
      });
      expect(await at.provider.transfer(request)).toEqual(made);
      expect(await at.provider.retrieveTransfer(made.reference)).toEqual(made);
      expect(at.transfersOf(request.payoutId)).toEqual([inr(50_00)]);
      expect(at.news(made.reference)).toContainEqual(made);
      await at.provider.transfer({ ...request, attemptId: newId() });
      expect(at.transfersOf(request.payoutId)).toHaveLength(2);
    });

    it('sends it once to those who ask at the same time', async () => {
      const { reference } = await ready();
      const request = attempt(reference);
      const all = await Promise.all(Array.from({ length: 5 }, () => at.provider.transfer(request)));
      expect(new Set(all.map((one) => one.reference)).size).toBe(1);
      expect(at.transfersOf(request.payoutId)).toHaveLength(1);
    });

    it('finds the transfer of which it did not hear the answer', async () => {
      const { reference } = await ready();
      const request = attempt(reference);
      at.loseAnswers();
      // Whoever looks before asking again may have found it by now.
      await at.provider.transfer(request).catch((error: unknown) => expect(error).toEqual(unanswered));
      at.heal();
      expect(await at.provider.transfer(request)).toMatchObject({ status: 'made', amount: inr(50_00) });
      expect(at.transfersOf(request.payoutId)).toHaveLength(1);
    });

    it('refuses what cannot be sent: to an account that is not ready, and more than there is', async () => {
      const unready = await at.open(newId());
      await expect(at.provider.transfer(attempt(unready.reference))).rejects.toEqual(refused);
      await expect(at.provider.transfer(attempt('acc_nobody'))).rejects.toEqual(refused);
      const { reference } = await ready();
      const tooMuch = attempt(reference, 10_000_000);
      await expect(at.provider.transfer(tooMuch)).rejects.toEqual(refused);
      expect(at.transfersOf(tooMuch.payoutId)).toEqual([]);
      // The refusal was of that attempt.
      await at.fund(20_000_000);
      const again = { ...tooMuch, attemptId: newId() };
      expect(await at.provider.transfer(again)).toMatchObject({ status: 'made' });
    });

    it('says what was taken back of a transfer', async () => {
      const { reference } = await ready();
      const made = await at.provider.transfer(attempt(reference));
      at.takeBack(made.reference, 10_00);
      expect(await at.provider.retrieveTransfer(made.reference)).toEqual({ ...made, returned: inr(10_00) });
      at.takeBack(made.reference, 40_00);
      expect(await at.provider.retrieveTransfer(made.reference)).toEqual({ ...made, returned: inr(50_00) });
    });
  });
}
