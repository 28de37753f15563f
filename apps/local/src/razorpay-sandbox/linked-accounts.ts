import { z } from 'zod';
import { unixNow } from '../payment-sandbox/random-text.ts';
import { badRequest, RazorpayApiError } from './errors.ts';
import type { EventLog } from './events.ts';
import { notesField, notesOrNone } from './orders.ts';
import type { LinkedAccount, Product, Requirement, Stakeholder } from './route-entities.ts';
import { razorpayId, type Store } from './store.ts';

const text = (min: number, max: number) => z.string().min(min).max(max);
const place = {
  city: text(2, 32),
  state: text(2, 32),
  postal_code: z.string().length(6),
  country: text(2, 64),
};
/** Links, addresses and signs are refused. */
const name = text(4, 200).regex(/^[A-Za-z ]+$/, 'The contact name may only contain alphabets and spaces');

const changeable = {
  phone: text(8, 15),
  legal_business_name: name,
  profile: z.strictObject({
    category: z.literal('healthcare', 'The business category is invalid'),
    subcategory: z.enum(
      ['clinic', 'hospital', 'doctors'],
      'Invalid business subcategory for business category',
    ),
    addresses: z.strictObject({
      registered: z.strictObject({ street1: text(1, 100), street2: text(1, 100), ...place }),
    }),
  }),
};

/** https://razorpay.com/docs/api/payments/route/create-linked-account/ */
export const accountBody = z.strictObject({
  ...changeable,
  contact_name: name,
  email: z.email().max(132),
  type: z.literal('route'),
  business_type: z.enum(['individual', 'proprietorship', 'partnership', 'private_limited']),
  notes: notesField.optional(),
});
/** All but the e-mail address and the kind of business, https://razorpay.com/docs/api/payments/route/update-linked-accounts/ */
export const accountChanges = z.strictObject(changeable).partial();

const personal = {
  name: text(1, 255),
  kyc: z.strictObject({
    pan: z.string().regex(/^[A-Z]{3}P[A-Z]\d{4}[A-Z]$/, 'The pan field is invalid.'),
  }),
  addresses: z.strictObject({ residential: z.strictObject({ street: text(10, 255), ...place }) }),
};

/** https://razorpay.com/docs/api/payments/route/create-stakeholder/ */
export const stakeholderBody = z.strictObject({
  ...personal,
  email: z.email().max(132),
  notes: notesField.optional(),
});
/** https://razorpay.com/docs/api/payments/route/update-stakeholder/ */
export const stakeholderChanges = z.strictObject(personal).partial();

/** https://razorpay.com/docs/api/payments/route/request-product-config/ */
export const productBody = z.strictObject({
  product_name: z.literal('route'),
  tnc_accepted: z.literal(true),
});

/** https://razorpay.com/docs/api/payments/route/update-product-config/ */
export const productChanges = z.strictObject({
  settlements: z.strictObject({
    account_number: text(5, 20),
    ifsc_code: z.string().regex(/^[A-Z]{4}0[A-Z0-9]{6}$/, 'Invalid IFSC Code.'),
    beneficiary_name: text(4, 120),
  }),
  tnc_accepted: z.literal(true),
});

const SETTLEMENTS = ['account_number', 'ifsc_code', 'beneficiary_name'] as const;

/** Accounts of those whom the platform pays. */
export class LinkedAccounts {
  /** Razorpay looks at bank accounts that are told from now on, until `decide`; otherwise it believes them at once. */
  reviews = false;

  constructor(
    private readonly store: Store,
    private readonly log: EventLog,
  ) {}

  /** Errors: 400, also when another account has the address. */
  create({ notes, ...input }: z.output<typeof accountBody>): LinkedAccount {
    const { account: accounts } = this.store.tables;
    const taken = [...accounts.values()].find(({ email }) => email === input.email);
    if (taken)
      throw badRequest(`Merchant email already exists for account - ${taken.id.slice('acc_'.length)}`);
    const account: LinkedAccount = {
      id: razorpayId('acc'),
      status: 'created',
      ...input,
      notes: notesOrNone(notes),
      customer_facing_business_name: input.legal_business_name,
      created_at: unixNow(),
    };
    accounts.set(account.id, account);
    this.store.touch();
    return account;
  }

  /** Errors: 400 for one that is not the platform's, as for each of these. */
  get(id: string): LinkedAccount {
    const account = this.store.tables.account.get(id);
    if (account) return account;
    throw new RazorpayApiError(400, 'Linked account does not exist', {
      reason: 'linked_account_id_does_not_exist',
    });
  }

  change(id: string, changes: z.output<typeof accountChanges>): LinkedAccount {
    const account = Object.assign(this.get(id), changes);
    this.store.touch();
    return account;
  }

  stakeholders(accountId: string): Stakeholder[] {
    const { id } = this.get(accountId);
    const own = this.store.tables.stakeholder.get(id);
    // In lists Razorpay leaves the prefix away.
    return own ? [{ ...own, id: own.id.slice('sth_'.length) }] : [];
  }

  addStakeholder(accountId: string, { notes, ...input }: z.output<typeof stakeholderBody>): Stakeholder {
    const { id } = this.get(accountId);
    if (this.store.tables.stakeholder.has(id)) {
      throw badRequest('Stakeholders cannot be more than one for Route product.');
    }
    const stakeholder: Stakeholder = {
      id: razorpayId('sth'),
      entity: 'stakeholder',
      ...input,
      notes: notesOrNone(notes),
    };
    this.store.tables.stakeholder.set(id, stakeholder);
    this.store.touch();
    return stakeholder;
  }

  changeStakeholder(
    accountId: string,
    id: string,
    changes: z.output<typeof stakeholderChanges>,
  ): Stakeholder {
    const stakeholder = this.store.tables.stakeholder.get(this.get(accountId).id);
    if (stakeholder?.id !== id) throw badRequest('The id provided does not exist');
    Object.assign(stakeholder, changes);
    this.store.touch();
    return stakeholder;
  }

  /** Asks for the product; again, it is the same one. */
  request(accountId: string): Product {
    const { id } = this.get(accountId);
    const known = [...this.store.tables.product.values()].find((product) => product.account_id === id);
    if (known) return known;
    const now = unixNow();
    const product: Product = {
      id: razorpayId('acc_prd'),
      account_id: id,
      product_name: 'route',
      activation_status: 'needs_clarification',
      requested_configuration: [],
      active_configuration: {
        settlements: { account_number: null, ifsc_code: null, beneficiary_name: null },
      },
      requirements: [],
      tnc: { id: razorpayId('tnc'), accepted: true, accepted_at: now },
      requested_at: now,
    };
    product.requirements = SETTLEMENTS.map((field) => requirement(product, field, 'field_missing'));
    this.store.tables.product.set(product.id, product);
    this.store.touch();
    return product;
  }

  product(accountId: string, id: string): Product {
    const product = this.store.tables.product.get(id);
    if (product?.account_id === this.get(accountId).id) return product;
    throw badRequest("The provided product config id doesn't exist for the merchant");
  }

  /** Errors: 400 while Razorpay looks at what was told before. */
  configure(accountId: string, id: string, { settlements }: z.output<typeof productChanges>): Product {
    const product = this.product(accountId, id);
    if (product.activation_status === 'under_review') {
      throw badRequest('Merchant activation form has been locked for editing by admin.');
    }
    product.active_configuration.settlements = settlements;
    return this.move(product, this.reviews ? 'under_review' : 'activated');
  }

  /** Razorpay has looked at the bank account, and believes it or not. Errors: 400 without a product. */
  decide(accountId: string, status: 'activated' | 'needs_clarification'): Product {
    return this.move(this.ofAccount(accountId), status);
  }

  /** Errors: 400. */
  suspend(accountId: string): LinkedAccount {
    const account = Object.assign(this.get(accountId), {
      status: 'suspended' as const,
      suspended_at: unixNow(),
    });
    this.store.touch();
    const merchant = {
      id: account.id.slice('acc_'.length),
      entity: 'merchant',
      name: account.legal_business_name,
      email: account.email,
      activated: false,
      live: false,
      suspended_at: account.suspended_at,
    };
    this.log.record('account.suspended', { account: merchant }, { account: account.id });
    return account;
  }

  /** An account that a transfer can go to. Errors: 400. */
  payable(id: string): LinkedAccount {
    const account = this.get(id);
    const isActivated = this.ofAccount(id).activation_status === 'activated';
    if (account.status === 'created' && isActivated) return account;
    throw badRequest('The linked account is not activated', 'account');
  }

  private ofAccount(accountId: string): Product {
    const product = [...this.store.tables.product.values()].find(
      ({ account_id: id }) => id === this.get(accountId).id,
    );
    if (!product) throw badRequest('The linked account is not activated', 'account');
    return product;
  }

  private move(product: Product, status: 'activated' | 'needs_clarification' | 'under_review'): Product {
    product.activation_status = status;
    product.requirements =
      status === 'needs_clarification'
        ? SETTLEMENTS.map((field) => requirement(product, field, 'needs_clarification'))
        : [];
    this.store.touch();
    const { id, account_id: account, requirements } = product;
    const entity = { id, merchant_id: account, activation_status: status };
    const data = requirements.length > 0 ? { requirements } : [];
    this.log.record(`product.route.${status}`, { merchant_product: entity }, { account, data });
    return product;
  }
}

function requirement(
  { id, account_id: account }: Product,
  field: string,
  reason: Requirement['reason_code'],
): Requirement {
  return {
    field_reference: `settlements.${field}`,
    resolution_url: `/accounts/${account}/products/${id}`,
    reason_code: reason,
    status: 'required',
  };
}
