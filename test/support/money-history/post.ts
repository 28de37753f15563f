import type { ProviderSide } from './providers.ts';
import type { Mail } from './steps.ts';

/**
 * The post between providers and us. Unless it is `live`, providers lose all that they send, and it is brought
 * from here: later, in another order, more than once, or long after everybody has forgotten it.
 */
export class Post {
  constructor(private readonly sides: readonly ProviderSide[]) {}

  /** How it works from now on. Other faults end. */
  set(mail: Mail): void {
    for (const { control } of this.sides) {
      control.clearFaults();
      if (mail !== 'live') control.loseNext('all');
    }
  }

  /** Brings some of what lies here. */
  deliver(mail: Mail, chance: () => number): void {
    if (mail === 'none') return;
    for (const { control } of this.sides) {
      const lost = control
        .events()
        .filter(({ delivery, type }) => delivery === 'lost' && !isOfItsMoment(type));
      const letters = lost.map(({ event }) => ({ id: event.id, key: chance() }));
      for (const { id } of inOrder(mail, letters)) control.redeliver(id);
    }
  }
}

/** Of two that an account sends in one second nobody knows which is the later one. */
const isOfItsMoment = (type: string) => type === 'account.updated';

interface Letter {
  readonly id: string;
  readonly key: number;
}

function inOrder(mail: Mail, letters: readonly Letter[]): readonly Letter[] {
  const shuffled = letters.toSorted((one, other) => one.key - other.key);
  switch (mail) {
    case 'reversed':
      return letters.toReversed();
    case 'shuffled':
      return shuffled;
    // Old ones stay behind at times, and come when much has changed.
    case 'live':
    case 'some':
      return shuffled.slice(0, Math.ceil(letters.length / 3));
    case 'twice':
      return [...shuffled, ...letters];
    default:
      return letters;
  }
}
