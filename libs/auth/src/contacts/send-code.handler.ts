import { type Actor, Clock } from '#kernel';
import {
  Database,
  type DataOf,
  HandlesJob,
  type JobHandler,
  Mailer,
  SmsRefused,
  SmsSender,
  Translator,
} from '#platform';
import { DerivedSecrets } from '../derived-secrets.ts';
import { SendCode } from '../queues.ts';
import { CODE_MINUTES } from './contact-codes.ts';

/** Sends a code as long as somebody can use it: at least once, the same each time. */
@HandlesJob(SendCode)
export class SendCodeHandler implements JobHandler<DataOf<typeof SendCode>> {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly secrets: DerivedSecrets,
    private readonly translator: Translator,
    private readonly mailer: Mailer,
    private readonly sms: SmsSender,
  ) {}

  async handle(_actor: Actor, { codeId }: DataOf<typeof SendCode>): Promise<void> {
    const open = await this.database.query
      .selectFrom('contactCodes as code')
      .innerJoin('users as user', 'user.id', 'code.userId')
      .select(['code.channel', 'code.recipient', 'user.language', 'user.firstName as name'])
      .where('code.id', '=', codeId)
      .where('code.closedAt', 'is', null)
      .where('code.expiresAt', '>', this.clock.now())
      .executeTakeFirst();
    if (!open) return;
    const { channel, recipient, language, name } = open;
    const values = { code: this.secrets.code(codeId), minutes: CODE_MINUTES, name };
    const text = (part: string) => this.translator.text(language, `auth:${channel}_code.${part}`, values);
    if (channel === 'phone') return this.#sms(recipient, text('text'));
    await this.mailer.send({
      to: recipient,
      subject: text('subject'),
      text: text('text'),
      messageId: `<${codeId}@televisit>`,
    });
  }

  async #sms(to: string, text: string): Promise<void> {
    try {
      await this.sms.send({ to, text });
    } catch (error) {
      // A number that takes no messages will not take this one later: the user asks again, or for another.
      if (!(error instanceof SmsRefused && error.final)) throw error;
    }
  }
}
