import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { startTestApp, type TestApp } from '../../support/app.ts';
import { failedJobs, PAYING_APP, settled } from '../../support/paying.ts';
import { doctorBalances, earnedVisit, payableDoctor, transferredTo } from '../../support/payouts.ts';
import { type DoctorPerson, type Person, registerAdmin } from '../../support/people.ts';

const MONTH = new Date().toISOString().slice(0, 7);
const kwd = (amount: number) => ({ amount, currency: 'KWD' });
/** The doctor's part of one visit: 1.250 less 15 %, half up. */
const NET = 1062;

describe('payouts in a currency that is sent in steps', () => {
  let app: TestApp;
  let author: Person;
  let approver: Person;

  before(async () => {
    app = await startTestApp(PAYING_APP);
    author = await registerAdmin(app);
    approver = await registerAdmin(app);
  });
  after(() => app.close());

  const newDoctor = () => payableDoctor(app, author, { consultation_fee: kwd(1250) });
  const generate = async (doctor: DoctorPerson) => {
    const body = { doctor_id: doctor.doctorId, month: MONTH };
    return (await author.client.post('/api/payments/payouts/generate/', body)).body.data.payouts[0];
  };
  const decide = (id: string, status: string) =>
    approver.client.put(`/api/payments/payouts/${id}/`, { status });
  const approve = async (id: string) => {
    expect((await decide(id, 'approved')).status).toBe(200);
    await settled(app);
  };
  const payout = async (id: string) => (await author.client.get(`/api/payments/payouts/${id}/`)).body.data;

  it('pay what can be sent, and carry the rest over to the next one', async () => {
    const doctor = await newDoctor();
    await earnedVisit(app, doctor);
    const { payout: first, summary } = await generate(doctor);
    expect(summary.net).toEqual(kwd(NET));
    expect(first).toMatchObject({ amount: kwd(1060), carried_over: kwd(2) });
    await approve(first.id);
    expect(await payout(first.id)).toMatchObject({ status: 'paid' });
    expect(await doctorBalances(app, doctor.doctorId)).toEqual({ doctor_available: 2 });
    // Less than one step is not sent alone.
    const alone = await author.client.post('/api/payments/payouts/', { doctor_id: doctor.doctorId });
    expect(alone).toMatchObject({ status: 409, body: { details: { code: 'nothing_to_pay_out' } } });

    await earnedVisit(app, doctor);
    const { payout: second } = await generate(doctor);
    expect(second).toMatchObject({ amount: kwd(1060), carried_over: kwd(4) });
    await approve(second.id);
    expect(await payout(second.id)).toMatchObject({
      lines: [
        { kind: 'carried_over', net: kwd(2) },
        { kind: 'earning', net: kwd(NET) },
      ],
      summary: { other: kwd(2), net: kwd(1064) },
    });
    expect(await doctorBalances(app, doctor.doctorId)).toEqual({ doctor_available: 4 });
    expect(await transferredTo(app, doctor.doctorId)).toBe(2120);
  });

  it('carry nothing over twice when a payout is approved, called off and made anew', async () => {
    const doctor = await newDoctor();
    await earnedVisit(app, doctor);
    const { payout: first } = await generate(doctor);
    // The provider refuses it: nothing can be sent to an account that is restricted.
    const [account] = await app.sql<{ provider_reference: string }>(
      'select provider_reference from payout_accounts where practitioner_id = $1',
      [doctor.doctorId],
    );
    app.sandbox.control.restrictAccount(account?.provider_reference ?? '');
    await app.sql('update payout_accounts set is_ready = true where practitioner_id = $1', [doctor.doctorId]);
    await decide(first.id, 'approved');
    await settled(app);
    expect((await payout(first.id)).status).not.toBe('paid');
    expect(await doctorBalances(app, doctor.doctorId)).toEqual({ doctor_available: NET });
    app.sandbox.control.completeOnboarding(account?.provider_reference ?? '');
    await settled(app);
    await decide(first.id, 'cancelled');
    const { payout: second, lines } = await generate(doctor);
    expect(lines.map(({ kind }: { kind: string }) => kind)).toEqual([
      'earning',
      'carried_over',
      'carried_over_undone',
    ]);
    expect(second).toMatchObject({ amount: kwd(1060), carried_over: kwd(2) });
    await approve(second.id);
    expect(await doctorBalances(app, doctor.doctorId)).toEqual({ doctor_available: 2 });
    expect(await transferredTo(app, doctor.doctorId)).toBe(1060);
  });

  it('are asked for in steps', async () => {
    const doctor = await newDoctor();
    await earnedVisit(app, doctor);
    const create = (amount: number) =>
      author.client.post('/api/payments/payouts/', { doctor_id: doctor.doctorId, amount: kwd(amount) });
    expect(await create(505)).toMatchObject({
      status: 400,
      body: { details: { code: 'payout_not_transferable', step: 10 } },
    });
    expect((await create(500)).body.data).toMatchObject({ kind: 'advance', carried_over: kwd(0) });
    expect(await failedJobs(app)).toEqual([]);
  });
});
