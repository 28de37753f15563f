// Runs the TypeScript sources directly: SWC compiles each file as Node loads it, because Node's own
// type stripping emits no decorator metadata and Nest's injection needs it. What was compiled is kept for the
// next process, by SWC as by V8: a run of the tests starts hundreds.
import { hash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { enableCompileCache, registerHooks } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformSync, version } from '@swc/core';
import { root } from './setup.mjs';

const cache = join(root, 'node_modules', '.cache', 'televisit');
const settings = version + readFileSync(join(root, '.swcrc'), 'utf8');
enableCompileCache(join(cache, 'v8'));

registerHooks({
  load(url, context, nextLoad) {
    if (!url.endsWith('.ts') || url.includes('/node_modules/')) return nextLoad(url, context);
    return { format: 'module', source: compiled(fileURLToPath(url)), shortCircuit: true };
  },
});

/** @param {string} filename */
function compiled(filename) {
  const source = readFileSync(filename, 'utf8');
  const kept = join(cache, `${hash('sha256', JSON.stringify([settings, filename, source]))}.js`);
  try {
    return readFileSync(kept, 'utf8');
  } catch {
    const { code } = transformSync(source, { filename, sourceMaps: 'inline' });
    keep(kept, code);
    return code;
  }
}

/**
 * @param {string} path
 * @param {string} code
 */
function keep(path, code) {
  const draft = `${path}.${process.pid}`;
  try {
    mkdirSync(cache, { recursive: true });
    writeFileSync(draft, code);
    // Whole or not at all: others look for it meanwhile.
    renameSync(draft, path);
  } catch {
    // Where nothing can be written, as in packages that another user installed, each process compiles for itself.
  }
}
