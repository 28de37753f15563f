import { Injectable } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import type { UserActor } from '#kernel';
import { type AccountPart, AccountPartMetadata, type ErasureObstacle } from './account-part.ts';

/** Finds what every library of the application keeps of an account, so that none is forgotten. */
@Injectable()
export class AccountParts {
  constructor(private readonly discovery: DiscoveryService) {}

  /** The parts by name. */
  all(): ReadonlyMap<string, AccountPart> {
    const parts = this.discovery.getProviders({ metadataKey: AccountPartMetadata.KEY }).map((wrapper) => {
      const declaration = this.discovery.getMetadataByDecorator(AccountPartMetadata, wrapper);
      return [declaration?.name ?? wrapper.name, wrapper.instance as AccountPart] as const;
    });
    return new Map(parts.toSorted(([a], [b]) => a.localeCompare(b)));
  }

  async obstacles(userId: string): Promise<ErasureObstacle[]> {
    const found: ErasureObstacle[] = [];
    for (const part of this.all().values()) found.push(...((await part.obstacles?.(userId)) ?? []));
    return found;
  }

  async callOff(owner: UserActor): Promise<void> {
    for (const part of this.all().values()) await part.callOff?.(owner);
  }
}
