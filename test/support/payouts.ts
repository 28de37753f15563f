import type { TestServer } from './app.ts';
import { type PaidVisit, paidVisit, settled } from './paying.ts';
import { type DoctorPerson, type Person, registerDoctor } from './people.ts';

/** A doctor to whom money can be sent. */
export async function payableDoctor(
  app: TestServer,
  admin: Person,
  profile: Record<string, unknown> = {},
): Promise<DoctorPerson> {
  const doctor = await registerDoctor(app, admin, profile);
  app.sandbox.control.completeOnboarding(await openPayoutAccount(doctor));
  await settled(app);
  return doctor;
}

/** @returns the provider's id of the account. */
export async function openPayoutAccount(doctor: Person): Promise<string> {
  const answer = await doctor.client.post('/api/payments/payout-account/', {});
  if (answer.status !== 201) throw new Error(`No payout account: ${JSON.stringify(answer.body)}`);
  return answer.body.data.provider_reference;
}

/** A visit that was paid and held: its money is the doctor's. */
export async function earnedVisit(app: TestServer, doctor: DoctorPerson): Promise<PaidVisit> {
  const visit = await paidVisit(app, doctor);
  for (const step of ['start', 'end']) {
    const answer = await doctor.client.post(`/api/appointments/${visit.appointmentId}/${step}/`);
    if (answer.status !== 200) throw new Error(`No ${step}: ${JSON.stringify(answer.body)}`);
  }
  await settled(app);
  return visit;
}

/** The balances of a doctor's accounts, as the doctor sees them: what is owed to the doctor is positive. */
export async function doctorBalances(
  app: TestServer,
  doctorId: string,
): Promise<Readonly<Record<string, number>>> {
  const rows = await app.sql<{ kind: string; balance: string }>(
    `select a.kind, -sum(p.amount) as balance from ledger_postings p join ledger_accounts a on a.id = p.account_id
     where a.practitioner_id = $1 group by a.kind having sum(p.amount) <> 0`,
    [doctorId],
  );
  return Object.fromEntries(rows.map(({ kind, balance }) => [kind, Number(balance)]));
}

/** What reached a doctor's account at the provider, less what was taken back, in minor units. */
export async function transferredTo(app: TestServer, doctorId: string): Promise<number> {
  const [account] = await app.sql<{ provider_reference: string }>(
    `select provider_reference from payout_accounts where practitioner_id = $1`,
    [doctorId],
  );
  return app.sandbox.control
    .transfers()
    .filter(({ destination }) => destination === account?.provider_reference)
    .reduce((sum, { amount, amount_reversed }) => sum + amount - amount_reversed, 0);
}
