interface DeliveryAttempt {
  /** Seconds since 1970. */
  at: number;
  /** The receiver's HTTP status; null when it did not answer. */
  status: number | null;
  error?: string;
}

/** An event with what became of its webhook. */
export interface RecordedEvent<E> {
  event: E;
  delivery: 'pending' | 'held' | 'delivered' | 'undelivered' | 'lost';
  attempts: DeliveryAttempt[];
}
