import { Injectable } from '@nestjs/common';
import { AuditService } from '#audit';
import { type Actor, newId } from '#kernel';
import type { RoomRole } from '../protocol/protocol.ts';

/** What is written down of a visit as it happens. */
export type VisitStep =
  | 'enter'
  | 'leave'
  | 'start'
  | 'end'
  | 'announce_delay'
  | 'invite'
  | 'redeem_invitation'
  | 'withdraw_invitation'
  | 'admit'
  | 'return_to_waiting';

interface TimelineRoom {
  readonly id: string;
  readonly organizationId: string;
}

export interface TimelineLine {
  readonly actor: Actor;
  readonly room: TimelineRoom;
  readonly step: VisitStep;
  /**
   * The participant or guest, where it is not the actor; a guest has no account, and the row says by this who it was.
   */
  readonly about?: string;
}

/** The timeline of a visit: rows of the audit log about its room. */
@Injectable()
export class VisitTimeline {
  constructor(private readonly audit: AuditService) {}

  async add(actor: Actor, room: TimelineRoom, step: VisitStep, about?: string): Promise<void> {
    await this.addAll([{ actor, room, step, ...(about !== undefined && { about }) }]);
  }

  async addAll(lines: readonly TimelineLine[]): Promise<void> {
    await this.audit.recordAll(
      lines.map(({ actor, room: { id, organizationId }, step, about }) => ({
        actor,
        action: {
          action: `room.${step}`,
          resource: 'room',
          resourceId: id,
          organizationId,
          ...(about !== undefined && { reason: about }),
        },
      })),
    );
  }
}

/** Somebody who acts by being connected. */
export function participantActor(participantId: string, role: RoomRole): Actor {
  if (role === 'guest') return { userId: null, roles: [], requestId: newId() };
  return { userId: participantId, roles: [role], requestId: newId() };
}
