// `npm start`: installs and compiles what is missing, then runs the launcher (apps/local) on Node 26.
// `npm run dev` (--watch) runs the sources and restarts the api when one changes.
import { ensureBuild, ensurePackages, environment, runScript, runToEnd } from './setup.mjs';

const watch = process.argv.includes('--watch');

await runScript(async () => {
  const node = ensurePackages();
  if (!watch) ensureBuild();
  const launcher = watch
    ? [
        '--conditions=source',
        '--import',
        './tools/typescript-loader.mjs',
        'apps/local/src/main.ts',
        '--watch',
      ]
    : ['dist/apps/local/src/main.js'];
  return await runToEnd(node, launcher, { env: environment(), ipc: true });
});
