import { DemoFailure } from './demo/demo-failure.ts';
import { playDemo } from './demo/play.ts';
import { Screen } from './demo/screen.ts';

// `npm run demo`: plays a whole visit against the server at BASE_URL, or on PORT, as clients would.
const baseUrl = process.env.BASE_URL || `http://localhost:${process.env.PORT || 8000}`;
const screen = new Screen((text) => process.stdout.write(text));
try {
  await playDemo(baseUrl, screen);
} catch (error) {
  if (!(error instanceof DemoFailure)) throw error;
  screen.failure(error.message);
  process.exitCode = 1;
}
