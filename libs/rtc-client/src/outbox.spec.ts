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
    expect(outbox.take()).toEqual([
      { type: 'chat', text: 'one', id: 1 },
      { ...offer, id: 2 },
    ]);
    expect(outbox.take()).toEqual([]);
    outbox.add(chat('three'));
    outbox.resume(1);
    expect(outbox.take().map(({ id }) => id)).toEqual([2, 3]);
  });

  it('takes along into a new session what was never sent, and tells of which chat nobody knows', () => {
    const outbox = new Outbox();
    const said = ['arrived', 'perhaps', 'not yet'].map(chat);
    const [arrived, perhaps, notYet] = said as [Said, Said, Said];
    outbox.add(arrived);
    outbox.add(perhaps);
    outbox.add(offer);
    outbox.take();
    outbox.arrived(1);
    outbox.add(notYet);
    outbox.add(offer);
    expect(outbox.startOver()).toEqual([perhaps]);
    expect(outbox.take()).toEqual([{ ...notYet, id: 1 }]);
    expect(outbox.find(1)).toBe(notYet);
  });

  it('keeps 200 of what was sent, and all that was not', () => {
    const outbox = new Outbox();
    for (let count = 1; count <= 250; count += 1) outbox.add(chat(String(count)));
    expect(outbox.take()).toHaveLength(250);
    outbox.add(chat('251'));
    outbox.resume(0);
    expect(outbox.take().map(({ id }) => id)).toEqual(Array.from({ length: 201 }, (_, index) => index + 51));
  });
});
