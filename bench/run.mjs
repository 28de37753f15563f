// `npm run bench [-- name …] [--json FILE]`: how fast the hot paths are, beside their limits.
import { ensureBuild, ensurePackages, runScript, runToEnd } from '../tools/setup.mjs';

await runScript(async () => {
  const node = ensurePackages();
  // The server is measured as an operator runs it, from dist/.
  ensureBuild();
  const loader = ['--conditions=source', '--import', './tools/typescript-loader.mjs'];
  return await runToEnd(node, [...loader, 'bench/main.ts', ...process.argv.slice(2)]);
});
