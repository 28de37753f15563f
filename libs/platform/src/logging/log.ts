import { Injectable, type LoggerService } from '@nestjs/common';
import { type Logger, pino } from 'pino';
import { Config } from '../config/config.ts';
import { currentRequestId } from './request-id.ts';

/**
 * Structured logs, one JSON object a line, with the request id of whatever is being served. Lines carry
 * ids and codes; names, notes and other health data do not belong in them.
 */
@Injectable()
export class Log {
  readonly pino: Logger;

  constructor(config: Config) {
    this.pino = pino({
      level: config.logLevel,
      base: null,
      formatters: { level: (level) => ({ level }) },
      timestamp: pino.stdTimeFunctions.isoTime,
      mixin: () => {
        const requestId = currentRequestId();
        return requestId ? { requestId } : {};
      },
      serializers: { error: pino.stdSerializers.err },
      redact: ['req.headers.authorization', 'req.headers.cookie'],
    });
  }

  info(fields: object, message: string): void {
    this.pino.info(fields, message);
  }

  warn(fields: object, message: string): void {
    this.pino.warn(fields, message);
  }

  error(fields: object, message: string): void {
    this.pino.error(fields, message);
  }

  /** What Nest itself has to say goes to the same place; its routine start-up lines are for debugging. */
  forNest(): LoggerService {
    const quiet = (message: unknown, context?: unknown) => this.pino.debug({ context }, String(message));
    return {
      log: quiet,
      debug: quiet,
      verbose: quiet,
      warn: (message: unknown, context?: unknown) => this.pino.warn({ context }, String(message)),
      error: (message: unknown, ...rest: unknown[]) => this.pino.error({ rest }, String(message)),
      fatal: (message: unknown, ...rest: unknown[]) => this.pino.fatal({ rest }, String(message)),
    };
  }
}
