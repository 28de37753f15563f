import { Injectable } from '@nestjs/common';
import { Clock, type DomainError, type UserActor } from '#kernel';
import { Database, SmsSender, Transactional } from '#platform';
import { AccountsService } from '../accounts/accounts.service.ts';
import { alreadyVerified, codeVoid, codeWrong, phoneMissing, smsNotConfigured } from '../auth.errors.ts';
import { DerivedSecrets } from '../derived-secrets.ts';
import { SecurityTrail } from '../security-trail.ts';
import { CODE_ATTEMPTS, type ContactChannel, ContactCodes, type SentCode } from './contact-codes.ts';
import { phoneNumber } from './phone-number.ts';

export interface ContactVerification {
  readonly channel: ContactChannel;
  /** The number or the address that is being verified, or that has been. */
  readonly recipient: string;
  readonly verified: boolean;
  /** The code that is on its way; `null` once it has been used. */
  readonly sent: SentCode | null;
}

/** That a phone number or an e-mail address is in the hands of the account's owner. */
@Injectable()
export class ContactVerificationService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly accounts: AccountsService,
    private readonly codes: ContactCodes,
    private readonly secrets: DerivedSecrets,
    private readonly trail: SecurityTrail,
    private readonly sms: SmsSender,
  ) {}

  /**
   * Sends a code to the number, or to the one of the profile. The profile keeps its number until the code
   * has come back.
   * @throws invalid `phone_invalid`, `phone_missing`; conflict `phone_already_verified`; rate_limited
   *   `too_many_codes`; unavailable `sms_not_configured`
   */
  @Transactional()
  async sendToPhone(actor: UserActor, phone?: string): Promise<ContactVerification> {
    if (!this.sms.available) throw smsNotConfigured();
    const user = await this.accounts.get(actor);
    const recipient = phone === undefined ? user.phone : phoneNumber(phone);
    if (recipient === null) throw phoneMissing();
    if (recipient === user.phone && user.phoneVerifiedAt) throw alreadyVerified('phone');
    return this.#send(actor, 'phone', recipient);
  }

  /**
   * Sends a code to the account's address.
   * @throws conflict `email_already_verified`; rate_limited `too_many_codes`
   */
  @Transactional()
  async sendToEmail(actor: UserActor): Promise<ContactVerification> {
    const { email, emailVerifiedAt } = await this.accounts.get(actor);
    if (emailVerifiedAt) throw alreadyVerified('email');
    return this.#send(actor, 'email', email);
  }

  /**
   * Takes the code that was sent: the number or the address is verified, and a new number is the profile's.
   * @throws invalid `code_wrong`; gone `code_void` after too many guesses, too long a time, or its use
   */
  async confirm(actor: UserActor, channel: ContactChannel, code: string): Promise<ContactVerification> {
    // A wrong guess is reported only after it has been counted for good.
    const outcome = await this.judge(actor, channel, code);
    if ('failure' in outcome) throw outcome.failure;
    return { channel, recipient: outcome.recipient, verified: true, sent: null };
  }

  async #send(actor: UserActor, channel: ContactChannel, recipient: string): Promise<ContactVerification> {
    const sent = await this.codes.send({ userId: actor.userId, channel, recipient });
    return { channel, recipient, verified: false, sent };
  }

  @Transactional()
  private async judge(
    actor: UserActor,
    channel: ContactChannel,
    code: string,
  ): Promise<{ recipient: string } | { failure: DomainError }> {
    const now = this.clock.now();
    const open = await this.database.query
      .updateTable('contactCodes')
      .set((eb) => ({ attempts: eb('attempts', '+', 1) }))
      .where('userId', '=', actor.userId)
      .where('channel', '=', channel)
      .where('closedAt', 'is', null)
      .where('expiresAt', '>', now)
      .where('attempts', '<', CODE_ATTEMPTS)
      .returning(['id', 'recipient', 'attempts'])
      .executeTakeFirst();
    if (!open) return { failure: codeVoid() };
    if (!this.secrets.isCode(open.id, code)) return { failure: codeWrong(CODE_ATTEMPTS - open.attempts) };
    await this.database.query
      .updateTable('contactCodes')
      .set({ closedAt: now })
      .where('id', '=', open.id)
      .execute();
    await this.accounts.verified(actor, channel, open.recipient);
    await this.trail.record(actor, actor.userId, `account.verify_${channel}`);
    return { recipient: open.recipient };
  }
}
