import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Database, Log, RealtimeBus, type Stop } from '#platform';
import { asNotification, NOTIFICATION_COLUMNS, type Notification } from './notification.entity.ts';

/** How many notifications are read at a time. */
const BATCH = 100;

export interface FeedListener {
  /** Called in the order of positions, each once; the next waits until this one has been taken. */
  readonly tell: (notification: Notification) => Promise<void>;
  /** The feed cannot be read any more; nothing will follow. */
  readonly fail: () => void;
}

/** A person's notifications as they come. */
export interface Following {
  /** Reads what came without being announced, such as while a connection was lost. */
  readonly catchUp: () => void;
  readonly stop: Stop;
}

/**
 * Tells whoever listens of new notifications, from whatever process they come. The bus only says that there
 * is something; what it is, and in which order, is read from the table, so that nothing is lost or told twice.
 */
@Injectable()
export class NotificationFeed implements OnApplicationShutdown {
  readonly #following = new Set<Follower>();

  constructor(
    private readonly database: Database,
    private readonly bus: RealtimeBus,
    private readonly log: Log,
  ) {}

  /** Says that somebody has a new notification. It is committed: a bus that fails only makes it come later. */
  announce(userId: string): void {
    this.bus
      .publish(channelOf(userId), '')
      .catch((error: unknown) => this.log.warn({ error, userId }, 'notification not announced'));
  }

  /**
   * @param after the position that the listener has reached; `null` for whatever comes from now on
   */
  async follow(userId: string, after: number | null, listener: FeedListener): Promise<Following> {
    const follower = new Follower(
      (position) => this.#after(userId, position),
      listener,
      (error) => this.log.error({ error, userId }, 'notifications not read'),
    );
    const unsubscribe = await this.bus.subscribe(channelOf(userId), () => follower.catchUp());
    follower.startAfter(after ?? (await this.#newest(userId)));
    this.#following.add(follower);
    return {
      catchUp: () => follower.catchUp(),
      stop: async () => {
        follower.stop();
        this.#following.delete(follower);
        await unsubscribe();
      },
    };
  }

  /** No statement is sent after the pool has ended. */
  onApplicationShutdown(): void {
    for (const follower of this.#following) follower.stop();
  }

  async #newest(userId: string): Promise<number> {
    const row = await this.database.query
      .selectFrom('notificationPositions')
      .select('position')
      .where('userId', '=', userId)
      .executeTakeFirst();
    return row?.position ?? 0;
  }

  async #after(userId: string, position: number): Promise<Notification[]> {
    const rows = await this.database.query
      .selectFrom('notifications')
      .select(NOTIFICATION_COLUMNS)
      .where('userId', '=', userId)
      .where('position', '>', position)
      .where('deletedAt', 'is', null)
      .orderBy('position')
      .limit(BATCH)
      .execute();
    return rows.map(asNotification);
  }
}

const channelOf = (userId: string) => `notifications:${userId}`;

/** Reads on from a position, one statement at a time however often it is asked to. */
class Follower {
  #position: number | null = null;
  #reading = false;
  #again = false;
  #stopped = false;

  constructor(
    private readonly after: (position: number) => Promise<Notification[]>,
    private readonly listener: FeedListener,
    private readonly report: (error: unknown) => void,
  ) {}

  startAfter(position: number): void {
    this.#position = position;
    this.catchUp();
  }

  catchUp(): void {
    this.#again = true;
    if (!this.#reading) void this.#read();
  }

  stop(): void {
    this.#stopped = true;
  }

  async #read(): Promise<void> {
    this.#reading = true;
    try {
      while (this.#again && !this.#stopped && this.#position !== null) {
        this.#again = false;
        const found = await this.after(this.#position);
        if (found.length === BATCH) this.#again = true;
        for (const notification of found) {
          if (this.#stopped) return;
          this.#position = notification.position;
          await this.listener.tell(notification);
        }
      }
    } catch (error) {
      this.report(error);
      if (!this.#stopped) this.listener.fail();
    } finally {
      this.#reading = false;
    }
  }
}
