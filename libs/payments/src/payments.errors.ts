import { conflict, DomainError, forbidden, invalid, type Money, unavailable } from '#kernel';

export const notThePayer = () => forbidden('not_the_payer', 'Only the patient pays for a visit.');
export const nothingToPay = () => conflict('nothing_to_pay', 'This visit costs nothing.');
export const notPaid = () => conflict('not_paid', 'There is a receipt when the payment has arrived.');
export const alreadyPaid = (paymentId: string) =>
  conflict('already_paid', 'This visit has been paid for.', { transaction_id: paymentId });
export const paymentRefused = (reason: string) =>
  conflict('payment_refused', 'The payment provider did not accept this payment.', { reason });
export const paymentNotRefundable = (status: string) =>
  conflict(`payment_is_${status}`, `This payment is ${status.replaceAll('_', ' ')}.`, { status });
export const refundExceedsPayment = (refundable: Money) =>
  conflict('refund_exceeds_payment', 'That is more than is left to refund.', { refundable });
export const refundNotSendable = (step: number) =>
  invalid('refund_not_sendable', 'This currency is given back in steps only.', { step });
export const unsignedWebhook = () =>
  invalid('webhook_unsigned', 'No known payment provider has signed this webhook.');
export const forgedWebhook = () =>
  invalid('webhook_signature_invalid', 'The signature does not belong to this body.');
export const forgedCheckout = () =>
  invalid('checkout_signature_invalid', 'This was not handed over by the payment provider for this payment.');
export const untimelyWebhook = () =>
  invalid('webhook_timestamp_outside_tolerance', 'The signature was made too long ago, or in the future.');
export const unreadableWebhook = () =>
  invalid('webhook_unreadable', 'This is not an event of the payment provider.');
export const webhookPayloadDeleted = () =>
  conflict(
    'webhook_payload_deleted',
    'What was sent in this event has been kept long enough and is deleted.',
  );
export const refundNotFailed = (status: string) =>
  conflict('refund_not_failed', 'Only a refund that has failed is tried again.', { status });
export const refundRetried = (refundId: string) =>
  conflict('refund_already_retried', 'This refund has been tried again.', { refund_id: refundId });
export const doctorMissing = () => invalid('doctor_id_required', 'Name the doctor with doctor_id.');

export const returnUrlRefused = () =>
  invalid('return_url_not_allowed', 'return_url has to be of an allowed origin.');

export const payoutDetailsRequired = () =>
  invalid(
    'payout_details_required',
    'The provider of this currency has no page to ask: tell the details here.',
  );
export const payoutDetailsUnasked = () =>
  invalid('payout_details_unasked', 'The provider of this currency asks for the details itself.');
export const payoutDetailsRefused = (reason: string, field: string | null) =>
  conflict('payout_details_refused', 'The provider did not accept these details.', { reason, field });
export const trialUsed = () => conflict('trial_used', 'This practice has had its trial.');
export const alreadySubscribed = (subscriptionId: string, status: string) =>
  conflict('already_subscribed', 'This practice has a subscription; change it at the portal.', {
    subscription_id: subscriptionId,
    status,
  });
export const checkoutContended = () =>
  conflict('checkout_contended', 'Somebody else opens another checkout for this practice. Please try again.');
export const planNotSold = () => conflict('plan_not_sold', 'This plan is not sold here.');
export const planNotSoldIn = (currency: string) =>
  invalid('plan_not_sold_in_currency', 'The plan is not sold in this currency.', { currency });
export const nothingToManage = () =>
  conflict('nothing_to_manage', 'This practice has never opened a checkout: there is nothing to manage.');

export const nothingToPayOut = (available: Money) =>
  conflict('nothing_to_pay_out', 'There is nothing to pay out to this doctor.', { available });
export const payoutExceedsAvailable = (available: Money) =>
  conflict('payout_exceeds_available', 'That is more than can be paid out to this doctor now.', {
    available,
  });
export const payoutNotTransferable = (step: number) =>
  invalid('payout_not_transferable', 'The provider sends this currency in steps only.', { step });
export const payoutAccountNotReady = () =>
  conflict('payout_account_not_ready', 'The doctor has no account yet that money can be sent to.');
export const payoutNotPaid = (status: string) =>
  conflict('payout_not_paid', 'There is a statement when the payout has been paid.', { status });
export const ownPayout = () =>
  forbidden('own_payout', 'A payout is approved by an administrator who neither made it nor gets it.');
export const commissionRuleIsOver = () => conflict('commission_rule_is_over', 'This rule has ended.');
export const invalidPeriod = () => invalid('invalid_period', 'A period ends after it begins.');

/** Nobody knows whether the provider did it. It may be asked again with the same ids. */
export const providerUnavailable = () =>
  unavailable('payment_provider_unavailable', 'The payment provider does not answer. Please try again.');

export function isProviderUnavailable(error: unknown): boolean {
  return error instanceof DomainError && error.code === 'payment_provider_unavailable';
}
