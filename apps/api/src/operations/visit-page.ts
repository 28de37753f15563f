import { readdir, readFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { extname, join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ROOT } from '#platform';

const PAGE = 'apps/web/visit';
/** Where the page's modules are; the browser finds them under their paths in the repository. */
const MODULES = [PAGE, 'libs/rtc-client/src'];
const IS_BUILT = import.meta.filename.endsWith('.js');

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** `/visit/{room_id}`: the page on which people meet in a browser. A handful of files, kept in memory. */
export async function serveVisitPage(app: NestFastifyApplication): Promise<void> {
  const fastify = app.getHttpAdapter().getInstance();
  const index = await readFile(join(ROOT, PAGE, 'index.html'));
  fastify.get('/visit/:room_id', (_request, reply) => reply.type('text/html; charset=utf-8').send(index));
  for (const file of await readdir(join(ROOT, PAGE))) {
    const type = TYPES[extname(file)];
    if (type === undefined) continue;
    const content = await readFile(join(ROOT, PAGE, file));
    fastify.get(`/visit/assets/${file}`, (_request, reply) => reply.type(type).send(content));
  }
  for (const path of await modulePaths()) {
    let script: Promise<string> | undefined;
    fastify.get(`/visit/modules/${path}.js`, async (_request, reply) => {
      script ??= scriptOf(path);
      return reply.type('text/javascript; charset=utf-8').send(await script);
    });
  }
}

/** Without their endings. */
async function modulePaths(): Promise<string[]> {
  const folders = await Promise.all(
    MODULES.map(async (folder) =>
      (await readdir(join(ROOT, folder)))
        .filter((file) => file.endsWith('.ts') && !/\.(spec|fixture)\.ts$/.test(file))
        .map((file) => `${folder}/${file.slice(0, -'.ts'.length)}`),
    ),
  );
  return folders.flat();
}

/** As the build wrote it, or where the sources themselves are run, the source without its types. */
async function scriptOf(path: string): Promise<string> {
  if (IS_BUILT) return readFile(join(ROOT, 'dist', `${path}.js`), 'utf8');
  const code = stripTypeScriptTypes(await readFile(join(ROOT, `${path}.ts`), 'utf8'));
  return code.replaceAll(/(from '\.[^']*)\.ts'/g, "$1.js'");
}
