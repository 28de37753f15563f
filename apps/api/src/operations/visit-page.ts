import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ROOT } from '#platform';

const PAGE = join(ROOT, 'apps/web/visit');
const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** `/visit/{room_id}`: the page on which two people meet in a browser. A handful of files, kept in memory. */
export async function serveVisitPage(app: NestFastifyApplication): Promise<void> {
  const fastify = app.getHttpAdapter().getInstance();
  const index = await readFile(join(PAGE, 'index.html'));
  fastify.get('/visit/:room_id', (_request, reply) => reply.type('text/html; charset=utf-8').send(index));
  for (const file of await readdir(PAGE)) {
    const type = TYPES[extname(file)];
    if (type === undefined) continue;
    const content = await readFile(join(PAGE, file));
    fastify.get(`/visit/assets/${file}`, (_request, reply) => reply.type(type).send(content));
  }
}
