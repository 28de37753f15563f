import { expect } from 'expect';
import { eventually } from '../eventually.ts';
import { settled } from '../paying.ts';
import { Acts } from './acts.ts';
import { assertSound } from './sound-books.ts';
import { chanceOf, type Fault, type Group } from './steps.ts';
import type { World } from './world.ts';

/** Who does the jobs, and what else goes on. */
export interface Surroundings {
  startWorker(): Promise<void>;
  stopWorker(): Promise<void>;
  /** Goes on while a group of things happens. */
  meanwhile?(chance: () => number): Promise<void>;
}

/** So often everything comes to rest: every so many groups. */
const REST_EVERY = 3;

/** Lives a life, and brings what it left open to its end. */
export async function live(
  world: World,
  groups: readonly Group[],
  surroundings: Surroundings,
): Promise<void> {
  const acts = new Acts(world);
  for (const [index, { steps, mail, fault, seed }] of groups.entries()) {
    const chance = chanceOf(seed);
    world.post.set(mail);
    goWrong(world, fault);
    await (fault === 'noWorker' ? surroundings.stopWorker() : surroundings.startWorker());
    world.post.deliver(mail, chance);
    await Promise.all([...steps.map((step) => acts.do(step)), surroundings.meanwhile?.(chance)]);
    // What jobs let the providers tell from now on goes the way of the mail.
    world.post.set(mail);
    if (fault === 'noWorker' || index % REST_EVERY > 0) continue;
    await settled(world.app);
    await assertSound(world);
  }
  await surroundings.startWorker();
  await end(world, chanceOf(groups.length));
}

function goWrong({ sides }: World, fault: Fault): void {
  for (const { control } of sides) {
    // A request is tried three times, and some are to be answered.
    if (fault === 'outage') control.breakDown(5);
    else if (fault === 'destroy' || fault === 'hang' || fault === 'error') control.dropResponses(4, fault);
  }
}

/** Banks decide, holds end, what was lost is found by comparing, and what is told after that changes nothing. */
async function end(world: World, chance: () => number): Promise<void> {
  const { app, post, visits } = world;
  const { control } = app.sandbox;
  post.set('live');
  for (const account of control.accounts()) control.completeOnboarding(account.id);
  for (const { doctor, reference } of visits) doctor.side.bankSpeaks(reference, chance() < 0.5);
  await catchUp(world);
  post.set('none');
  for (const { id } of control.disputes()) {
    const dispute = control.disputes().find((one) => one.id === id);
    const isOpen = !['won', 'lost', 'warning_closed'].includes(dispute?.status ?? '');
    if (isOpen) control.closeDispute(id, chance() < 0.5 ? 'won' : 'lost');
  }
  await app.sql(
    `update appointments set hold_expires_at = now() - interval '1 second' where status = 'held'`,
  );
  await catchUp(world);
  await app.sql(`insert into pgboss.job (name, data) values ('payments.reconcile-daily', '{}')`);
  await catchUp(world);
  post.set('live');
  // A refund that ends may be followed by another; a provider that was left alone is asked again.
  const isOver = eventually(async () => {
    post.deliver('shuffled', chance);
    await catchUp(world);
    for (const side of world.sides) {
      const pending = side.refunds().filter(({ status }) => status === 'pending');
      for (const { id } of pending) side.settleRefund(id, true);
    }
    await catchUp(world);
    return (await app.sql(UNFINISHED)).length === 0;
  }, 'all money has come to its end');
  await isOver.catch(async (error: unknown) => {
    // What has not says more than that.
    expect(await app.sql(UNFINISHED)).toEqual([]);
    throw error;
  });
}

const UNFINISHED = `
  select provider || ' payment ' || status as what, id from payments
    where status in ('created', 'requires_action', 'processing', 'failed')
  union all select 'refund ' || status, id from refunds where status = 'pending'
  union all select 'payout ' || status, id from payouts where status in ('approved', 'processing')`;

/** The time of everything that was put off has come. */
async function catchUp({ app }: World): Promise<void> {
  await settled(app);
  await app.sql(
    `update pgboss.job set start_after = now() where state in ('created', 'retry') and start_after > now()
     and name in ('payments.reconcile', 'payments.collect', 'payments.execute-refund', 'payments.execute-payout',
                  'payments.process-webhook', 'payments.book-provider-fee', 'appointments.expire-hold')`,
  );
  await settled(app);
}
