import { type BeforeApplicationShutdown, Injectable, type OnModuleInit } from '@nestjs/common';
import { LoginsService } from '#auth';
import { Clock, type UserActor, unavailable } from '#kernel';
import { type Following, type Notification, NotificationFeed, tooManyStreams } from '#notifications';
import { Log, Metrics } from '#platform';
import { EventStream } from './event-stream.ts';

/** How many streams one person may have open in one process: a few browser tabs and a phone. */
const STREAMS_PER_PERSON = 5;
/** Proxies end connections that are silent for a minute, some for half of one. */
const HEARTBEAT_MS = 25_000;
/** How long a stream may outlive its login. */
const LOGIN_CHECK_MS = 5_000;

interface OpenStream {
  readonly userId: string;
  readonly sessionId?: string;
  readonly since: Temporal.Instant;
  readonly events: EventStream;
  following?: Following;
}

/** The open streams of this process: each is fed, kept alive, and ended with its login or the server. */
@Injectable()
export class NotificationStreams implements OnModuleInit, BeforeApplicationShutdown {
  readonly #open = new Set<OpenStream>();
  #timers: NodeJS.Timeout[] = [];
  #stopping = false;

  constructor(
    private readonly clock: Clock,
    private readonly feed: NotificationFeed,
    private readonly logins: LoginsService,
    private readonly metrics: Metrics,
    private readonly log: Log,
  ) {}

  onModuleInit(): void {
    this.#timers = [
      setInterval(() => this.#beat(), HEARTBEAT_MS).unref(),
      setInterval(() => void this.#endLoggedOut(), LOGIN_CHECK_MS).unref(),
    ];
  }

  /**
   * @param after the position in `Last-Event-ID`; `null` for whatever comes from now on
   * @param toEvent how a notification looks on the wire
   * @throws rate_limited `too_many_streams`; unavailable `server_stopping`
   */
  async open(
    { userId, sessionId }: UserActor,
    after: number | null,
    toEvent: (notification: Notification) => object,
  ): Promise<EventStream> {
    if (this.#stopping) throw unavailable('server_stopping', 'This server is being stopped. Try again.');
    const own = [...this.#open].filter((stream) => stream.userId === userId);
    if (own.length >= STREAMS_PER_PERSON) throw tooManyStreams(STREAMS_PER_PERSON);
    const events = new EventStream();
    const stream: OpenStream = {
      userId,
      ...(sessionId && { sessionId }),
      since: this.clock.now(),
      events,
    };
    this.#open.add(stream);
    this.#count();
    events.once('close', () => this.#closed(stream));
    try {
      stream.following = await this.feed.follow(userId, after, {
        tell: (notification) =>
          events.send({
            id: String(notification.position),
            event: 'notification',
            data: toEvent(notification),
          }),
        fail: () => events.end('try_again'),
      });
    } catch (error) {
      events.destroy();
      throw error;
    }
    // The client may have left while it was being let in.
    if (events.destroyed) await stream.following.stop();
    return events;
  }

  beforeApplicationShutdown(): void {
    this.#stopping = true;
    for (const timer of this.#timers) clearInterval(timer);
    for (const { events } of this.#open) events.end('server_stopping');
  }

  #beat(): void {
    for (const { events, following } of this.#open) {
      events.beat();
      following?.catchUp();
    }
  }

  async #endLoggedOut(): Promise<void> {
    if (this.#open.size === 0) return;
    try {
      const asked = [...this.#open];
      const standing = new Set(await this.logins.standing(asked));
      for (const stream of asked) if (!standing.has(stream)) stream.events.end('session_ended');
    } catch (error) {
      this.log.warn({ error }, 'logins of notification streams not checked');
    }
  }

  #closed(stream: OpenStream): void {
    this.#open.delete(stream);
    this.#count();
    stream.following?.stop().catch((error: unknown) => this.log.warn({ error }, 'feed not stopped'));
  }

  #count(): void {
    this.metrics.notificationStreams.set(this.#open.size);
  }
}
