import { describe, it } from 'node:test';
import { expect } from 'expect';
import { Outbox } from './outbox.ts';
import type { Said } from './protocol.ts';

const chat = (text: string): Said => ({ type: 'chat', text });
const offer: Said = { type: 'offer', sdp: 'v=0', connection: 'a.b' };

describe('Outbox', () => {
  it('numbers what is said and sends again what the server does not have', () => {
    const outbox = new Outbox();
    outbox.add(chat('one'));
    outbox.add(offer);
    expect(outbox.take(1_000)).toEqual([
      { type: 'chat', text: 'one', id: 1 },
      { ...offer, id: 2 },
    ]);
    expect(outbox.take(1_000)).toEqual([]);
    outbox.add(chat('three'));
    outbox.resume(1);
    expect(outbox.take(1_000).map(({ id }) => id)).toEqual([2, 3]);
  });

  it('takes along into a new session what was never sent, and tells of which chat nobody knows', () => {
    const outbox = new Outbox();
    const said = ['arrived', 'perhaps', 'not yet'].map(chat);
    const [arrived, perhaps, notYet] = said as [Said, Said, Said];
    outbox.add(arrived);
    outbox.add(perhaps);
    outbox.add(offer);
    outbox.take(1_000);
    outbox.arrived(1);
    outbox.add(notYet);
    outbox.add(offer);
    expect(outbox.startOver()).toEqual([perhaps]);
    expect(outbox.take(1_000)).toEqual([{ ...notYet, id: 1 }]);
    expect(outbox.find(1)).toBe(notYet);
  });

  it('keeps 200 of what was answered, and all that was not', () => {
    const outbox = new Outbox();
    for (let count = 1; count <= 250; count += 1) outbox.add(chat(String(count)));
    expect(outbox.take(1_000)).toHaveLength(250);
    outbox.add(chat('251'));
    outbox.resume(0);
    expect(outbox.take(1_000)).toHaveLength(251);
    outbox.arrived(250);
    outbox.add(chat('252'));
    outbox.resume(0);
    expect(outbox.take(1_000).map(({ id }) => id)).toEqual(
      Array.from({ length: 202 }, (_, index) => index + 51),
    );
  });

  it('goes back to what was dropped, and does not take it for arrived', () => {
    const outbox = new Outbox();
    for (const text of ['one', 'two', 'three', 'four']) outbox.add(chat(text));
    expect(outbox.take(3).map(({ id }) => id)).toEqual([1, 2, 3]);
    expect([outbox.writtenId, outbox.hasWaiting]).toEqual([3, true]);
    outbox.arrived(3);
    outbox.rewind(2);
    expect(outbox.writtenId).toBe(1);
    expect(outbox.take(1_000).map(({ id }) => id)).toEqual([2, 3, 4]);
    expect([outbox.writtenId, outbox.hasWaiting]).toEqual([4, false]);
    expect(outbox.startOver()).toEqual(['two', 'three', 'four'].map(chat));
  });
});
