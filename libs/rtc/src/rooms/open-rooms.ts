import type { LogEntry, RealtimeBus } from '#platform';
import { logOf } from '../signals/signal-log.ts';
import type { Presence } from './presence.ts';
import { Room, type RoomEvents } from './room.ts';
import type { RoomDirectory } from './room-directory.ts';

/** The rooms that have sessions on this process, each following its log. */
export class OpenRooms {
  private readonly rooms = new Map<string, Room>();
  private readonly opening = new Map<string, Promise<Room | null>>();

  constructor(
    private readonly bus: RealtimeBus,
    private readonly presence: Presence,
    private readonly directory: RoomDirectory,
    private readonly events: RoomEvents,
  ) {}

  get(roomId: string): Room | undefined {
    return this.rooms.get(roomId);
  }

  values(): Iterable<Room> {
    return this.rooms.values();
  }

  /** @returns `null` when there is no such room. A room that has ended is returned but not kept open. */
  async open(roomId: string): Promise<Room | null> {
    const open = this.rooms.get(roomId);
    if (open) return open;
    return this.opening.getOrInsertComputed(roomId, () =>
      this.load(roomId).finally(() => this.opening.delete(roomId)),
    );
  }

  async close(room: Room): Promise<void> {
    if (this.rooms.get(room.roomId) === room) this.rooms.delete(room.roomId);
    await room.stop();
  }

  /** Follows first and asks then, so that nothing that changes in between is missed. */
  private async load(roomId: string): Promise<Room | null> {
    const room = new Room(roomId, this.events);
    let early: LogEntry[] | null = [];
    const follower = await this.bus.follow(logOf(roomId), (entry) => {
      if (early) early.push(entry);
      else room.apply(entry);
    });
    room.stop = follower.stop;
    try {
      const [record, participants] = await Promise.all([
        this.directory.load(roomId),
        this.presence.recordsOf(roomId),
      ]);
      if (!record || record.status === 'ended') {
        await follower.stop();
        room.status = 'ended';
        return record && room;
      }
      room.status = record.status;
      for (const participant of participants.values()) {
        room.participants.set(participant.participantId, participant);
      }
    } catch (error) {
      await follower.stop();
      throw error;
    }
    this.rooms.set(roomId, room);
    const missed = early;
    early = null;
    for (const entry of missed) room.apply(entry);
    return room;
  }
}
