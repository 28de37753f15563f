import { Body, Controller, Delete, Get, Param, Post, Query } from '@nestjs/common';
import type { z } from 'zod';
import { mapPage, type UserActor } from '#kernel';
import { HandoverOffersService, HandoversService } from '#patients';
import { CurrentActor } from '../http/current-actor.decorator.ts';
import { Id } from '../http/fields.ts';
import { Operation } from '../http/operation.decorator.ts';
import { HandoverAnswer, ListHandovers, OfferChart, toHandover } from './handovers.dto.ts';

@Controller('api/patients')
export class HandoversController {
  constructor(
    private readonly offers: HandoverOffersService,
    private readonly handovers: HandoversService,
  ) {}

  @Get('dependants/:id/handover')
  @Operation({
    summary: 'What became of the newest offer of a chart to the person it is about',
    access: ['patient'],
    answers: HandoverAnswer,
    fails: ['not_found'],
  })
  async newest(@CurrentActor() actor: UserActor, @Param('id', { schema: Id }) id: string) {
    return toHandover(await this.offers.newest(actor, id));
  }

  @Post('dependants/:id/handover')
  @Operation({
    summary: 'Offer a chart to the person it is about, who is of age, and invite them by mail',
    access: ['patient'],
    answers: HandoverAnswer,
    status: 201,
    message: 'Offered. Until it is taken you go on acting for the chart.',
    fails: ['not_found', 'conflict', 'rate_limited'],
  })
  async offer(
    @CurrentActor() actor: UserActor,
    @Param('id', { schema: Id }) id: string,
    @Body({ schema: OfferChart }) { email }: z.output<typeof OfferChart>,
  ) {
    return toHandover(await this.offers.offer(actor, id, email));
  }

  @Delete('dependants/:id/handover')
  @Operation({
    summary: 'Take the offer of a chart back',
    access: ['patient'],
    message: 'Withdrawn.',
    fails: ['not_found', 'conflict'],
  })
  async withdraw(@CurrentActor() actor: UserActor, @Param('id', { schema: Id }) id: string) {
    await this.offers.withdraw(actor, id);
  }

  @Get('handovers')
  @Operation({
    summary: 'Charts that are offered to one’s verified address, the oldest first',
    access: ['patient'],
    answers: HandoverAnswer,
    paged: true,
  })
  async list(
    @CurrentActor() actor: UserActor,
    @Query({ schema: ListHandovers }) { page, ...filter }: z.output<typeof ListHandovers>,
  ) {
    return mapPage(await this.handovers.list(actor, filter, page), toHandover);
  }

  @Post('handovers/:id/accept')
  @Operation({
    summary: 'Take a chart that is about oneself; the guardian does not act for it any more',
    access: ['patient'],
    answers: HandoverAnswer,
    message: 'The chart is yours.',
    fails: ['not_found', 'conflict'],
  })
  async accept(@CurrentActor() actor: UserActor, @Param('id', { schema: Id }) id: string) {
    return toHandover(await this.handovers.accept(actor, id));
  }

  @Post('handovers/:id/decline')
  @Operation({
    summary: 'Decline a chart that is offered',
    access: ['patient'],
    message: 'Declined.',
    fails: ['not_found', 'conflict'],
  })
  async decline(@CurrentActor() actor: UserActor, @Param('id', { schema: Id }) id: string) {
    await this.handovers.decline(actor, id);
  }
}
