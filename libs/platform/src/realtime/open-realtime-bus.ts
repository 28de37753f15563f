import { InProcessBus } from './in-process-bus.ts';
import type { RealtimeBus } from './realtime-bus.ts';

/**
 * The bus between the processes of a deployment: over Redis where there is a URL, otherwise within this
 * process.
 *
 * @param report is told of connection errors; the bus reconnects by itself.
 * @param prefix what all keys and channels of this deployment begin with.
 */
export async function openRealtimeBus(
  redisUrl: string | undefined,
  report: (error: Error) => void,
  prefix = 'televisit',
): Promise<RealtimeBus> {
  if (redisUrl === undefined) return new InProcessBus();
  const { RedisBus } = await import('./redis-bus.ts');
  return new RedisBus(redisUrl, prefix, report);
}
