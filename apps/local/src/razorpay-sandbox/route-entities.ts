import type { Notes } from './entities.ts';

/** Objects of Route, https://razorpay.com/docs/api/payments/route/; the parts in use. */
interface Address {
  street1: string;
  street2: string;
  city: string;
  state: string;
  postal_code: string;
  country: string;
}

/** https://razorpay.com/docs/api/payments/route/linked-account-entity/ */
export interface LinkedAccount {
  id: string;
  type: 'route';
  status: 'created' | 'suspended';
  email: string;
  profile: { category: string; subcategory: string; addresses: { registered: Address } };
  notes: Notes | [];
  created_at: number;
  suspended_at?: number;
  phone: string;
  contact_name: string;
  business_type: string;
  legal_business_name: string;
  customer_facing_business_name: string;
}

/** https://razorpay.com/docs/api/payments/route/stakeholder-entity/ */
export interface Stakeholder {
  id: string;
  entity: 'stakeholder';
  name: string;
  email: string;
  kyc: { pan: string };
  addresses: { residential: Omit<Address, 'street1' | 'street2'> & { street: string } };
  notes: Notes | [];
}

export interface Requirement {
  field_reference: string;
  resolution_url: string;
  reason_code: 'field_missing' | 'needs_clarification';
  status: 'required';
}

/** https://razorpay.com/docs/api/payments/route/product-configuration-entity/ */
export interface Product {
  id: string;
  account_id: string;
  product_name: 'route';
  activation_status: 'requested' | 'needs_clarification' | 'under_review' | 'activated' | 'suspended';
  requested_configuration: [];
  active_configuration: { settlements: Settlements };
  requirements: Requirement[];
  tnc: { id: string; accepted: boolean; accepted_at: number };
  requested_at: number;
}

interface Settlements {
  account_number: string | null;
  ifsc_code: string | null;
  beneficiary_name: string | null;
}

/** https://razorpay.com/docs/api/payments/route/transfers-entity/ */
export interface Transfer {
  id: string;
  entity: 'transfer';
  status: 'created' | 'pending' | 'processed' | 'failed' | 'reversed' | 'partially_reversed';
  settlement_status: 'pending' | 'on_hold' | 'settled' | null;
  source: string;
  recipient: string;
  amount: number;
  currency: string;
  amount_reversed: number;
  fees: number;
  tax: number;
  notes: Notes | [];
  linked_account_notes: [];
  on_hold: false;
  on_hold_until: null;
  recipient_settlement_id: null;
  created_at: number;
  processed_at: number | null;
  error: Record<
    'code' | 'description' | 'reason' | 'field' | 'step' | 'id' | 'source' | 'metadata',
    string | null
  >;
}

/** https://razorpay.com/docs/api/payments/route/reverse-a-transfer/ */
export interface Reversal {
  id: string;
  entity: 'reversal';
  transfer_id: string;
  amount: number;
  fee: 0;
  tax: 0;
  currency: string;
  notes: [];
  initiator_id: string;
  customer_refund_id: null;
  created_at: number;
}
