import { Body, Controller, Get } from '@nestjs/common';
import type { z } from 'zod';
import { AccountsService } from '#auth';
import type { UserActor } from '#kernel';
import { type Preferences, PreferencesService } from '#notifications';
import { CurrentActor } from '../http/current-actor.decorator.ts';
import { Operation } from '../http/operation.decorator.ts';
import { PutAndPatch } from '../http/put-and-patch.decorator.ts';
import { PreferencesAnswer, toPreferences, UpdatePreferences } from './notification-preferences.dto.ts';

@Controller('api/notifications/preferences')
export class NotificationPreferencesController {
  constructor(
    private readonly preferences: PreferencesService,
    private readonly accounts: AccountsService,
  ) {}

  @Get()
  @Operation({
    summary: 'What one wants to be told outside of the app, and when not',
    access: 'authenticated',
    answers: PreferencesAnswer,
  })
  async get(@CurrentActor() actor: UserActor) {
    return this.#answer(actor, await this.preferences.get(actor));
  }

  @PutAndPatch('')
  @Operation({
    summary: 'Change what one wants to be told outside of the app, and when not',
    description:
      'What is left out stays as it is. Receipts and refunds are always mailed. Quiet hours hold everything ' +
      'back but the call of a doctor who is waiting, and what would be of no use any more when they end.',
    access: 'authenticated',
    answers: PreferencesAnswer,
    message: 'Saved.',
  })
  async update(
    @CurrentActor() actor: UserActor,
    @Body({ schema: UpdatePreferences }) changes: z.output<typeof UpdatePreferences>,
  ) {
    return this.#answer(actor, await this.preferences.update(actor, changes));
  }

  async #answer(actor: UserActor, preferences: Preferences) {
    return toPreferences(preferences, await this.accounts.get(actor));
  }
}
