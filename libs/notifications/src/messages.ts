import { type Money, toDecimal } from '#kernel';
import type { NotificationType } from './notification.entity.ts';

/** What a notification says. The same words stand in the app and in the mail. */
export interface Message {
  readonly title: string;
  readonly body: string;
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

interface PaymentFacts extends VisitFacts {
  readonly amount: Money;
}

/**
 * Everything that people are told, in English. A mail passes through many hands and a screen can be read
 * over a shoulder: a message tells who meets when, and nothing of health. The patient's name is left out
 * of what the doctor gets for the same reason.
 */
export const MESSAGES = {
  appointment_confirmed: (visit: VisitFacts) => ({
    title: 'Your video visit is confirmed',
    body: `${theVisit(visit)} is confirmed for ${when(visit)}.`,
  }),
  appointment_rescheduled: (visit: VisitFacts) => ({
    title: 'Your video visit was moved',
    body: `${theVisit(visit)} now takes place on ${when(visit)}.`,
  }),
  appointment_cancelled: (visit: VisitFacts) => ({
    title: 'Your video visit was cancelled',
    body: `${theVisit(visit)} on ${when(visit)} was cancelled and will not take place.`,
  }),
  appointment_reminder: (visit: VisitFacts) => ({
    title: 'Your video visit is coming up',
    body: `${theVisit(visit)} starts on ${when(visit)}.`,
  }),
  appointment_started: (visit: VisitFacts) => ({
    title: 'The doctor is here',
    body: `${visit.doctorName} has begun the visit and is waiting for you.`,
  }),
  appointment_missed: (visit: VisitFacts) => ({
    title: 'Your video visit did not take place',
    body: `${theVisit(visit)} on ${when(visit)} did not take place. ${missed(visit)}`,
  }),
  appointment_offered: (visit: VisitFacts) => ({
    title: 'A time is kept for you',
    body:
      `${theVisit(visit)} on ${when(visit)} is kept for you until ` +
      `${when({ ...visit, startsAt: visit.heldUntil ?? visit.startsAt })}. Log in to take it or to let it go.`,
  }),
  payment_received: ({ amount, ...visit }: PaymentFacts) => ({
    title: 'Your payment was received',
    body: `You paid ${price(amount)} for the video visit with ${visit.doctorName} on ${when(visit)}.`,
  }),
  refund_made: ({ amount, ...visit }: PaymentFacts) => ({
    title: 'Your refund is on its way',
    body:
      `${price(amount)} for the video visit with ${visit.doctorName} on ${when(visit)} go back to the way ` +
      'you paid. It can take some days until your bank shows it.',
  }),
  prescription_ready: ({ doctorName }: { readonly doctorName: string }) => ({
    title: 'A prescription is ready',
    body: `${doctorName} has signed a prescription for you. Log in to see it.`,
  }),
  doctor_approved: () => ({
    title: 'Your licence was approved',
    body: 'Your profile is now listed and patients can book visits with you.',
  }),
  doctor_rejected: () => ({
    title: 'Your licence was not approved',
    body: 'Log in to see the reason in your profile. You can send your documents again.',
  }),
} satisfies Record<NotificationType, (facts: never) => Message>;

/** The text of a mail around a message. */
export function letter(to: string, body: string, link?: { label: string; url: string }): string {
  const action = link ? [`${link.label}:\n${link.url}`] : [];
  return [`Hello ${to},`, body, ...action, 'Televisit', 'Nobody reads replies to this mail.', '']
    .join('\n\n')
    .trimEnd()
    .concat('\n');
}

function theVisit({ side, doctorName }: VisitFacts): string {
  return side === 'patient' ? `Your video visit with ${doctorName}` : 'Your video visit with a patient';
}

function missed({ side, absent }: VisitFacts): string {
  if (absent === 'patient') {
    return side === 'patient' ? 'You did not come in time.' : 'The patient did not come in time.';
  }
  return side === 'patient'
    ? 'The doctor did not come. What you paid is given back to you.'
    : 'You did not begin it. What was paid is given back.';
}

/** `Tuesday, 3 March 2026 at 14:00 (Asia/Kolkata)` */
function when({ startsAt, timeZone }: VisitFacts): string {
  const local = startsAt.toZonedDateTimeISO(timeZone);
  return `${local.toLocaleString('en-GB', { dateStyle: 'full', timeStyle: 'short' })} (${timeZone})`;
}

function price(amount: Money): string {
  return `${toDecimal(amount)} ${amount.currency}`;
}
