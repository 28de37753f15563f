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

/** The timeline of a visit: rows of the audit log about its room. */
@Injectable()
export class VisitTimeline {
  constructor(private readonly audit: AuditService) {}

  /**
   * @param about the participant or guest, where it is not the actor; a guest has no account, and the row
   * says by this who it was.
   */
  async add(
    actor: Actor,
    { id, organizationId }: TimelineRoom,
    step: VisitStep,
    about?: string,
  ): Promise<void> {
    await this.audit.record(actor, {
      action: `room.${step}`,
      resource: 'room',
      resourceId: id,
      organizationId,
      ...(about !== undefined && { reason: about }),
    });
  }
}

/** Somebody who acts by being connected. */
export function participantActor(participantId: string, role: RoomRole): Actor {
  if (role === 'guest') return { userId: null, roles: [], requestId: newId() };
  return { userId: participantId, roles: [role], requestId: newId() };
}
