import { type Actor, Clock } from '#kernel';
import {
  Config,
  Database,
  type DataOf,
  HandlesJob,
  type JobHandler,
  Mailer,
  Transactional,
  Translator,
} from '#platform';
import { DerivedSecrets } from '../derived-secrets.ts';
import { AnswerPasswordReset } from '../queues.ts';
import { RESET_MINUTES } from './password-resets.service.ts';

/** How many mails one address gets in an hour, however often it is asked for. */
const MAILS_PER_HOUR = 5;

interface Letter {
  readonly to: string;
  readonly name: string;
  readonly language: string;
  readonly kind: 'password_reset' | 'password_elsewhere';
}

/** Mails a link to whoever has the address that was asked for; nobody else learns whether somebody does. */
@HandlesJob(AnswerPasswordReset)
export class AnswerPasswordResetHandler implements JobHandler<DataOf<typeof AnswerPasswordReset>> {
  constructor(
    private readonly config: Config,
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly secrets: DerivedSecrets,
    private readonly translator: Translator,
    private readonly mailer: Mailer,
  ) {}

  async handle(_actor: Actor, { resetId }: DataOf<typeof AnswerPasswordReset>): Promise<void> {
    const letter = await this.prepare(resetId);
    if (!letter) return;
    const { to, name, language, kind } = letter;
    const link = this.#link(resetId, language);
    const values = { name, link, minutes: RESET_MINUTES };
    const text = (part: string) => this.translator.text(language, `auth:${kind}.${part}`, values);
    await this.mailer.send({
      to,
      subject: text('subject'),
      text: text('text'),
      messageId: `<${resetId}@televisit>`,
    });
  }

  /** The page speaks the language of the mail. The token is behind the #, where no log and no Referer gets to see it. */
  #link(resetId: string, language: string): string {
    const link = new URL(this.config.passwordResetUrl);
    link.searchParams.set('lang', language);
    link.hash = `token=${this.secrets.token(resetId)}`;
    return link.href;
  }

  /** Finds out whose address it is: from now on the link works. */
  @Transactional()
  private async prepare(resetId: string): Promise<Letter | null> {
    const reset = await this.database.query
      .selectFrom('passwordResets')
      .select('email')
      .where('id', '=', resetId)
      .where('closedAt', 'is', null)
      .where('expiresAt', '>', this.clock.now())
      .executeTakeFirst();
    if (!reset) return null;
    const user = await this.database.query
      .selectFrom('users')
      .select(['id', 'email', 'firstName', 'language', 'passwordHash'])
      .where('email', '=', reset.email)
      .where('status', '=', 'active')
      .executeTakeFirst();
    if (!user || (await this.#askedTooOften(reset.email, resetId))) return null;
    const letter = { to: user.email, name: user.firstName, language: user.language };
    if (user.passwordHash === null) return { ...letter, kind: 'password_elsewhere' };
    await this.database.query
      .updateTable('passwordResets')
      .set({ userId: user.id })
      .where('id', '=', resetId)
      .execute();
    return { ...letter, kind: 'password_reset' };
  }

  async #askedTooOften(email: string, resetId: string): Promise<boolean> {
    const { earlier } = await this.database.query
      .selectFrom('passwordResets')
      .select(({ fn }) => fn.countAll<number>().as('earlier'))
      .where('email', '=', email)
      .where('id', '<', resetId)
      .where('createdAt', '>', this.clock.now().subtract({ hours: 1 }))
      .executeTakeFirstOrThrow();
    return earlier >= MAILS_PER_HOUR;
  }
}
