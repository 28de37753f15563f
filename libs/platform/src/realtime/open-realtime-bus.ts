import type { Config } from '../config/config.ts';
import type { Log } from '../logging/log.ts';
import { InProcessBus } from './in-process-bus.ts';
import type { RealtimeBus } from './realtime-bus.ts';

/** The bus that the configuration asks for: over Redis where REDIS_URL is set, otherwise in this process. */
export async function openRealtimeBus({ env }: Config, log: Log): Promise<RealtimeBus> {
  if (env.REDIS_URL === undefined) return new InProcessBus();
  const { RedisBus } = await import('./redis-bus.ts');
  return new RedisBus(env.REDIS_URL, 'televisit', (error) => log.error({ error }, 'realtime bus error'));
}
