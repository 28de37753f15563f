import type { Money } from '#kernel';
import type { NotificationType } from '../feed/notification.entity.ts';
import type { Voice } from './voice.ts';

/** What a notification says. Title and body stand in the app and in the mail. */
export interface Message {
  readonly title: string;
  readonly body: string;
  /** For a text message and a lock screen: it says less, since others may read it too. */
  readonly short: string;
}

/** A message before its reader's language is known. */
export interface Wording {
  readonly say: (voice: Voice) => Message;
}

/** A visit as one of its two people is told of it. */
export interface VisitFacts {
  readonly side: 'patient' | 'doctor';
  readonly doctorName: string;
  readonly startsAt: Temporal.Instant;
  /** The reader's own zone. */
  readonly timeZone: string;
  /** Until when it is kept for a patient who has yet to take it. */
  readonly heldUntil: Temporal.Instant | null;
  /** Who did not come. */
  readonly absent: 'patient' | 'doctor' | 'both' | null;
}

/** When something ends, and the reader's own zone. */
interface Deadline {
  readonly endsAt: Temporal.Instant;
  readonly timeZone: string;
}

interface PaymentFacts extends VisitFacts {
  readonly amount: Money;
}

/**
 * Everything that people are told; the words are in `texts/`. A mail passes through many hands and a screen
 * can be read over a shoulder: a message tells who meets when, and nothing of health. The patient's name is
 * left out of what the doctor gets for the same reason.
 */
export const MESSAGES = {
  appointment_confirmed: (visit: VisitFacts) => ofVisit('appointment_confirmed', visit),
  appointment_rescheduled: (visit: VisitFacts) => ofVisit('appointment_rescheduled', visit),
  appointment_cancelled: (visit: VisitFacts) => ofVisit('appointment_cancelled', visit),
  appointment_reminder: (visit: VisitFacts) => ofVisit('appointment_reminder', visit),
  appointment_started: ({ doctorName }: VisitFacts) =>
    saying('appointment_started', () => ({ doctor: doctorName })),
  /** `startsAt` is when it will begin. */
  appointment_delayed: ({ doctorName, startsAt, timeZone }: VisitFacts) =>
    saying('appointment_delayed', (voice) => ({
      doctor: doctorName,
      when: voice.when(startsAt, timeZone),
    })),
  appointment_missed: (visit: VisitFacts) =>
    ofVisit('appointment_missed', visit, visit.absent === 'patient' ? 'without_patient' : 'without_doctor'),
  appointment_offered: (visit: VisitFacts) => ofVisit('appointment_offered', visit),
  payment_received: (facts: PaymentFacts) => ofPayment('payment_received', facts),
  refund_made: (facts: PaymentFacts) => ofPayment('refund_made', facts),
  refund_failed: (facts: PaymentFacts) => ofPayment('refund_failed', facts),
  refund_to_look_at: ({ amount }: { readonly amount: Money }) =>
    saying('refund_to_look_at', (voice) => ({ amount: voice.price(amount) })),
  payment_disputed: ({ amount }: { readonly amount: Money }) =>
    saying('payment_disputed', (voice) => ({ amount: voice.price(amount) })),
  prescription_ready: ({ doctorName }: { readonly doctorName: string }) =>
    saying('prescription_ready', () => ({ doctor: doctorName })),
  doctor_approved: () => saying('doctor_approved'),
  doctor_rejected: () => saying('doctor_rejected'),
  licence_expiring: ({ lastDay }: { readonly lastDay: Temporal.PlainDate }) =>
    saying('licence_expiring', (voice) => ({ day: voice.day(lastDay) })),
  licence_expired: () => saying('licence_expired'),
  licence_revoked: () => saying('licence_revoked'),
  subscription_trial_ending: ({ endsAt, timeZone }: Deadline) =>
    saying('subscription_trial_ending', (voice) => ({ when: voice.when(endsAt, timeZone) })),
  subscription_past_due: () => saying('subscription_past_due'),
  chart_opened_in_emergency: () => saying('chart_opened_in_emergency'),
  identity_approved: () => saying('identity_approved'),
  identity_rejected: () => saying('identity_rejected'),
  calendar_address_made: () => saying('calendar_address_made'),
  dependant_of_age: () => saying('dependant_of_age'),
  chart_handed_over: () => saying('chart_handed_over'),
  export_ready: ({
    expiresAt,
    timeZone,
  }: {
    readonly expiresAt: Temporal.Instant;
    readonly timeZone: string;
  }) => saying('export_ready', (voice) => ({ until: voice.when(expiresAt, timeZone) })),
} satisfies Record<Exclude<NotificationType, 'announcement'>, (facts: never) => Wording>;

/** The text of a mail around a message. */
export function letter(
  voice: Voice,
  to: string,
  body: string,
  link?: { readonly label: string; readonly url: string },
): string {
  const action = link ? [`${voice.text(link.label)}:\n${link.url}`] : [];
  return [
    voice.text('letter.greeting', { name: to }),
    body,
    ...action,
    voice.text('letter.signature'),
    voice.text('letter.no_replies'),
  ]
    .join('\n\n')
    .concat('\n');
}

/** A message whose texts are `title`, `body` and `short` below its type. */
function saying(type: string, valuesIn: (voice: Voice) => Record<string, string> = () => ({})): Wording {
  return {
    say: (voice) => {
      const values = valuesIn(voice);
      return {
        title: voice.text(`${type}.title`),
        body: voice.text(`${type}.body`, values),
        short: voice.text(`${type}.short`, values),
      };
    },
  };
}

/** A message whose body, `patient` or `doctor`, depends on who reads it, and perhaps on what happened. */
function ofVisit(
  type: string,
  { side, doctorName, startsAt, timeZone, heldUntil }: VisitFacts,
  what?: string,
): Wording {
  const body = what ? `${type}.${what}.${side}` : `${type}.${side}`;
  return {
    say: (voice) => {
      const until = heldUntil && { until: voice.when(heldUntil, timeZone) };
      return {
        title: voice.text(`${type}.title`),
        body: voice.text(body, { doctor: doctorName, when: voice.when(startsAt, timeZone), ...until }),
        short: voice.text(`${type}.short`, { when: voice.shortly(startsAt, timeZone) }),
      };
    },
  };
}

function ofPayment(type: string, { amount, doctorName, startsAt, timeZone }: PaymentFacts): Wording {
  return saying(type, (voice) => ({
    amount: voice.price(amount),
    doctor: doctorName,
    when: voice.when(startsAt, timeZone),
  }));
}
