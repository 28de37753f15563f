import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { escaped, page } from '../payment-sandbox/page.ts';
import type { Accounts } from './accounts.ts';
import { type Form, readForm } from './form.ts';

const onboardingForm = z.strictObject({ action: z.enum(['submit', 'later']) });
interface BySecret {
  Params: { secret: string };
}

/** `/connect/{secret}`: the page behind an account link, where a person tells who they are and where their bank is. */
export async function connectRoutes(
  app: FastifyInstance,
  { accounts }: { accounts: Accounts },
): Promise<void> {
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'");
    reply.header('cache-control', 'no-store').type('text/html; charset=utf-8');
  });

  app.get<BySecret>('/:secret', (request, reply) => {
    const { secret } = request.params;
    const onboarding = accounts.onboarding(secret);
    if (onboarding === undefined) {
      return reply.code(404).send(page('Get paid', '<p role="alert">There is no such link.</p>'));
    }
    if (!onboarding.isOpen) return reply.redirect(onboarding.refreshUrl, 303);
    return reply.send(onboardingPage(secret, onboarding.account));
  });

  app.post<BySecret>('/:secret', (request, reply) => {
    const { secret } = request.params;
    const { action } = readForm(onboardingForm, (request.body ?? {}) as Form);
    const onboarding = accounts.onboarding(secret);
    if (!onboarding?.isOpen) return reply.redirect(`/connect/${secret}`, 303);
    if (action === 'submit') accounts.complete(onboarding.account);
    accounts.use(secret);
    return reply.redirect(onboarding.returnUrl, 303);
  });
}

function onboardingPage(secret: string, account: string): string {
  return page(
    'Get paid',
    `<small>Sandbox: no money moves</small>
<h1>Get paid</h1>
<p>Stripe would now ask who you are, and for your bank account.</p>
<form method="post" action="/connect/${escaped(secret)}">
<button name="action" value="submit">Tell it everything</button>
<button name="action" value="later">Later</button>
</form>
<p><small>${escaped(account)}</small></p>`,
  );
}
