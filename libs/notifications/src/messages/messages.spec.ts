import { describe, it } from 'node:test';
import { expect } from 'expect';
import { money } from '#kernel';
import { LANGUAGES, Translator } from '#platform';
import { letter, MESSAGES, type Wording } from './messages.ts';
import { Voice } from './voice.ts';

const translator = new Translator();

const visit = {
  doctorName: 'Dr. Ananya Rao',
  startsAt: Temporal.Instant.from('2026-03-03T08:30:00Z'),
  timeZone: 'Asia/Kolkata',
  amount: money(5000, 'EUR'),
  lastDay: Temporal.PlainDate.from('2026-03-31'),
  heldUntil: Temporal.Instant.from('2026-03-02T08:30:00Z'),
  expiresAt: Temporal.Instant.from('2026-03-10T08:30:00Z'),
  endsAt: Temporal.Instant.from('2026-03-10T08:30:00Z'),
  absent: 'patient' as const,
};

const EVERY: [string, Wording][] = Object.entries(MESSAGES).flatMap(([type, wording]) =>
  (['patient', 'doctor'] as const).map((side): [string, Wording] => [
    `${type} for a ${side}`,
    (wording as (facts: object) => Wording)({ ...visit, side }),
  ]),
);

describe('messages', () => {
  for (const language of LANGUAGES) {
    it(`are whole in ${language}, and short where there is little room`, () => {
      const voice = new Voice(translator, language);
      for (const [name, wording] of EVERY) {
        const { title, body, short } = wording.say(voice);
        for (const text of [title, body, short]) {
          expect({ name, text }).toEqual({ name, text: expect.not.stringMatching(/\{\{|\}\}|undefined|^$/) });
        }
        expect(title.length).toBeLessThanOrEqual(60);
        expect(short.length).toBeLessThanOrEqual(160);
        // Others may read what stands on a lock screen.
        expect(short).not.toContain('Rao');
      }
    });
  }

  it('speak the language of their reader', () => {
    const confirmed = (language: string) =>
      MESSAGES.appointment_confirmed({ ...visit, side: 'patient' }).say(new Voice(translator, language)).body;
    expect(LANGUAGES.map(confirmed)).toEqual([
      'Your video visit with Dr. Ananya Rao is confirmed for Tuesday, 3 March 2026 at 14:00 (Asia/Kolkata).',
      'Dr. Ananya Rao के साथ आपका वीडियो परामर्श पक्का हो गया है: मंगलवार, 3 मार्च 2026 को 2:00 pm बजे (Asia/Kolkata)।',
      'Votre consultation vidéo avec Dr. Ananya Rao est confirmée : mardi 3 mars 2026 à 14:00 (Asia/Kolkata).',
      'Su videoconsulta con Dr. Ananya Rao está confirmada: martes, 3 de marzo de 2026, 14:00 (Asia/Kolkata).',
    ]);
  });

  it('take a name for a name, whatever is in it', () => {
    const doctorName = '$t(letter.join) {{when}} <b>&amp;';
    const { body } = MESSAGES.prescription_ready({ doctorName }).say(new Voice(translator, 'en'));
    expect(body).toBe(`${doctorName} has signed a prescription for you. Log in to see it.`);
  });

  it('become letters', () => {
    const link = { label: 'letter.join', url: 'https://televisit.test/visit/1' };
    expect(letter(new Voice(translator, 'fr'), 'Zoé', 'Voilà.', link)).toBe(
      'Bonjour Zoé,\n\nVoilà.\n\nRejoindre la consultation:\nhttps://televisit.test/visit/1\n\nTelevisit\n\n' +
        'Personne ne lit les réponses à ce message.\n',
    );
  });
});
