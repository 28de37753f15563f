import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { startWorld, type World } from './sandbox-for-tests.ts';

describe('the page to pay on', () => {
  let world: World;
  before(async () => {
    world = await startWorld();
  });
  after(() => world.close());

  const create = (description = 'Visit <b>with</b> "Dr. Rao"') =>
    world.stripe.paymentIntents.create({ amount: 123450, currency: 'inr', description });
  const statusOf = async (id: string) => (await world.stripe.paymentIntents.retrieve(id)).status;
  const submit = (key: string, fields: Record<string, string>) =>
    fetch(`${world.sandbox.url}/pay/${key}`, {
      method: 'POST',
      body: new URLSearchParams(fields),
      redirect: 'manual',
    });

  it('shows amount, description and what can be done, and loads nothing', async () => {
    const intent = await create();
    const response = await fetch(
      `${world.sandbox.url}/pay/${intent.client_secret}?return_url=http://shop.test/`,
    );
    const html = await response.text();
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(html).toContain('₹1,234.50');
    expect(html).toContain('Visit &#60;b&#62;with&#60;/b&#62; &#34;Dr. Rao&#34;');
    expect(html).toContain('value="http://shop.test/"');
    expect([...html.matchAll(/value="(pay|decline|process)">/g)].map(([, action]) => action)).toEqual([
      'pay',
      'decline',
      'process',
    ]);
    expect(html).not.toMatch(/<(script|link|img)/);
  });

  it('pays and goes back to the shop', async () => {
    const intent = await create();
    const response = await submit(intent.client_secret as string, {
      action: 'pay',
      return_url: 'http://shop.test/done?visit=1',
    });
    expect(response.status).toBe(303);
    const target = new URL(response.headers.get('location') as string);
    expect(target.origin + target.pathname).toBe('http://shop.test/done');
    expect(Object.fromEntries(target.searchParams)).toEqual({
      visit: '1',
      payment_intent: intent.id,
      payment_intent_client_secret: intent.client_secret,
      redirect_status: 'succeeded',
    });
    expect(await statusOf(intent.id)).toBe('succeeded');
  });

  it('stays after a decline, so that the person can try again', async () => {
    const intent = await create();
    const declined = await submit(intent.id, { action: 'decline', return_url: 'http://shop.test/' });
    expect(declined.status).toBe(200);
    expect(await declined.text()).toContain('Your card was declined.');
    const paid = await submit(intent.id, { action: 'pay' });
    expect(await paid.text()).toContain('Paid. Thank you.');
    expect((await submit(intent.id, { action: 'pay' })).status).toBe(400);
  });

  it('pays later', async () => {
    const { id } = await create();
    const later = await submit(id, { action: 'process', return_url: 'http://shop.test/' });
    expect(later.headers.get('location')).toContain('redirect_status=pending');
    expect(await statusOf(id)).toBe('processing');
    await submit(id, { action: 'arrive' });
    expect(await statusOf(id)).toBe('succeeded');
  });

  it('asks for the bank', async () => {
    const intent = await create();
    const asked = await world.stripe.paymentIntents.confirm(intent.id, {
      payment_method: 'pm_card_threeDSecure2Required',
      return_url: 'http://shop.test/',
    });
    const html = await (await fetch(asked.next_action?.redirect_to_url?.url as string)).text();
    expect(html).toContain('value="authenticate"');
    const refused = await submit(intent.id, { action: 'refuse', return_url: 'http://shop.test/' });
    expect(refused.headers.get('location')).toContain('redirect_status=failed');
    expect(await statusOf(intent.id)).toBe('requires_payment_method');
  });

  it('refuses a wrong secret, an unknown action and a return address that is no web page', async () => {
    const { id, client_secret: secret } = await create();
    expect((await fetch(`${world.sandbox.url}/pay/${secret}x`)).status).toBe(404);
    expect((await fetch(`${world.sandbox.url}/pay/pi_none`)).status).toBe(404);
    expect((await submit(id, { action: 'steal' })).status).toBe(400);
    expect((await submit(id, { action: 'pay', return_url: 'javascript:alert(1)' })).status).toBe(400);
    expect(await statusOf(id)).toBe('requires_payment_method');
  });
});
