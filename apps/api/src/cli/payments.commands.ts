import { parseArgs } from 'node:util';
import { DomainError } from '#kernel';
import {
  type Finding,
  PaymentProviders,
  ProviderComparisonService,
  ReconciliationsService,
  WEBHOOK_STATUSES,
  type WebhookEvent,
  WebhookInboxService,
} from '#payments';
import { withLibraries } from './with-libraries.ts';

export const PAYMENTS_USAGE = `  webhooks list [--status waiting|retrying|processed|failed] [--provider NAME] [--type TYPE] [--payment ID] [--limit N]
                 what payment providers told, newest first
  webhooks show ID
                 one event with what was sent, less secrets and who somebody is
  webhooks replay ID...
                 have events worked on once more; a worker does it
  reconcile [--days N]
                 compare the last days (4) with the providers and take in what was missed; ends with 1 and a
                 line for each when something is left that somebody has to look at
`;

const DAYS = 4;
const print = (line: string) => process.stdout.write(`${line}\n`);

/** @returns the exit code; `undefined` when it is no such command */
export async function paymentsCommand(words: readonly string[]): Promise<number | undefined> {
  const [noun, verb, ...rest] = words;
  if (noun === 'reconcile') return reconcile(words.slice(1));
  if (noun !== 'webhooks') return undefined;
  if (verb === 'list') return listWebhooks(rest);
  if (verb === 'show' && rest.length === 1) return showWebhook(rest[0] ?? '');
  if (verb === 'replay' && rest.length > 0) return replayWebhooks(rest);
  return undefined;
}

async function listWebhooks(args: string[]): Promise<number> {
  const option = { type: 'string' } as const;
  const { values } = parseArgs({
    args,
    options: { status: option, provider: option, type: option, payment: option, limit: option },
  });
  const status = WEBHOOK_STATUSES.find((one) => one === values.status);
  if (values.status !== undefined && status === undefined) return 2;
  const filter = { status, provider: values.provider, type: values.type, paymentId: values.payment };
  const { items, total } = await withLibraries((libraries, actor) =>
    libraries.get(WebhookInboxService).list(actor, filter, { page: 1, pageSize: Number(values.limit ?? 50) }),
  );
  for (const event of items) print(lineOf(event));
  print(`${items.length} of ${total}`);
  return 0;
}

async function showWebhook(id: string): Promise<number> {
  const event = await withLibraries((libraries, actor) =>
    libraries.get(WebhookInboxService).inspect(actor, id),
  );
  print(JSON.stringify(event, null, 2));
  return 0;
}

async function replayWebhooks(ids: readonly string[]): Promise<number> {
  return withLibraries(async (libraries, actor) => {
    let refused = 0;
    for (const id of ids) {
      try {
        print(lineOf(await libraries.get(WebhookInboxService).replay(actor, id)));
      } catch (error) {
        if (!(error instanceof DomainError)) throw error;
        refused += 1;
        print(`${id}  ${error.code}`);
      }
    }
    return refused === 0 ? 0 : 1;
  });
}

async function reconcile(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: { days: { type: 'string' } } });
  const days = Number(values.days ?? DAYS);
  if (!Number.isInteger(days) || days < 1 || days > 90) return 2;
  return withLibraries(async (libraries, actor) => {
    const reconciliations = libraries.get(ReconciliationsService);
    let unresolved = 0;
    for (const provider of libraries.get(PaymentProviders).names) {
      const { id } = await reconciliations.open(actor, provider, days);
      await libraries.get(ProviderComparisonService).run(actor, await reconciliations.get(actor, id));
      const done = await reconciliations.get(actor, id);
      const found = await reconciliations.findings(actor, id, {}, { page: 1, pageSize: 1000 });
      for (const finding of found.items) print(findingLine(finding));
      print(
        `${provider}: ${done.checked} compared, ${done.repaired} repaired, ${done.unresolved} to be looked at`,
      );
      unresolved += done.unresolved;
    }
    return unresolved === 0 ? 0 : 1;
  });
}

function lineOf({
  id,
  receivedAt,
  provider,
  type,
  status,
  outcome,
  failures,
  lastError,
}: WebhookEvent): string {
  const trouble = failures > 0 ? `  failed ${failures} times: ${lastError ?? ''}` : '';
  return `${id}  ${receivedAt.toString()}  ${provider}  ${type}  ${outcome ?? status}${trouble}`;
}

function findingLine({ subject, providerReference, paymentId, problem, details }: Finding): string {
  const about = paymentId === null ? '' : `  payment ${paymentId}`;
  return `${problem ?? 'repaired'}  ${subject} ${providerReference}${about}${details ? `  ${details}` : ''}`;
}
