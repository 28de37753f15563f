import { DiscoveryService } from '@nestjs/core';
import type { UserActor } from '#kernel';

/** What a library keeps of an account. Each library that keeps anything has one, as a provider of its module. */
export interface AccountPart {
  /** What is kept of the person, as JSON, and nothing of anybody else. The keys of the object name it. */
  export(userId: string): Promise<Readonly<Record<string, unknown>>>;
  /** What must come to its end before the account may go. */
  obstacles?(userId: string): Promise<readonly ErasureObstacle[]>;
  /** Calls off, as the owner would, whatever of `obstacles` can be called off; in the erasure's transaction. */
  callOff?(owner: UserActor): Promise<void>;
}

/** Something that an erasure would leave behind unsettled. */
export interface ErasureObstacle {
  readonly kind: 'visit' | 'payment' | 'earnings';
  /** The visit or the payment; the doctor whose earnings they are. */
  readonly id: string;
  readonly status: string;
}

export const AccountPartMetadata = DiscoveryService.createDecorator<{ readonly name: string }>();

/** The class tells what its library keeps of an account, under `name` in the export. */
export function KeepsOfAccount(name: string) {
  return (target: new (...args: never[]) => AccountPart): void => {
    AccountPartMetadata({ name })(target);
  };
}
