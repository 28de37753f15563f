import type { Actor } from '#kernel';
import { type DataOf, HandlesJob, type JobHandler, Mailer, Translator } from '#platform';
import { AccountsService } from '../accounts/accounts.service.ts';
import { TellOwner } from '../queues.ts';

@HandlesJob(TellOwner)
export class TellOwnerHandler implements JobHandler<DataOf<typeof TellOwner>> {
  constructor(
    private readonly accounts: AccountsService,
    private readonly translator: Translator,
    private readonly mailer: Mailer,
  ) {}

  async handle(_actor: Actor, { noticeId, userId, notice }: DataOf<typeof TellOwner>): Promise<void> {
    const { email, firstName: name, language } = await this.accounts.byId(userId);
    const text = (part: string) => this.translator.text(language, `auth:${notice}.${part}`, { name });
    await this.mailer.send({
      to: email,
      subject: text('subject'),
      text: text('text'),
      messageId: `<${noticeId}@televisit>`,
    });
  }
}
