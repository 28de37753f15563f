/** Stands for what is not shown. */
const REMOVED = '[removed]';

/** What people are, have or wrote, and what opens something; with everything below it. */
const HIDDEN =
  /secret|token|password|signature|email|phone|contact|name$|holder|address|postal|city|^ip$|ip_|last4|fingerprint|iban|vpa|^card$|^bank|_bank|wallet|billing|shipping|customer|evidence|payment_method_details|individual|company|business_profile|external_account|tos_acceptance|persons?$|description|receipt_url|account_number|ifsc|beneficiary|^pan$|^gst|kyc/i;

/** What ids, codes, currencies and dates are made of. A sentence, an address or a link is none of these. */
const CODE = /^[\w.:-]{1,100}$/;

/** Whose values are ids that we gave. */
const OWN = new Set(['metadata', 'notes']);

/**
 * A payload for an operator's eyes: its shape, ids, codes, amounts and times. Everything else is left out
 * rather than guessed at, since providers add fields as they like.
 * @returns null when it is not JSON
 */
export function readablePayload(payload: Uint8Array): unknown {
  try {
    return readable(JSON.parse(Buffer.from(payload).toString('utf8')));
  } catch {
    return null;
  }
}

function readable(value: unknown): unknown {
  if (typeof value === 'string') return CODE.test(value) && !value.includes('_secret_') ? value : REMOVED;
  if (Array.isArray(value)) return value.map(readable);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, isHidden(key, inner) ? REMOVED : readable(inner)]),
  );
}

/** An absent value tells nothing, and that it is absent can be what one looks for. */
function isHidden(key: string, value: unknown): boolean {
  return value !== null && !OWN.has(key) && HIDDEN.test(key);
}
