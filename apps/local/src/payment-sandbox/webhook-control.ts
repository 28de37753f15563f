import type { Fault, FaultInput, Faults, LostAnswer } from './faults.ts';
import type { KeptTables } from './kept-tables.ts';
import type { RecordedEvent } from './recorded-event.ts';
import type { WebhookSender } from './webhook-sender.ts';

type Count = number | 'all';

/** A sandbox's parts that every one has. */
export interface WebhookParts<E> {
  readonly store: KeptTables<E, { readonly event: Map<string, RecordedEvent<E>> }> & {
    event(id: string): RecordedEvent<E>;
  };
  readonly faults: Faults;
  readonly webhooks: WebhookSender<E>;
  readonly target: { url: string; secret: string };
}

/** What a test or a person does to any sandbox from outside: what goes wrong, and when its webhooks are sent. */
export class WebhookControl<E> {
  constructor(private readonly parts: WebhookParts<E>) {}

  /** Every event, oldest first, with what became of its webhook. */
  events(): RecordedEvent<E>[] {
    return [...this.parts.store.tables.event.values()];
  }

  faults(): readonly Fault[] {
    return this.parts.faults.list();
  }

  addFault(fault: FaultInput): void {
    this.parts.faults.add(fault);
  }

  clearFaults(): void {
    this.parts.faults.clear();
  }

  loseNext(count: Count, types?: string[]): void {
    this.addFault({ fault: 'lose', count, types });
  }

  delayNext(count: Count, ms: number, types?: string[]): void {
    this.addFault({ fault: 'delay', count, ms, types });
  }

  /** `copies` more of each, with the same event id. */
  duplicateNext(count: Count, copies = 1, types?: string[]): void {
    this.addFault({ fault: 'duplicate', count, copies, types });
  }

  /** Holds `count` events back and then sends them in reverse; `releaseHeld` sends them sooner. */
  reorderNext(count: number, types?: string[]): void {
    this.addFault({ fault: 'reorder', count, types });
  }

  /** The next payments that would do are declined. */
  declineNext(count: Count, declineCode?: string): void {
    this.addFault({ fault: 'decline', count, declineCode });
  }

  /**
   * The next POSTs do their work and lose the answer: `destroy` breaks the connection, `hang` says nothing,
   * `error` says 500.
   */
  dropResponses(count: Count, how?: LostAnswer): void {
    this.addFault({ fault: 'drop_response', count, how });
  }

  /** The next requests are answered with 503, and nothing is done. */
  breakDown(count: Count): void {
    this.addFault({ fault: 'outage', count });
  }

  /** Sends an event once more. Errors: 404. */
  redeliver(eventId: string): void {
    this.parts.webhooks.redeliver(this.parts.store.event(eventId));
  }

  /** An event as it would be sent at a moment, in seconds since 1970. Errors: 404. */
  webhook(eventId: string, at: number): { body: string; headers: Record<string, string> } {
    return this.parts.webhooks.request(this.parts.store.event(eventId), at);
  }

  releaseHeld(): void {
    this.parts.webhooks.releaseHeld();
  }

  /** Resolves when no webhook is left to send or to repeat. */
  drained(): Promise<void> {
    return this.parts.webhooks.drained();
  }

  /** For a receiver that learns its port only after the sandbox has started. */
  setWebhookUrl(url: string): void {
    this.parts.target.url = url;
  }
}
