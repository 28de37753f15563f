// Runs one TypeScript program of this repository: `node tools/run.mjs apps/local/src/reset.ts [arguments]`.
import { ensurePackages, runScript, runToEnd } from './setup.mjs';

await runScript(async () => {
  const node = ensurePackages();
  const loader = ['--conditions=source', '--import', './tools/typescript-loader.mjs'];
  return await runToEnd(node, [...loader, ...process.argv.slice(2)]);
});
