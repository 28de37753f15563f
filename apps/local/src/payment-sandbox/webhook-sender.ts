import type { Faults } from '../payment-sandbox/faults.ts';
import type { KeptTables } from './kept-tables.ts';
import { unixNow } from './random-text.ts';
import type { RecordedEvent } from './recorded-event.ts';

/** Waits between tries, ms: about a minute in all, enough for an API that restarts. The providers go on for a day or more. */
const RETRY_DELAYS = [500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000];
const ANSWER_TIMEOUT = 10_000;

/** How a provider writes and signs its webhooks. */
export interface WebhookWire<E> {
  /** @param at seconds since 1970: when it is sent */
  request(event: E, secret: string, at: number): { body: string; headers: Record<string, string> };
  /** What the provider notes on the event when it has arrived. */
  arrived?(event: E): void;
}

type EventStore<E> = KeptTables<E, { readonly event: Map<string, RecordedEvent<E>> }>;

/**
 * Sends events to the webhook, one at a time and in the order they happened unless a fault says otherwise,
 * so that disorder in a test is always asked for. A try without a 2xx is repeated later and does not hold
 * up the others.
 */
export class WebhookSender<E> {
  private readonly stopped = new AbortController();
  private readonly timers = new Set<NodeJS.Timeout>();
  private held: { recorded: RecordedEvent<E>; copies: number }[] = [];
  private line: Promise<void> = Promise.resolve();
  /** Sends that wait, run or will be repeated. */
  private open = 0;
  private idle: (() => void)[] = [];

  constructor(
    private readonly wire: WebhookWire<E>,
    private readonly store: EventStore<E>,
    private readonly faults: Faults,
    private readonly target: { url: string; secret: string },
    private readonly retryDelays: readonly number[] = RETRY_DELAYS,
  ) {}

  deliver(recorded: RecordedEvent<E>): void {
    const plan = this.faults.planFor(recorded.type);
    if (plan.lost) {
      recorded.delivery = 'lost';
    } else if (plan.held) {
      recorded.delivery = 'held';
      this.held.push({ recorded, copies: plan.copies });
      if (plan.releases) this.releaseHeld();
    } else {
      this.send(recorded, plan.copies, plan.delayMs);
    }
  }

  /** Sends an event once more, past all faults. */
  redeliver(recorded: RecordedEvent<E>): void {
    this.held = this.held.filter((held) => held.recorded !== recorded);
    this.send(recorded, 1, 0);
  }

  /** An event as it would be sent at a moment, in seconds since 1970. */
  request({ event }: RecordedEvent<E>, at: number): { body: string; headers: Record<string, string> } {
    return this.wire.request(event, this.target.secret, at);
  }

  /** Sends what a reorder still holds, newest first. */
  releaseHeld(): void {
    const group = this.held.reverse();
    this.held = [];
    for (const { recorded, copies } of group) this.send(recorded, copies, 0);
  }

  /** Takes up again what an earlier run did not finish. */
  resume(): void {
    for (const recorded of this.store.tables.event.values()) {
      if (recorded.delivery === 'pending' || recorded.delivery === 'held') this.send(recorded, 1, 0);
    }
  }

  /** Resolves when nothing is left to send or to repeat; events that are held or lost do not count. */
  async drained(): Promise<void> {
    if (this.open > 0) await new Promise<void>((resolve) => this.idle.push(resolve));
  }

  async close(): Promise<void> {
    this.stopped.abort();
    for (const timer of this.timers) clearTimeout(timer);
    await this.line;
    for (const resolve of this.idle.splice(0)) resolve();
  }

  private send(recorded: RecordedEvent<E>, copies: number, delayMs: number): void {
    if (recorded.delivery !== 'delivered') recorded.delivery = 'pending';
    this.store.touch();
    for (let copy = 0; copy < copies; copy += 1) {
      this.open += 1;
      this.schedule(recorded, 0, delayMs);
    }
  }

  private schedule(recorded: RecordedEvent<E>, attempt: number, delayMs: number): void {
    if (delayMs === 0) return this.enqueue(recorded, attempt);
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      this.enqueue(recorded, attempt);
    }, delayMs);
    this.timers.add(timer);
  }

  private enqueue(recorded: RecordedEvent<E>, attempt: number): void {
    this.line = this.line.then(() => this.try(recorded, attempt));
  }

  private async try(recorded: RecordedEvent<E>, attempt: number): Promise<void> {
    if (this.stopped.signal.aborted) return;
    const delivered = await this.post(recorded);
    if (this.stopped.signal.aborted) return;
    const delayMs = delivered ? undefined : this.retryDelays[attempt];
    if (delayMs !== undefined) {
      this.schedule(recorded, attempt + 1, delayMs);
    } else {
      // A copy that arrived counts, whatever happened to the other copies.
      const arrived = recorded.attempts.some(({ status }) => isReceived(status));
      if (arrived) this.wire.arrived?.(recorded.event);
      recorded.delivery = arrived ? 'delivered' : 'undelivered';
    }
    this.store.touch();
    await this.store.save();
    if (delayMs === undefined) this.finish();
  }

  private async post(recorded: RecordedEvent<E>): Promise<boolean> {
    const at = unixNow();
    const { attempts } = recorded;
    const { body, headers } = this.request(recorded, at);
    try {
      const response = await fetch(this.target.url, {
        method: 'POST',
        body,
        headers,
        redirect: 'manual',
        signal: AbortSignal.any([this.stopped.signal, AbortSignal.timeout(ANSWER_TIMEOUT)]),
      });
      await response.arrayBuffer();
      attempts.push({ at, status: response.status });
      return isReceived(response.status);
    } catch (error) {
      if (!this.stopped.signal.aborted) attempts.push({ at, status: null, error: reason(error) });
      return false;
    }
  }

  private finish(): void {
    this.open -= 1;
    if (this.open === 0) for (const resolve of this.idle.splice(0)) resolve();
  }
}

function isReceived(status: number | null): boolean {
  return status !== null && status >= 200 && status < 300;
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause as { code?: string } | undefined;
  return cause?.code ?? error.message;
}
