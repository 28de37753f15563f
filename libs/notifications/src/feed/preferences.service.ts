import { Injectable } from '@nestjs/common';
import { Clock, type UserActor } from '#kernel';
import { Database, Transactional } from '#platform';
import type { QuietHours } from '../deliveries/quiet-hours.ts';
import { channelNotOffered, channelRequired } from '../notifications.errors.ts';
import {
  CHANNELS,
  type Channel,
  type Choices,
  channelsOf,
  isMandatory,
  isOn,
  NOTIFICATION_GROUPS,
  type NotificationGroup,
} from './notification-groups.ts';

export interface Preferences {
  readonly choices: Choices;
  readonly quietHours: QuietHours | null;
}

export interface PreferenceChanges {
  readonly choices?: Choices;
  /** `null` ends them. */
  readonly quietHours?: QuietHours | null;
}

/** What each person wants to be told outside of the app, and when not. */
@Injectable()
export class PreferencesService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  async get(actor: UserActor): Promise<Preferences> {
    return this.of(actor.userId);
  }

  /** What somebody chose; the usual, for who never chose. */
  async of(userId: string): Promise<Preferences> {
    const row = await this.database.query
      .selectFrom('notificationPreferences')
      .select(['choices', 'quietFrom', 'quietUntil'])
      .where('userId', '=', userId)
      .executeTakeFirst();
    if (!row) return { choices: {}, quietHours: null };
    const { choices, quietFrom, quietUntil } = row;
    return {
      choices: choices as Choices,
      quietHours:
        quietFrom === null || quietUntil === null
          ? null
          : { from: Temporal.PlainTime.from(quietFrom), until: Temporal.PlainTime.from(quietUntil) },
    };
  }

  /**
   * Changes what is given and leaves the rest.
   * @throws invalid `channel_required` for what cannot be turned off, `channel_not_offered`
   */
  @Transactional()
  async update(actor: UserActor, changes: PreferenceChanges): Promise<Preferences> {
    assertOffered(changes.choices ?? {});
    await this.database.lock(`notification-preferences:${actor.userId}`);
    const former = await this.of(actor.userId);
    const choices = merged(former.choices, changes.choices ?? {});
    const quietHours = changes.quietHours === undefined ? former.quietHours : changes.quietHours;
    const now = this.clock.now();
    const row = {
      choices: JSON.stringify(choices),
      quietFrom: quietHours && quietHours.from.toString(),
      quietUntil: quietHours && quietHours.until.toString(),
      updatedAt: now,
    };
    await this.database.query
      .insertInto('notificationPreferences')
      .values({ userId: actor.userId, createdAt: now, ...row })
      .onConflict((conflict) => conflict.column('userId').doUpdateSet(row))
      .execute();
    return { choices, quietHours };
  }
}

/** Every group with each of its channels, as it is for somebody who chose this. */
export function settingsOf(choices: Choices): Record<NotificationGroup, Partial<Record<Channel, boolean>>> {
  const groups = Object.keys(NOTIFICATION_GROUPS) as NotificationGroup[];
  return Object.fromEntries(
    groups.map((group) => [
      group,
      Object.fromEntries(channelsOf(group).map((channel) => [channel, isOn(choices, group, channel)])),
    ]),
  ) as Record<NotificationGroup, Partial<Record<Channel, boolean>>>;
}

function merged(former: Choices, changes: Choices): Choices {
  const groups = new Set([...Object.keys(former), ...Object.keys(changes)]) as Set<NotificationGroup>;
  return Object.fromEntries([...groups].map((group) => [group, { ...former[group], ...changes[group] }]));
}

function assertOffered(choices: Choices): void {
  for (const [group, wanted] of Object.entries(choices) as [NotificationGroup, object][]) {
    for (const channel of CHANNELS) {
      const on = (wanted as Partial<Record<Channel, boolean>>)[channel];
      if (on === undefined) continue;
      if (!channelsOf(group).includes(channel)) throw channelNotOffered(group, channel);
      if (!on && isMandatory(group, channel)) throw channelRequired(group, channel);
    }
  }
}
