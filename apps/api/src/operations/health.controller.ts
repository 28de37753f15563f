import { Controller, Get } from '@nestjs/common';
import { sql } from 'kysely';
import { z } from 'zod';
import { unavailable } from '#kernel';
import { Database, ObjectStorage } from '#platform';
import { Operation } from '../http/operation.decorator.ts';

const Health = z.object({ healthy: z.literal(true) }).meta({ id: 'Health' });

@Controller('health')
export class HealthController {
  constructor(
    private readonly database: Database,
    private readonly storage: ObjectStorage,
  ) {}

  @Get()
  @Operation({
    summary: 'Whether the process is alive',
    access: 'public',
    limit: 'unlimited',
    answers: Health,
  })
  alive(): z.infer<typeof Health> {
    return { healthy: true };
  }

  @Get('ready')
  @Operation({
    summary: 'Whether the server can do its work: database and object storage answer',
    access: 'public',
    limit: 'unlimited',
    answers: Health,
  })
  async ready(): Promise<z.infer<typeof Health>> {
    const checks = await Promise.allSettled([
      sql`select 1`.execute(this.database.query),
      this.storage.check(),
    ]);
    const failed = ['database', 'object_storage'].filter((_, index) => checks[index]?.status === 'rejected');
    if (failed.length > 0)
      throw unavailable('not_ready', 'A part of the server does not answer.', { failed });
    return { healthy: true };
  }
}
