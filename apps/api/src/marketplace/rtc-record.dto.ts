import { z } from 'zod';
import {
  type CallRecord,
  DEVICE_STATES,
  GUEST_KINDS,
  PRE_CALL_PROBLEMS,
  type PreCallFindings,
  type PreCallTest,
  ROOM_ROLES,
  TURN_STATES,
  VERDICTS,
} from '#rtc';
import { iso, isoOrNull, Timestamp } from '../http/fields.ts';
import { listQuery } from '../http/list-query.ts';
import { GuestSecret } from './rtc-guests.dto.ts';

const measured = z.number().nullable();
const CANDIDATE_TYPES = ['host', 'srflx', 'prflx', 'relay'] as const;

const Presence = z.object({
  participant_id: z.uuid(),
  name: z.string(),
  role: z.enum(ROOM_ROLES),
  guest_kind: z.enum(GUEST_KINDS).nullable(),
  joined_at: Timestamp,
  left_at: Timestamp.nullable(),
  left_reason: z.string().nullable(),
});

const QualityMinute = z.object({
  participant_id: z.uuid().describe('Who measured.'),
  about_participant_id: z.uuid().nullable().describe('The other side, where it was named.'),
  minute: Timestamp,
  reports: z.int(),
  connection_type: z.string().nullable().describe('`host`, `srflx`, `prflx`, or `relay` for TURN.'),
  packet_loss: measured.describe('Mean share of 1.'),
  packet_loss_max: measured,
  round_trip_ms: measured,
  round_trip_ms_max: measured,
  jitter_ms: measured,
  bitrate_in_kbps: measured,
  bitrate_out_kbps: measured,
  freeze_count: measured.describe('Since the connection began.'),
});

const TimelineEntry = z.object({
  at: Timestamp,
  action: z.string(),
  actor_user_id: z.uuid().nullable(),
  about: z.string().nullable().describe('The participant or guest, or why the visit ended.'),
});

export const RecordAnswer = z
  .object({
    room_id: z.uuid(),
    appointment_id: z.uuid(),
    started_at: Timestamp.nullable(),
    ended_at: Timestamp.nullable(),
    end_reason: z.string().nullable(),
    presences: z.array(Presence),
    quality: z.array(QualityMinute),
    timeline: z.array(TimelineEntry),
  })
  .meta({ id: 'CallRecord' });

const Findings = z.object({
  camera: z.enum(DEVICE_STATES),
  microphone: z.enum(DEVICE_STATES),
  signalling: z.enum(['ok', 'failed']).describe('Whether a WebSocket came about.'),
  turn: z.enum(TURN_STATES),
  candidate_types: z.array(z.enum(CANDIDATE_TYPES)).max(CANDIDATE_TYPES.length),
  round_trip_ms: z.number().min(0).max(60_000).optional(),
  bitrate_kbps: z
    .number()
    .min(0)
    .max(10_000_000)
    .optional()
    .describe('What got through of what a call would send.'),
  packet_loss: z.number().min(0).max(1).optional().describe('A share of 1.'),
});

export const SavePreCallTest = Findings.transform(toFindings);

export const SaveGuestPreCallTest = Findings.extend({ key: GuestSecret }).transform(({ key, ...found }) => ({
  key,
  findings: toFindings(found),
}));

function toFindings({
  candidate_types,
  round_trip_ms,
  bitrate_kbps,
  packet_loss,
  ...found
}: z.output<typeof Findings>): PreCallFindings {
  return {
    ...found,
    candidateTypes: candidate_types,
    ...(round_trip_ms !== undefined && { roundTripMs: round_trip_ms }),
    ...(bitrate_kbps !== undefined && { bitrateKbps: bitrate_kbps }),
    ...(packet_loss !== undefined && { packetLoss: packet_loss }),
  };
}

export const ListPreCallTests = listQuery({ created_at: 'createdAt' }, {}, ['created']);

export const PreCallTestAnswer = z
  .object({
    id: z.uuid(),
    room_id: z.uuid(),
    participant_id: z.uuid().describe('Whose devices and connection.'),
    name: z.string(),
    role: z.enum(ROOM_ROLES),
    guest_kind: z.enum(GUEST_KINDS).nullable(),
    camera: z.enum(DEVICE_STATES),
    microphone: z.enum(DEVICE_STATES),
    signalling: z.enum(['ok', 'failed']),
    turn: z.enum(TURN_STATES),
    candidate_types: z.array(z.enum(CANDIDATE_TYPES)),
    round_trip_ms: measured,
    bitrate_kbps: measured,
    packet_loss: measured,
    verdict: z.enum(VERDICTS),
    problems: z.array(z.enum(PRE_CALL_PROBLEMS)),
    summary: z.string().describe('The verdict in the reader’s language.'),
    advice: z.array(z.string()).describe('What to do about each problem, in the same order.'),
    created_at: Timestamp,
  })
  .meta({ id: 'PreCallTest' });

export function toRecord(record: CallRecord): z.infer<typeof RecordAnswer> {
  const { room } = record;
  return {
    room_id: room.id,
    appointment_id: room.appointmentId,
    started_at: isoOrNull(room.startedAt),
    ended_at: isoOrNull(room.endedAt),
    end_reason: room.endReason,
    presences: record.presences.map((presence) => ({
      participant_id: presence.participantId,
      name: presence.name,
      role: presence.role,
      guest_kind: presence.guestKind,
      joined_at: iso(presence.joinedAt),
      left_at: isoOrNull(presence.leftAt),
      left_reason: presence.leftReason,
    })),
    quality: record.quality.map((minute) => ({
      participant_id: minute.participantId,
      about_participant_id: minute.aboutId,
      minute: iso(minute.minute),
      reports: minute.reports,
      connection_type: minute.candidateType,
      packet_loss: minute.packetLoss,
      packet_loss_max: minute.packetLossMax,
      round_trip_ms: minute.roundTripMs,
      round_trip_ms_max: minute.roundTripMsMax,
      jitter_ms: minute.jitterMs,
      bitrate_in_kbps: minute.bitrateInKbps,
      bitrate_out_kbps: minute.bitrateOutKbps,
      freeze_count: minute.freezeCount,
    })),
    timeline: record.timeline.map(({ at, action, actorUserId, about }) => ({
      at: iso(at),
      action,
      actor_user_id: actorUserId,
      about,
    })),
  };
}

export function toPreCallTest(test: PreCallTest): z.infer<typeof PreCallTestAnswer> {
  const { candidateTypes, roundTripMs, bitrateKbps, packetLoss, ...found } = test.findings;
  return {
    id: test.id,
    room_id: test.roomId,
    participant_id: test.participantId,
    name: test.name,
    role: test.role,
    guest_kind: test.guestKind,
    camera: found.camera,
    microphone: found.microphone,
    signalling: found.signalling,
    turn: found.turn,
    candidate_types: [...candidateTypes],
    round_trip_ms: roundTripMs ?? null,
    bitrate_kbps: bitrateKbps ?? null,
    packet_loss: packetLoss ?? null,
    verdict: test.verdict,
    problems: [...test.problems],
    summary: test.summary,
    advice: [...test.advice],
    created_at: iso(test.createdAt),
  };
}
