import { type Actor, Clock } from '#kernel';
import { Database, type DataOf, HandlesJob, type JobHandler, type Mail, Mailer } from '#platform';
import { DeliverMail } from './queues.ts';

/** SMTP's permanent refusals (RFC 5321 §4.2.1): the same mail will not be taken later either. */
const PERMANENT = 500;

/**
 * Sends a mail that was written with its notification. At least once: a process that dies after the mail
 * server took the mail and before the row says so sends it again, with the same Message-ID.
 */
@HandlesJob(DeliverMail)
export class DeliverMailHandler implements JobHandler<DataOf<typeof DeliverMail>> {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly mailer: Mailer,
  ) {}

  async handle(_actor: Actor, { deliveryId }: DataOf<typeof DeliverMail>): Promise<void> {
    const delivery = await this.database.query
      .selectFrom('notificationDeliveries')
      .select(['recipient', 'subject', 'body', 'invitation'])
      .where('id', '=', deliveryId)
      .where('status', '<>', 'sent')
      .executeTakeFirst();
    if (!delivery) return;
    try {
      await this.mailer.send({
        to: delivery.recipient,
        subject: delivery.subject,
        text: delivery.body,
        ...(delivery.invitation !== null && { invitation: delivery.invitation as Mail['invitation'] }),
        messageId: `<${deliveryId}@televisit>`,
      });
    } catch (error) {
      const refusal = error as SmtpFailure;
      await this.#record(deliveryId, { status: 'failed', failure: describe(refusal) });
      if (isFinal(refusal)) return;
      throw error;
    }
    await this.#record(deliveryId, { status: 'sent', failure: null, sentAt: this.clock.now() });
  }

  async #record(
    deliveryId: string,
    outcome: { status: 'sent' | 'failed'; failure: string | null; sentAt?: Temporal.Instant },
  ): Promise<void> {
    await this.database.query
      .updateTable('notificationDeliveries')
      .set({ ...outcome, updatedAt: this.clock.now() })
      .where('id', '=', deliveryId)
      .execute();
  }
}

/** What nodemailer tells of a failure: its own code and, where the server answered, the server's. */
interface SmtpFailure {
  readonly code?: string;
  readonly responseCode?: number;
}

/** Codes only: the server's words may repeat the address. */
function describe({ code = 'unknown', responseCode }: SmtpFailure): string {
  return responseCode === undefined ? code : `${code} ${responseCode}`;
}

/** The recipient or the mail was refused for good. A login that fails is ours to repair, so it is tried again. */
function isFinal({ code, responseCode = 0 }: SmtpFailure): boolean {
  return responseCode >= PERMANENT && (code === 'EENVELOPE' || code === 'EMESSAGE');
}
