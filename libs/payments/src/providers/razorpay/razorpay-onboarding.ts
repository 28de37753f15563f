import type { Clock } from '#kernel';
import { ProviderRefusal } from '../payment-provider.ts';
import type { AccountSnapshot, OnboardingByDetails, PayeeDetails } from '../payout-provider.ts';
import { wholeSecond } from '../whole-second.ts';
import type { RazorpayClient } from './razorpay.client.ts';
import { AccountEntity, collectionOf, ProductEntity, StakeholderEntity } from './razorpay-entities.ts';
import { accountId, emptyAccount, productSnapshot } from './razorpay-payout-snapshots.ts';

/** Razorpay's words for what a doctor does. */
const BUSINESS = { business_type: 'individual', category: 'healthcare', subcategory: 'clinic' };
const COUNTRY = 'IN';
const DOCTOR_ID = 'doctor_id';
/** The one product of a linked account. */
const PRODUCT = 'route';

const Stakeholders = collectionOf(StakeholderEntity);

/** So Razorpay names the account that has an address already, without the `acc_` before its id. */
const TAKEN = /email already exists for account - (\w+)/i;

/**
 * Opens linked accounts (https://razorpay.com/docs/payments/route/integration-guide/): the account, its one
 * stakeholder, who is the doctor, and the product with the bank account. None of it takes an idempotency key, so
 * each step looks first for what an earlier try has made.
 */
export class RazorpayOnboarding implements OnboardingByDetails {
  readonly by = 'details';

  constructor(
    private readonly clock: Clock,
    private readonly client: RazorpayClient,
  ) {}

  async open({ doctorId, details }: { doctorId: string; details: PayeeDetails }): Promise<AccountSnapshot> {
    const body = {
      ...aboutAccount(details),
      contact_name: details.legalName,
      email: details.email,
      type: 'route',
      business_type: BUSINESS.business_type,
      notes: { [DOCTOR_ID]: doctorId },
    };
    try {
      const { id } = await this.client.ask(AccountEntity, { ...V2, method: 'POST', path: '/accounts', body });
      return emptyAccount(id, wholeSecond(this.clock));
    } catch (error) {
      const taken = error instanceof ProviderRefusal && TAKEN.exec(error.message)?.[1];
      if (!taken) throw error;
      return emptyAccount(await this.#ownOf(doctorId, accountId(taken)), wholeSecond(this.clock));
    }
  }

  async tell(
    account: { reference: string; detailsReference: string | null },
    details: PayeeDetails,
  ): Promise<AccountSnapshot> {
    const path = `/accounts/${account.reference}`;
    if (account.detailsReference !== null) {
      const body = aboutAccount(details);
      await this.client.ask(AccountEntity, { ...V2, method: 'PATCH', path, body });
    }
    await this.#tellWho(path, details);
    const productId = account.detailsReference ?? (await this.#product(path));
    const { accountNumber, ifsc, holder } = details.bank;
    const product = await this.client.ask(ProductEntity, {
      ...V2,
      method: 'PATCH',
      path: `${path}/products/${productId}`,
      body: {
        settlements: { account_number: accountNumber, ifsc_code: ifsc, beneficiary_name: holder },
        tnc_accepted: true,
      },
    });
    return productSnapshot(account.reference, product, wholeSecond(this.clock));
  }

  /** The account that has this doctor's address, when it was opened for this doctor: its answer was lost then. */
  async #ownOf(doctorId: string, id: string): Promise<string> {
    const refusal = new ProviderRefusal('email_in_use', `Another account has the address: ${id}.`, 'email');
    const found = await this.client
      .ask(AccountEntity, { ...V2, method: 'GET', path: `/accounts/${id}` })
      .catch((error: unknown) => {
        // It is no account of this platform.
        throw error instanceof ProviderRefusal ? refusal : error;
      });
    if (found.notes[DOCTOR_ID] !== doctorId) throw refusal;
    return id;
  }

  /** A linked account has one stakeholder at most. */
  async #tellWho(path: string, { legalName, email, pan, address }: PayeeDetails): Promise<void> {
    const { street, city, state, postalCode } = address;
    const body = {
      name: legalName,
      kyc: { pan },
      addresses: {
        residential: { street, city, state, postal_code: postalCode, country: COUNTRY },
      },
    };
    const all = { ...V2, path: `${path}/stakeholders` };
    const [known] = (await this.client.ask(Stakeholders, { ...all, method: 'GET' })).items;
    await this.client.ask(
      StakeholderEntity,
      known
        ? { ...V2, method: 'PATCH', path: `${all.path}/${stakeholderId(known.id)}`, body }
        : { ...all, method: 'POST', body: { ...body, email } },
    );
  }

  async #product(path: string): Promise<string> {
    const { id } = await this.client.ask(ProductEntity, {
      ...V2,
      method: 'POST',
      path: `${path}/products`,
      body: { product_name: PRODUCT, tnc_accepted: true },
    });
    return id;
  }
}

const V2 = { version: 'v2' } as const;

function aboutAccount({ legalName, phone, address }: PayeeDetails) {
  const { street, city, state, postalCode } = address;
  return {
    phone,
    legal_business_name: legalName,
    profile: {
      category: BUSINESS.category,
      subcategory: BUSINESS.subcategory,
      addresses: {
        registered: {
          street1: street,
          street2: city,
          city,
          state: state.toUpperCase(),
          postal_code: postalCode,
          country: COUNTRY,
        },
      },
    },
  };
}

/** In lists Razorpay leaves `sth_` away. */
function stakeholderId(id: string): string {
  return id.startsWith('sth_') ? id : `sth_${id}`;
}
