import { setTimeout as sleep } from 'node:timers/promises';
import { type Data, PATIENCE } from './caller.ts';
import { DemoFailure } from './demo-failure.ts';
import type { DemoVisit, Stage } from './stage.ts';

/** The patient pays; the provider's webhook confirms; both are told. */
export async function payment(stage: Stage, visit: DemoVisit): Promise<void> {
  const { screen, cast } = stage;
  const { patient } = cast;
  screen.step('The patient pays; the provider’s signed webhook confirms; both are told');
  const intent = await patient.post(
    '/api/payments/intent/',
    { appointment_id: visit.id },
    {
      show: ({ transaction, expires_at }) => ({ id: transaction.id, status: transaction.status, expires_at }),
    },
  );
  if (!intent.checkout_url) {
    throw new DemoFailure(
      'This server takes real payments: the demo needs the sandbox that `npm start` brings.',
    );
  }
  await payAtSandbox(stage, intent.checkout_url);
  await patient.until(`/api/appointments/${visit.id}/`, {
    what: 'it is scheduled',
    isMet: ({ status }) => status === 'scheduled',
    show: ({ id, status, start }) => ({ id, status, start }),
  });
  await patient.until('/api/notifications/unread/', {
    what: 'she is told',
    isMet: ({ items }) => items.some(({ type }: Data) => type === 'appointment_confirmed'),
    show: ({ items }) => items.map(({ title }: Data) => title),
  });
  await readMail(stage, cast.patientEmail);
  await readMail(stage, cast.doctorEmail);
  await patient.get(`/api/appointments/${visit.id}/reminders/`, {
    show: ({ items }) => items.map(({ status, due_at }: Data) => ({ status, due_at })),
  });
}

/** What the button of the sandbox's page does. */
async function payAtSandbox({ screen }: Stage, checkoutUrl: string): Promise<void> {
  screen.request('patient', 'POST', checkoutUrl.replace(/_secret_.*/, '_secret_…'));
  const response = await fetch(checkoutUrl, { method: 'POST', body: new URLSearchParams({ action: 'pay' }) });
  if (!response.ok) throw new DemoFailure(`The payment was refused: ${await response.text()}`);
  screen.answer(response.status, 'paid with the card 4242 4242 4242 4242');
}

async function readMail({ screen, baseUrl }: Stage, to: string): Promise<void> {
  screen.request('mailbox', 'GET', `/dev/mail?format=json   (until ${to} is invited)`);
  const limit = performance.now() + PATIENCE;
  while (performance.now() < limit) {
    const response = await fetch(new URL('/dev/mail?format=json', baseUrl));
    if (!response.ok) {
      screen.note('This server keeps no mails to look at.');
      return;
    }
    const { data: mails } = (await response.json()) as { data: Mail[] };
    const mail = mails.find((one) => one.to === to && one.attachments.some(isInvitation));
    if (mail) {
      const invitation = mail.attachments.find(isInvitation);
      screen.answer(200, `${mail.subject} (+ ${invitation?.name})`);
      screen.link('mail', new URL(`/dev/mail/${mail.id}`, baseUrl).href);
      return;
    }
    await sleep(200);
  }
  throw new DemoFailure(`No mail with an invitation came to ${to}.`);
}

interface Mail {
  readonly id: string;
  readonly to: string;
  readonly subject: string;
  readonly attachments: readonly { readonly name: string; readonly content_type: string }[];
}

const isInvitation = ({ content_type }: Mail['attachments'][number]) =>
  content_type.includes('calendar') || content_type.includes('ics');
