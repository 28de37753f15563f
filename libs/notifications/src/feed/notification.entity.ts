import type { Selectable } from 'kysely';
import type { Tables } from '#platform';

type Row = Selectable<Tables['notifications']>;

/** What a person is told of, so that a client can show each kind its own way. */
export const NOTIFICATION_TYPES = [
  'appointment_confirmed',
  'appointment_rescheduled',
  'appointment_cancelled',
  'appointment_reminder',
  'appointment_started',
  'appointment_delayed',
  'appointment_missed',
  'appointment_offered',
  'payment_received',
  'refund_made',
  'refund_failed',
  'refund_to_look_at',
  'payment_disputed',
  'prescription_ready',
  'doctor_approved',
  'doctor_rejected',
  'licence_expiring',
  'licence_expired',
  'licence_revoked',
  'subscription_trial_ending',
  'subscription_past_due',
  'chart_opened_in_emergency',
  'identity_approved',
  'identity_rejected',
  'export_ready',
  'calendar_address_made',
  'dependant_of_age',
  'chart_handed_over',
  'announcement',
] as const;

export type NotificationType = (typeof NOTIFICATION_TYPES)[number];

/** What a notification is about: ids that its reader may look up, never health data. */
export interface NotificationData {
  readonly appointmentId?: string;
  readonly roomId?: string;
  readonly paymentId?: string;
  readonly refundId?: string;
  readonly disputeId?: string;
  readonly prescriptionId?: string;
  readonly doctorId?: string;
  readonly grantId?: string;
  readonly patientId?: string;
}

export interface Notification
  extends Pick<Row, Exclude<(typeof NOTIFICATION_COLUMNS)[number], 'type' | 'data'>> {
  readonly type: NotificationType;
  readonly data: NotificationData;
}

export const NOTIFICATION_COLUMNS = [
  'id',
  'userId',
  'position',
  'type',
  'title',
  'body',
  'data',
  'readAt',
  'createdAt',
  'updatedAt',
] as const;

export function asNotification(row: Pick<Row, (typeof NOTIFICATION_COLUMNS)[number]>): Notification {
  return { ...row, type: row.type as NotificationType, data: row.data as NotificationData };
}
