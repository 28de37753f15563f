import { z } from 'zod';
import { type Accounts, accountLinkForm, createAccountForm } from './accounts.ts';
import type { Operation } from './api.operations.ts';
import type { Balance } from './balance.ts';
import { type Form, readForm, text } from './form.ts';
import { listForm, listPage } from './lists.ts';
import type { Store } from './store.ts';
import { reversalForm, type Transfers, transferForm } from './transfers.ts';

const nothing = z.strictObject({});
const transferFilters = { destination: text.optional(), transfer_group: text.optional() };

/** The part of Stripe's API that pays others out, https://docs.stripe.com/connect */
export function connectOperations(
  store: Store,
  { accounts, transfers, balance }: { accounts: Accounts; transfers: Transfers; balance: Balance },
): Operation[] {
  const get = (url: string, run: Operation['run']): Operation => ({ method: 'GET', url, run });
  const post = (url: string, run: Operation['run']): Operation => ({ method: 'POST', url, run });
  const noParameters = (form: Form) => void readForm(nothing, form);
  return [
    post('/accounts', ({ form }) => accounts.create(readForm(createAccountForm, form))),
    get('/accounts/:id', ({ id, form }) => {
      noParameters(form);
      return store.get('account', id);
    }),
    get('/accounts', ({ form }) =>
      listPage(
        // Only on older accounts is the time missing.
        [...store.tables.account.values()].map((account) => ({ created: 0, ...account })),
        readForm(listForm, form),
        { kind: 'account', url: '/v1/accounts' },
      ),
    ),
    post('/account_links', ({ form }) => accounts.link(readForm(accountLinkForm, form))),
    post('/transfers', ({ form, cause }) => transfers.create(readForm(transferForm, form), cause)),
    get('/transfers/:id', ({ id, form }) => {
      noParameters(form);
      return store.get('transfer', id);
    }),
    get('/transfers', ({ form }) => {
      const {
        destination,
        transfer_group: group,
        ...input
      } = readForm(listForm.extend(transferFilters), form);
      return listPage(store.tables.transfer.values(), input, {
        kind: 'transfer',
        url: '/v1/transfers',
        filter: (transfer) =>
          (destination === undefined || transfer.destination === destination) &&
          (group === undefined || transfer.transfer_group === group),
      });
    }),
    post('/transfers/:id/reversals', ({ id, form, cause }) =>
      transfers.reverse(id, readForm(reversalForm, form), cause),
    ),
    get('/balance', ({ form }) => {
      noParameters(form);
      return balance.show();
    }),
  ];
}
