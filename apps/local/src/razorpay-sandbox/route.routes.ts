import type { FastifyInstance } from 'fastify';
import { type AnswerParts, answering, type ById, collection, MAX_COUNT, writing } from './api.answers.ts';
import {
  accountBody,
  accountChanges,
  type LinkedAccounts,
  productBody,
  productChanges,
  stakeholderBody,
  stakeholderChanges,
} from './linked-accounts.ts';

/** Linked accounts under `/v2`: https://razorpay.com/docs/api/payments/route/ */
export async function routeRoutes(
  app: FastifyInstance,
  parts: AnswerParts & { readonly accounts: LinkedAccounts },
): Promise<void> {
  answering(app, parts);
  const { accounts } = parts;
  writing(app, parts, 'POST', '/accounts', ({ body }) => accounts.create(accountBody.parse(body ?? {})));
  app.get('/accounts/:id', (request: ById) => accounts.get(request.params.id));
  writing(app, parts, 'PATCH', '/accounts/:id', ({ params, body }) =>
    accounts.change(params.id, accountChanges.parse(body ?? {})),
  );
  app.get('/accounts/:id/stakeholders', (request: ById) =>
    collection(accounts.stakeholders(request.params.id), { count: MAX_COUNT, skip: 0 }),
  );
  writing(app, parts, 'POST', '/accounts/:id/stakeholders', ({ params, body }) =>
    accounts.addStakeholder(params.id, stakeholderBody.parse(body ?? {})),
  );
  writing(app, parts, 'PATCH', '/accounts/:id/stakeholders/:other', ({ params, body }) =>
    accounts.changeStakeholder(params.id, params.other, stakeholderChanges.parse(body ?? {})),
  );
  writing(app, parts, 'POST', '/accounts/:id/products', ({ params, body }) => {
    productBody.parse(body ?? {});
    return accounts.request(params.id);
  });
  app.get('/accounts/:id/products/:other', (request: ById) =>
    accounts.product(request.params.id, request.params.other),
  );
  writing(app, parts, 'PATCH', '/accounts/:id/products/:other', ({ params, body }) =>
    accounts.configure(params.id, params.other, productChanges.parse(body ?? {})),
  );
}
