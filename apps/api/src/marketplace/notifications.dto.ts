import { z } from 'zod';
import { NOTIFICATION_TYPES, type Notification } from '#notifications';
import { Instant, iso, isoOrNull, Timestamp } from '../http/fields.ts';
import { listQuery } from '../http/list-query.ts';

export const NotificationType = z.enum(NOTIFICATION_TYPES);

const ORDERINGS = { created_at: 'createdAt', updated_at: 'updatedAt' } as const;

export const ListNotifications = listQuery(ORDERINGS, {
  type: NotificationType.optional(),
  status: z.enum(['read', 'unread']).optional(),
});

export const ListUnread = listQuery(ORDERINGS, { type: NotificationType.optional() });

export const UpdateNotification = z.object({ read: z.boolean() });

export const MarkAllRead = z
  .object({
    before: Instant.optional().describe(
      'Leaves alone what came at or after it: what the reader has not seen.',
    ),
  })
  .optional();

export const NotificationAnswer = z
  .object({
    id: z.uuid(),
    type: NotificationType,
    title: z.string(),
    body: z.string(),
    data: z
      .object({
        appointment_id: z.uuid(),
        room_id: z.uuid(),
        payment_id: z.uuid(),
        refund_id: z.uuid(),
        dispute_id: z.uuid(),
        prescription_id: z.uuid(),
        doctor_id: z.uuid(),
        break_glass_id: z.uuid(),
        patient_id: z.uuid(),
      })
      .partial()
      .describe('What it is about.'),
    read: z.boolean(),
    read_at: Timestamp.nullable(),
    created_at: Timestamp,
    updated_at: Timestamp,
  })
  .meta({ id: 'Notification' });

export const MarkedAnswer = z.object({ marked: z.int().describe('How many were unread.') });

export function toNotification(notification: Notification): z.infer<typeof NotificationAnswer> {
  const { appointmentId, roomId, paymentId, refundId, disputeId } = notification.data;
  const { prescriptionId, doctorId, grantId, patientId } = notification.data;
  return {
    id: notification.id,
    type: notification.type,
    title: notification.title,
    body: notification.body,
    data: {
      ...(appointmentId && { appointment_id: appointmentId }),
      ...(roomId && { room_id: roomId }),
      ...(paymentId && { payment_id: paymentId }),
      ...(refundId && { refund_id: refundId }),
      ...(disputeId && { dispute_id: disputeId }),
      ...(prescriptionId && { prescription_id: prescriptionId }),
      ...(doctorId && { doctor_id: doctorId }),
      ...(grantId && { break_glass_id: grantId }),
      ...(patientId && { patient_id: patientId }),
    },
    read: notification.readAt !== null,
    read_at: isoOrNull(notification.readAt),
    created_at: iso(notification.createdAt),
    updated_at: iso(notification.updatedAt),
  };
}
