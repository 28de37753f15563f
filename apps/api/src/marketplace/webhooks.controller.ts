import { Controller, Param, Post, type RawBodyRequest, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Actor } from '#kernel';
import { WebhooksService } from '#payments';
import { CurrentActor } from '../http/current-actor.decorator.ts';
import { Operation } from '../http/operation.decorator.ts';
import { ProviderName } from './webhooks.dto.ts';

@Controller('api/payments/webhooks')
export class WebhooksController {
  constructor(private readonly webhooks: WebhooksService) {}

  @Post()
  @Operation({
    summary: 'For payment providers: an event, signed over its bytes',
    description:
      'The provider is known by its signature header. An event that comes again is answered alike.',
    access: 'public',
    limit: 'unlimited',
    message: 'Received.',
  })
  async receive(@CurrentActor() actor: Actor, @Req() request: RawBodyRequest<FastifyRequest>) {
    await this.webhooks.receive(actor, request.rawBody ?? Buffer.alloc(0), request.headers);
  }

  @Post(':provider')
  @Operation({
    summary: 'For one payment provider: the same, at an address of its own',
    access: 'public',
    limit: 'unlimited',
    message: 'Received.',
  })
  async receiveFrom(
    @CurrentActor() actor: Actor,
    @Param('provider', { schema: ProviderName }) provider: string,
    @Req() request: RawBodyRequest<FastifyRequest>,
  ) {
    await this.webhooks.receive(actor, request.rawBody ?? Buffer.alloc(0), request.headers, provider);
  }
}
