import { createServer } from 'node:http';
import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { Config } from '../config/config.ts';

/** What operators watch, in Prometheus' text format; on a port of its own where METRICS_PORT is set. */
@Injectable()
export class Metrics implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly registry = new Registry();
  /** Seconds from a request's arrival to its answer, by route pattern, never by path. */
  readonly requests = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time to answer a request.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers: [this.registry],
  });
  /** Seconds that a job took, by queue and outcome. */
  readonly jobs = new Histogram({
    name: 'job_duration_seconds',
    help: 'Time to do a job.',
    labelNames: ['queue', 'outcome'],
    buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 30],
    registers: [this.registry],
  });
  /** Seconds that a payment provider took to answer one question, by what came of it. */
  readonly providerCalls = new Histogram({
    name: 'payment_provider_call_duration_seconds',
    help: 'Time to ask a payment provider something.',
    labelNames: ['provider', 'outcome'],
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [this.registry],
  });
  /** Streams of notifications that are open in this process. Their requests are not among `requests`. */
  readonly notificationStreams = new Gauge({
    name: 'notification_streams',
    help: 'Open streams of notifications.',
    registers: [this.registry],
  });
  readonly #server = createServer((_request, response) => {
    void this.text().then((text) => {
      response.setHeader('content-type', this.registry.contentType).end(text);
    });
  });

  constructor(private readonly config: Config) {
    collectDefaultMetrics({ register: this.registry });
  }

  text(): Promise<string> {
    return this.registry.metrics();
  }

  async onApplicationBootstrap(): Promise<void> {
    const port = this.config.env.METRICS_PORT;
    if (port === undefined) return;
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject).listen(port, this.config.env.HOST, resolve);
    });
  }

  onApplicationShutdown(): void {
    this.#server.close();
  }
}
