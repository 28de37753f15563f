import type { TestApp } from './app.ts';
import type { Person } from './people.ts';

/** An answer of POST /api/payments/subscription/checkout/. */
export interface CheckoutPage {
  readonly id: string;
  readonly checkout_url: string;
  /** The provider's id of the page. */
  readonly session: string;
}

export async function openCheckout(
  doctor: Person,
  wish: Record<string, unknown> = {},
): Promise<CheckoutPage> {
  const answer = await doctor.client.post('/api/payments/subscription/checkout/', wish);
  if (answer.status !== 201) throw new Error(`No checkout: ${JSON.stringify(answer.body)}`);
  const { data } = answer.body;
  return { ...data, session: data.checkout_url.split('/').at(-1) };
}

/** What a person does on a page of the provider. @returns where the browser goes */
export async function clickOn(url: string, action: string): Promise<string | null> {
  const response = await fetch(url, {
    method: 'POST',
    body: new URLSearchParams({ action }),
    redirect: 'manual',
  });
  return response.headers.get('location');
}

/** The doctor's practice subscribes to Pro. @returns the provider's id of the subscription */
export async function subscribe(app: TestApp, doctor: Person): Promise<string> {
  const { session } = await openCheckout(doctor);
  return app.sandbox.control.payCheckout(session).subscription as string;
}
