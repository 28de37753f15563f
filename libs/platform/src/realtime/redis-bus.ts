import { Redis } from 'ioredis';
import {
  type FieldChange,
  type LogBounds,
  type LogContent,
  type LogEntry,
  RealtimeBus,
  type Stop,
} from './realtime-bus.ts';

/**
 * Changes the field if it holds what is expected, numbers the entries, keeps each and delivers them
 * together, in one step. A log without a number starts at the server's time in milliseconds, so that numbers
 * still rise after Redis lost its data. Numbers are formatted by hand: Lua would write large ones as 1.7e+12.
 */
const APPEND = `
local maxLength, ttl, channel, lengths = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local field, expects, expected, sets, value = ARGV[5], ARGV[6], ARGV[7], ARGV[8], ARGV[9]
local count = #ARGV - 9
if field ~= '' then
  local current = redis.call('HGET', KEYS[3], field)
  if expects == '1' and current ~= expected then return false end
  if expects == '0' and current then return false end
  if sets == '1' then redis.call('HSET', KEYS[3], field, value) else redis.call('HDEL', KEYS[3], field) end
end
local function written(number) return string.format('%.0f', number) end
local last = redis.call('INCRBY', KEYS[1], count)
if last == count then
  local time = redis.call('TIME')
  last = time[1] * 1000 + math.floor(time[2] / 1000) + count - 1
  redis.call('SET', KEYS[1], written(last))
end
for i = 1, count do
  redis.call('XADD', KEYS[2], 'MAXLEN', maxLength, written(last - count + i) .. '-0', 't', ARGV[9 + i])
end
for i = 1, 3 do redis.call('EXPIRE', KEYS[i], ttl) end
redis.call('PUBLISH', channel, written(last - count + 1) .. ' ' .. lengths .. ' ' .. table.concat(ARGV, '', 10))
return written(last)
`;

type WithAppend = Redis & { appendToLog(...args: (string | number)[]): Promise<string | null> };

/** Entries of one log that leave together. */
interface Posted {
  readonly bounds: LogBounds;
  readonly texts: string[];
  readonly failed: ((error: unknown) => void)[];
}

/**
 * The bus of several processes, over Redis or Valkey: pub/sub to deliver, a capped stream per log to read
 * again.
 */
export class RedisBus extends RealtimeBus {
  override readonly spansProcesses = true;
  private readonly commands: WithAppend;
  private readonly subscriber: Redis;
  private readonly listeners = new Map<string, Set<(message: string) => void>>();
  private readonly followed = new Map<FollowedLog, string>();
  private readonly posted = new Map<string, Posted>();

  /**
   * @param prefix what all keys and channels of this deployment begin with.
   * @param report is told of connection errors; the client reconnects by itself.
   */
  constructor(
    url: string,
    private readonly prefix: string,
    report: (error: Error) => void,
  ) {
    super();
    this.commands = new Redis(url, { enableAutoPipelining: true }) as WithAppend;
    this.commands.defineCommand('appendToLog', { numberOfKeys: 3, lua: APPEND });
    this.subscriber = new Redis(url, { maxRetriesPerRequest: null });
    this.commands.on('error', report);
    this.subscriber.on('error', report);
    this.subscriber.on('message', (channel: string, message: string) => {
      for (const listener of this.listeners.get(channel) ?? []) listener(message);
    });
    this.subscriber.on('ready', () => void this.catchUp().catch(report));
  }

  override async publish(channel: string, message: string): Promise<void> {
    await this.commands.publish(this.channelKey(channel), message);
  }

  override subscribe(channel: string, listener: (message: string) => void): Promise<Stop> {
    return this.listen(this.channelKey(channel), listener);
  }

  override async append(
    log: string,
    content: LogContent,
    bounds: LogBounds,
    change?: FieldChange,
  ): Promise<number | null> {
    this.sendPosted(log);
    return this.add(log, [String(content)], bounds, change);
  }

  /** What is posted to a log at once goes in one command: half of the cost of a message is the command. */
  override post(log: string, content: LogContent, bounds: LogBounds, failed: (error: unknown) => void): void {
    const posted = this.posted.getOrInsertComputed(log, () => {
      process.nextTick(() => this.sendPosted(log));
      return { bounds, texts: [], failed: [] };
    });
    posted.texts.push(String(content));
    posted.failed.push(failed);
  }

  override async follow(log: string, listener: (entry: LogEntry) => void) {
    const { sequence, channel } = this.keysOf(log);
    const followed = new FollowedLog(listener, (after) => this.range(log, after));
    const unlisten = await this.listen(channel, (message) => followed.receive(message));
    this.followed.set(followed, channel);
    const start = Number((await this.commands.get(sequence)) ?? 0);
    followed.startAfter(start);
    return {
      sequence: start,
      stop: async () => {
        this.followed.delete(followed);
        followed.stop();
        await unlisten();
      },
    };
  }

  override async readAfter(log: string, sequence: number): Promise<LogEntry[] | null> {
    const entries = await this.range(log, sequence);
    if (sequence === 0) return entries;
    return entries[0]?.sequence === sequence ? entries.slice(1) : null;
  }

  override async fields(log: string): Promise<Map<string, string>> {
    return new Map(Object.entries(await this.commands.hgetall(this.keysOf(log).fields)));
  }

  override async keepAlive(lease: string, ttlSeconds: number): Promise<void> {
    await this.commands.set(`${this.prefix}:lease:${lease}`, '1', 'EX', ttlSeconds);
  }

  override async isAlive(lease: string): Promise<boolean> {
    return (await this.commands.exists(`${this.prefix}:lease:${lease}`)) === 1;
  }

  override async close(): Promise<void> {
    this.subscriber.disconnect();
    // Without a connection a farewell would wait for one.
    if (this.commands.status === 'ready') await this.commands.quit().catch(() => this.commands.disconnect());
    else this.commands.disconnect();
  }

  private sendPosted(log: string): void {
    const posted = this.posted.get(log);
    if (!posted) return;
    this.posted.delete(log);
    const { bounds, texts, failed } = posted;
    this.add(log, texts, bounds).catch((error) => {
      for (const tell of failed) tell(error);
    });
  }

  /** @returns the number of the last one, `null` when the change could not be made */
  private async add(
    log: string,
    texts: readonly string[],
    bounds: LogBounds,
    change?: FieldChange,
  ): Promise<number | null> {
    const { sequence, entries, fields, channel } = this.keysOf(log);
    const number = await this.commands.appendToLog(
      sequence,
      entries,
      fields,
      bounds.maxLength,
      bounds.ttlSeconds,
      channel,
      texts.map(({ length }) => length).join(),
      change?.field ?? '',
      change?.expected == null ? '0' : '1',
      change?.expected ?? '',
      change?.value == null ? '0' : '1',
      change?.value ?? '',
      ...texts,
    );
    return number === null ? null : Number(number);
  }

  /** What is remembered from this number on, the entry with the number itself included. */
  private async range(log: string, from: number): Promise<LogEntry[]> {
    const rows = await this.commands.xrange(this.keysOf(log).entries, String(from), '+');
    return rows.map(([id, values]) => ({ sequence: Number.parseInt(id, 10), content: values[1] ?? '' }));
  }

  private async listen(channel: string, listener: (message: string) => void): Promise<Stop> {
    const listeners = this.listeners.getOrInsertComputed(channel, () => new Set());
    const own = (message: string) => listener(message);
    listeners.add(own);
    await this.subscriber.subscribe(channel);
    return async () => {
      listeners.delete(own);
      if (listeners.size > 0) return;
      this.listeners.delete(channel);
      if (this.subscriber.status === 'ready') await this.subscriber.unsubscribe(channel);
    };
  }

  /** Runs on every new connection: pub/sub forgot what was published while there was none. */
  private async catchUp(): Promise<void> {
    for (const [followed, channel] of this.followed) {
      // Subscribing again costs nothing and proves that delivery works before the gap is read.
      await this.subscriber.subscribe(channel);
      await followed.catchUp();
    }
  }

  private channelKey(channel: string): string {
    return `${this.prefix}:channel:${channel}`;
  }

  /** The braces keep a log's keys on one node of a cluster. */
  private keysOf(log: string) {
    const key = `${this.prefix}:{${log}}`;
    return {
      sequence: `${key}:sequence`,
      entries: `${key}:entries`,
      fields: `${key}:fields`,
      channel: `${key}:log`,
    };
  }
}

/** Delivers the entries of one log in order, and reads from the stream what pub/sub did not deliver. */
class FollowedLog {
  private last: number | null = null;
  private reading = false;
  /** The newest number that was seen, delivered or not. */
  private newest = 0;
  private stopped = false;

  constructor(
    private readonly listener: (entry: LogEntry) => void,
    private readonly range: (from: number) => Promise<LogEntry[]>,
  ) {}

  /** @param message the first number, the length of each text, and the texts, as APPEND publishes them. */
  receive(message: string): void {
    const numberEnd = message.indexOf(' ');
    let start = message.indexOf(' ', numberEnd + 1) + 1;
    let sequence = Number(message.slice(0, numberEnd));
    for (const length of message.slice(numberEnd + 1, start - 1).split(',')) {
      const end = start + Number(length);
      this.hear(sequence, message.slice(start, end));
      sequence += 1;
      start = end;
    }
  }

  private hear(sequence: number, content: string): void {
    this.newest = Math.max(this.newest, sequence);
    if (this.last === null || this.reading || this.stopped || sequence <= this.last) return;
    if (sequence === this.last + 1) this.deliver({ sequence, content });
    else void this.catchUp().catch(() => {}); // The next entry or connection tries again.
  }

  startAfter(sequence: number): void {
    this.last = sequence;
    if (this.newest > sequence) void this.catchUp().catch(() => {});
  }

  async catchUp(): Promise<void> {
    if (this.reading || this.last === null) return;
    this.reading = true;
    try {
      let before: number;
      do {
        before = this.last;
        for (const entry of await this.range(this.last + 1)) {
          if (this.stopped) return;
          if (entry.sequence > this.last) this.deliver(entry);
        }
        // Without progress what is missing is lost, and the next entry goes on from there.
      } while (this.newest > this.last && this.last > before && !this.stopped);
    } finally {
      this.reading = false;
    }
  }

  stop(): void {
    this.stopped = true;
  }

  private deliver(entry: LogEntry): void {
    this.last = entry.sequence;
    this.listener(entry);
  }
}
