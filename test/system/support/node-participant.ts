import { type Heard, type Participant, RtcClient } from '#rtc-client';
import { eventually } from '../../support/eventually.ts';
import type { Person } from '../../support/people.ts';
import { grantFor } from '../../support/rtc-peer.ts';

/** Somebody in a room without a browser: the reference client, and what it heard. */
export class NodeParticipant {
  /** Texts of the others, in order. */
  readonly texts: string[] = [];
  /** Who came and went, in words, in order. */
  readonly news: string[] = [];
  /** Who is there now, by participant. */
  readonly present = new Map<string, Participant>();
  readonly #client: RtcClient;
  #ticker: NodeJS.Timeout | undefined;
  #said = 0;

  constructor(person: Person, roomId: string) {
    this.#client = new RtcClient({ join: () => grantFor(person, roomId) });
    this.#client.on('welcome', ({ participants }) => {
      this.present.clear();
      for (const one of participants) this.present.set(one.participant_id, one);
    });
    this.#client.on('message', (message) => this.#heard(message));
    this.#client.start();
  }

  /** Says 1, 2, 3 … until {@link fallSilent}, four times a second. */
  count(): void {
    this.#ticker = setInterval(() => {
      this.#said += 1;
      this.say(String(this.#said));
    }, 250);
  }

  /** @returns everything that was counted */
  fallSilent(): string[] {
    clearInterval(this.#ticker);
    return Array.from({ length: this.#said }, (_, index) => String(index + 1));
  }

  say(text: string): void {
    this.#client.send({ type: 'chat', text });
  }

  untilHeard(text: string): Promise<void> {
    return eventually(() => this.texts.includes(text), `“${text}” is heard`);
  }

  untilNews(news: string): Promise<void> {
    return eventually(() => this.news.includes(news), `the news is: ${news}`);
  }

  leave(): void {
    clearInterval(this.#ticker);
    this.#client.leave();
  }

  #heard(message: Heard): void {
    switch (message.type) {
      case 'participant-joined':
        this.present.set(message.participant.participant_id, message.participant);
        this.news.push('joined');
        return;
      case 'presence':
        this.present.set(message.participant.participant_id, message.participant);
        this.news.push(message.participant.state);
        return;
      case 'participant-left':
        this.present.delete(message.participant_id);
        this.news.push(message.reason);
        return;
      case 'chat':
        this.texts.push(message.text);
    }
  }
}
