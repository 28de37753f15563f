import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { expect } from 'expect';
import { CLOSE_CODES, clientMessage, ERROR_CODES, relayedMessage, serverMessage } from './protocol.ts';

const DOCUMENT = readFileSync(new URL('../../../../docs/rtc-protocol.md', import.meta.url), 'utf8');

/** The messages of the document's JSON blocks, with what is shortened there filled in. */
function examples(): Record<string, unknown>[] {
  const blocks = [...DOCUMENT.matchAll(/```json\n([\s\S]*?)```/g)].map((block) =>
    (block[1] ?? '')
      .replaceAll(/"0199[^"]*…"/g, '"0199b6a2-5a1e-7c3a-8d5e-0123456789ab"')
      .replaceAll('"at":"…"', '"at":"2026-11-02T10:00:00Z"'),
  );
  return blocks.flatMap((block) =>
    block
      .replaceAll(/\n +/g, ' ')
      .replaceAll(/\{\n|\n\}/g, (brace) => brace.trim())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>),
  );
}

describe('docs/rtc-protocol.md', () => {
  it('shows messages that the protocol knows, and names every one of them', () => {
    for (const message of examples().filter((example) => 'type' in example)) {
      const { seq: _seq, at: _at, from: _from, ...said } = message;
      const schema = 'from' in message ? relayedMessage : 'at' in message ? serverMessage : clientMessage;
      const result = schema.safeParse('from' in message ? said : message);
      expect({ type: message.type, problem: result.error?.message }).toEqual({ type: message.type });
    }
    const types = [...clientMessage.options, ...serverMessage.options].map(
      (option) => option.shape.type.value,
    );
    expect(types.filter((type) => !DOCUMENT.includes(`\`${type}\``))).toEqual([]);
  });

  it('lists every close code and error code', () => {
    for (const [name, code] of Object.entries(CLOSE_CODES))
      expect(DOCUMENT).toContain(`| ${code} | \`${name}\` |`);
    for (const code of ERROR_CODES) expect(DOCUMENT).toContain(`\`${code}\``);
  });
});
