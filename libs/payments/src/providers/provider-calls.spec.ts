import { describe, it } from 'node:test';
import { expect } from 'expect';
import { Metrics } from '#platform';
import { providerUnavailable } from '../payments.errors.ts';
import { ProviderRefusal } from './payment-provider.ts';
import { ProviderCalls } from './provider-calls.ts';

const unavailable = expect.objectContaining({ code: 'payment_provider_unavailable' });

/** Answers after so many failures, and counts how often it was asked. */
function questionThatFails(times: number) {
  const question = Object.assign(
    async () => {
      question.asked += 1;
      if (question.asked <= times) throw providerUnavailable();
      return 'answer';
    },
    { asked: 0 },
  );
  return question;
}

function calls() {
  const metrics = new Metrics({ env: {} } as ConstructorParameters<typeof Metrics>[0]);
  return { calls: new ProviderCalls('one', metrics, 10_000), metrics };
}

describe('calls to a payment provider', () => {
  it('are tried three times where that does no harm, and once where it may', async () => {
    const { calls: some } = calls();
    const shaky = questionThatFails(2);
    expect(await some.ask(shaky, { isRepeatable: true })).toBe('answer');
    expect(shaky.asked).toBe(3);
    const single = questionThatFails(1);
    await expect(some.ask(single, { isRepeatable: false })).rejects.toEqual(unavailable);
    expect(single.asked).toBe(1);
  });

  it('are not repeated when the answer is no', async () => {
    const { calls: some } = calls();
    let asked = 0;
    const refused = async () => {
      asked += 1;
      throw new ProviderRefusal('no', 'No.');
    };
    await expect(some.ask(refused, { isRepeatable: true })).rejects.toMatchObject({ code: 'no' });
    expect(asked).toBe(1);
  });

  it('are spared a provider that has stopped answering', async () => {
    const { calls: some } = calls();
    const silent = questionThatFails(1_000);
    for (let call = 0; call < 10; call += 1) {
      await expect(some.ask(silent, { isRepeatable: false })).rejects.toEqual(unavailable);
    }
    await expect(some.ask(silent, { isRepeatable: false })).rejects.toEqual(unavailable);
    expect(silent.asked).toBe(10);
  });

  it('are not spared one that says no all the time', async () => {
    const { calls: some } = calls();
    const refused = () => Promise.reject(new ProviderRefusal('no', 'No.'));
    for (let call = 0; call < 12; call += 1) {
      await expect(some.ask(refused, { isRepeatable: true })).rejects.toMatchObject({ code: 'no' });
    }
  });

  it('are measured by what came of them', async () => {
    const { calls: some, metrics } = calls();
    await some.ask(questionThatFails(0), { isRepeatable: false });
    await some.ask(questionThatFails(1), { isRepeatable: false }).catch(() => undefined);
    const text = await metrics.text();
    expect(text).toContain(
      'payment_provider_call_duration_seconds_count{provider="one",outcome="answered"} 1',
    );
    expect(text).toContain(
      'payment_provider_call_duration_seconds_count{provider="one",outcome="unavailable"} 1',
    );
  });
});
