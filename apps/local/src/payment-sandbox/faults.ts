import { z } from 'zod';

/** For the next `count` of them, or until cleared. */
const count = z.union([z.int().min(1), z.literal('all')]);
/** Only events of these types, such as `payment_intent.succeeded`; every type when absent. */
const types = z.array(z.string()).min(1).optional();

/** What can be made to go wrong. */
export const faultSchema = z.discriminatedUnion('fault', [
  /** The webhook is never sent; the event can still be listed and redelivered. */
  z.strictObject({ fault: z.literal('lose'), count, types }),
  z.strictObject({ fault: z.literal('delay'), count, types, ms: z.int().min(1).max(3_600_000) }),
  /** `copies` more of the same event, with the same id. */
  z.strictObject({ fault: z.literal('duplicate'), count, types, copies: z.int().min(1).max(100).default(1) }),
  /** `count` events are held back and then sent in reverse. */
  z.strictObject({ fault: z.literal('reorder'), count: z.int().min(2), types }),
  /** What would do is declined, with the provider's usual code unless another is named. */
  z.strictObject({ fault: z.literal('decline'), count, declineCode: z.string().optional() }),
  /** A POST does its work, then its answer is lost: the connection breaks, stays silent, or says 500. */
  z.strictObject({
    fault: z.literal('drop_response'),
    count,
    how: z.enum(['destroy', 'hang', 'error']).default('destroy'),
  }),
  /** Requests are answered with 503, and nothing is done. */
  z.strictObject({ fault: z.literal('outage'), count }),
]);
export type Fault = z.output<typeof faultSchema>;
export type FaultInput = z.input<typeof faultSchema>;
export type LostAnswer = Extract<Fault, { fault: 'drop_response' }>['how'];
type FaultOf<K extends Fault['fault']> = Extract<Fault, { fault: K }>;

/** What is to happen to one event's webhook. */
export interface DeliveryPlan {
  lost: boolean;
  delayMs: number;
  copies: number;
  held: boolean;
  /** This event completes a reordered group. */
  releases: boolean;
}

/** The faults now set, used up one by one. */
export class Faults {
  private active: Fault[] = [];

  add(input: FaultInput): void {
    this.active.push(faultSchema.parse(input));
  }

  list(): readonly Fault[] {
    return this.active;
  }

  clear(): void {
    this.active = [];
  }

  /** A lost event uses up no other fault. */
  planFor(type: string): DeliveryPlan {
    const plan: DeliveryPlan = { lost: false, delayMs: 0, copies: 1, held: false, releases: false };
    if (this.take('lose', type) !== undefined) return { ...plan, lost: true };
    plan.delayMs = this.take('delay', type)?.ms ?? 0;
    plan.copies += this.take('duplicate', type)?.copies ?? 0;
    const group = this.take('reorder', type);
    if (group !== undefined) {
      plan.held = true;
      plan.releases = !this.active.includes(group);
    }
    return plan;
  }

  /** @returns the code of the next decline, `usual` where none was named; undefined when nothing is declined */
  takeDecline(usual: string): string | undefined {
    const fault = this.take('decline');
    return fault && (fault.declineCode ?? usual);
  }

  takeDroppedResponse(): LostAnswer | undefined {
    return this.take('drop_response')?.how;
  }

  takeOutage(): boolean {
    return this.take('outage') !== undefined;
  }

  private take<K extends Fault['fault']>(kind: K, type?: string): FaultOf<K> | undefined {
    const fault = this.active.find(
      (one): one is FaultOf<K> =>
        one.fault === kind &&
        (!('types' in one) || one.types === undefined || one.types.includes(type ?? '')),
    );
    if (fault !== undefined && fault.count !== 'all') {
      fault.count -= 1;
      if (fault.count === 0) this.active = this.active.filter((one) => one !== fault);
    }
    return fault;
  }
}
