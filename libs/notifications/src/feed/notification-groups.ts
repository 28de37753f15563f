import type { NotificationType } from './notification.entity.ts';

/** The ways out of the app. */
export const CHANNELS = ['email', 'sms', 'push'] as const;
export type Channel = (typeof CHANNELS)[number];

/** Whether a message goes out by a channel unless its reader says otherwise; `always` is not theirs to say. */
type Usual = boolean | 'always';

/**
 * What people choose by: each group of types with its channels. A channel that a group lacks would come too
 * late or say too little to be of use. Receipts and refunds are always mailed: they are what a person proves
 * a payment with. That a stranger opened one's chart is always mailed, too. Codes and warnings about an account are mails of `auth`, and never pass through here.
 */
export const NOTIFICATION_GROUPS = {
  appointments: { email: true, sms: false, push: true },
  reminders: { email: true, sms: true, push: true },
  visit_calls: { sms: true, push: true },
  payments: { email: 'always', sms: false, push: true },
  records: { email: true, sms: false, push: true },
  practice: { email: true, sms: false, push: true },
  chart_access: { email: 'always', sms: false, push: true },
  account: { email: true, sms: false, push: true },
  operations: { email: true, push: true },
  announcements: { email: true, sms: true, push: true },
} as const satisfies Record<string, Partial<Record<Channel, Usual>>>;

export type NotificationGroup = keyof typeof NOTIFICATION_GROUPS;

interface Kind {
  readonly group: NotificationGroup;
  /** Of use now or not at all: quiet hours do not hold it back. */
  readonly urgent?: boolean;
}

export const NOTIFICATION_KINDS: Readonly<Record<NotificationType, Kind>> = {
  appointment_confirmed: { group: 'appointments' },
  appointment_rescheduled: { group: 'appointments' },
  appointment_cancelled: { group: 'appointments' },
  appointment_reminder: { group: 'reminders' },
  appointment_started: { group: 'visit_calls', urgent: true },
  appointment_delayed: { group: 'visit_calls', urgent: true },
  appointment_missed: { group: 'appointments' },
  appointment_offered: { group: 'appointments', urgent: true },
  payment_received: { group: 'payments' },
  refund_made: { group: 'payments' },
  refund_failed: { group: 'payments' },
  refund_to_look_at: { group: 'operations' },
  payment_disputed: { group: 'operations' },
  prescription_ready: { group: 'records' },
  doctor_approved: { group: 'practice' },
  doctor_rejected: { group: 'practice' },
  licence_expiring: { group: 'practice' },
  licence_expired: { group: 'practice' },
  licence_revoked: { group: 'practice' },
  subscription_trial_ending: { group: 'practice' },
  subscription_past_due: { group: 'payments' },
  chart_opened_in_emergency: { group: 'chart_access' },
  identity_approved: { group: 'account' },
  identity_rejected: { group: 'account' },
  export_ready: { group: 'account' },
  calendar_address_made: { group: 'account' },
  dependant_of_age: { group: 'account' },
  chart_handed_over: { group: 'account' },
  announcement: { group: 'announcements' },
};

/** What a person chose that differs from the usual. */
export type Choices = Partial<Record<NotificationGroup, Partial<Record<Channel, boolean>>>>;

const usual = (group: NotificationGroup): Partial<Record<Channel, Usual>> => NOTIFICATION_GROUPS[group];

export const channelsOf = (group: NotificationGroup): Channel[] =>
  CHANNELS.filter((channel) => usual(group)[channel] !== undefined);

export const isMandatory = (group: NotificationGroup, channel: Channel): boolean =>
  usual(group)[channel] === 'always';

/** Whether messages of a group go out by a channel to somebody who chose this. */
export function isOn(choices: Choices, group: NotificationGroup, channel: Channel): boolean {
  const rule = usual(group)[channel];
  if (rule === undefined || rule === 'always') return rule === 'always';
  return choices[group]?.[channel] ?? rule;
}
