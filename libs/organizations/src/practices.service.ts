import { Injectable } from '@nestjs/common';
import { type Actor, Clock, newId } from '#kernel';
import { Database, Transactional } from '#platform';

export interface NewPractice {
  readonly name: string;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  readonly timeZone: string;
  readonly address?: string | null;
  readonly phone?: string | null;
  readonly email?: string | null;
}

/** How a practice presents itself, for the head of a prescription. */
export interface Practice extends NewPractice {
  readonly id: string;
}

@Injectable()
export class PracticesService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * Opens a practice with one branch and its first member of staff.
   * @returns the practice and the bookable person in it.
   */
  @Transactional()
  async open(
    _actor: Actor,
    practice: NewPractice,
    staff: { userId: string; name: string },
  ): Promise<{ organizationId: string; staffMemberId: string }> {
    const now = this.clock.now();
    const organizationId = newId();
    const branchId = newId();
    const staffMemberId = newId();
    const db = this.database.query;
    await db
      .insertInto('organizations')
      .values({ id: organizationId, ...practice, createdAt: now, updatedAt: now })
      .execute();
    await db
      .insertInto('branches')
      .values({ id: branchId, organizationId, name: practice.name, createdAt: now })
      .execute();
    await db
      .insertInto('staffMembers')
      .values({ id: staffMemberId, organizationId, branchId, ...staff, createdAt: now })
      .execute();
    return { organizationId, staffMemberId };
  }

  async get(organizationId: string): Promise<Practice> {
    return this.database.query
      .selectFrom('organizations')
      .select(['id', 'name', 'country', 'timeZone', 'address', 'phone', 'email'])
      .where('id', '=', organizationId)
      .executeTakeFirstOrThrow();
  }
}
