import { z } from 'zod';
import { AccountsService } from '#auth';
import type { Actor } from '#kernel';
import { type DataOf, defineQueue, HandlesJob, type JobHandler, Mailer, Translator } from '#platform';
import { HandoverRecords } from './handover-records.ts';

/** Somebody is to learn that a chart is offered to them. */
export const InviteToChart = defineQueue('patients.invite-to-chart', z.object({ handoverId: z.uuid() }));

/** Mails an invitation. There is no secret in it: who has proved the address finds the offer when logged in. */
@HandlesJob(InviteToChart)
export class InviteToChartHandler implements JobHandler<DataOf<typeof InviteToChart>> {
  constructor(
    private readonly records: HandoverRecords,
    private readonly accounts: AccountsService,
    private readonly translator: Translator,
    private readonly mailer: Mailer,
  ) {}

  async handle(_actor: Actor, { handoverId }: DataOf<typeof InviteToChart>): Promise<void> {
    const { status, email, guardianUserId, guardianName } = await this.records.byId(handoverId);
    if (status !== 'offered') return;
    // Nothing is known of the invited person; most families share a language.
    const { language } = await this.accounts.byId(guardianUserId);
    const text = (part: string) =>
      this.translator.text(language, `patients:invitation.${part}`, { guardian: guardianName });
    await this.mailer.send({
      to: email,
      subject: text('subject'),
      text: text('text'),
      messageId: `<${handoverId}@televisit>`,
    });
  }
}
