import { styleText } from 'node:util';

/** How much of an answer is shown. */
const ANSWER_WIDTH = 160;

/** What the demo prints: the six steps of the main job, each request with its answer, and links to look at. */
export class Screen {
  #step = 0;

  constructor(private readonly write: (text: string) => void) {}

  title(text: string): void {
    this.write(`\n  ${styleText('bold', text)}\n`);
  }

  /** One of the steps of the main job. */
  step(text: string): void {
    this.#step += 1;
    this.write(`\n  ${styleText(['bold', 'cyan'], `${this.#step}  ${text}`)}\n`);
  }

  request(who: string, method: string, path: string): void {
    this.write(`\n     ${styleText('dim', who.padEnd(8))} ${method} ${path}\n`);
  }

  answer(status: number | string, text: string): void {
    const short = text.length > ANSWER_WIDTH ? `${text.slice(0, ANSWER_WIDTH - 1)}…` : text;
    this.write(`     ${' '.repeat(8)} ${styleText('green', String(status))} ${styleText('dim', short)}\n`);
  }

  /** A message over the WebSocket. */
  signal(from: string, to: string, text: string): void {
    this.write(`     ${styleText('dim', `${from} → ${to}`.padEnd(18))} ${text}\n`);
  }

  note(text: string): void {
    this.write(`     ${' '.repeat(8)} ${text}\n`);
  }

  link(what: string, url: string): void {
    this.write(`     ${styleText('yellow', `▸ ${what}`)} ${url}\n`);
  }

  failure(text: string): void {
    this.write(`\n  ${styleText('red', 'The demo stopped.')} ${text}\n\n`);
  }
}
