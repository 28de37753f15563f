interface DeliveryAttempt {
  /** Seconds since 1970. */
  at: number;
  /** The receiver's HTTP status; null when it did not answer. */
  status: number | null;
  error?: string;
}

/** An event with what became of its webhook. */
export interface RecordedEvent<E> {
  /** The provider's name for what happened, such as `payment_intent.succeeded`. */
  type: string;
  event: E;
  delivery: 'pending' | 'held' | 'delivered' | 'undelivered' | 'lost';
  attempts: DeliveryAttempt[];
}
