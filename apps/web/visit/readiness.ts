/** What the tests of those who are there came to: the doctor's to see before the visit begins. */
import { type Expectation, preCallTests } from './api.ts';
import { $ } from './page.ts';

const VERDICTS: Readonly<Record<Expectation['verdict'], string>> = {
  good: 'ready for the visit',
  limited: 'ready, with difficulties',
  unusable: 'not ready for the visit',
};

const PROBLEMS: Readonly<Record<string, string>> = {
  no_connection: 'no connection',
  no_microphone: 'no microphone',
  no_camera: 'no camera',
  no_way_through: 'the network lets no call through',
  no_relay: 'the relay is out of reach',
  slow: 'slow connection',
  delayed: 'delayed connection',
  lossy: 'the connection loses data',
};

/** @param present the participants who are there */
export async function showReadiness(present: readonly string[]): Promise<void> {
  const tests = await preCallTests().catch(() => []);
  const latest = present.flatMap((id) => tests.find((test) => test.participant_id === id) ?? []);
  $('readiness').replaceChildren(
    ...latest.map(({ name, verdict, problems }) => {
      const item = document.createElement('li');
      item.dataset['verdict'] = verdict;
      const found = problems.map((problem) => PROBLEMS[problem] ?? problem).join(', ');
      item.textContent = `${name}: ${VERDICTS[verdict]}${found && ` (${found})`}`;
      return item;
    }),
  );
}
