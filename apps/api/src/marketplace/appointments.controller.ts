import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import type { z } from 'zod';
import { AppointmentsService, BookingService, FollowUpsService } from '#appointments';
import { mapPage, type UserActor } from '#kernel';
import { CurrentActor } from '../http/current-actor.decorator.ts';
import { Id } from '../http/fields.ts';
import { Idempotent } from '../http/idempotency.interceptor.ts';
import { IfMatch } from '../http/if-match.decorator.ts';
import { Operation } from '../http/operation.decorator.ts';
import { PutAndPatch } from '../http/put-and-patch.decorator.ts';
import {
  AppointmentAnswer,
  Book,
  Cancel,
  CancelledAnswer,
  FollowUpAnswer,
  ListAppointments,
  ProposeFollowUp,
  QuoteAnswer,
  Reschedule,
  toAppointment,
  toQuote,
  UpdateAppointment,
} from './appointments.dto.ts';

@Controller('api/appointments')
export class AppointmentsController {
  constructor(
    private readonly appointments: AppointmentsService,
    private readonly booking: BookingService,
    private readonly followUps: FollowUpsService,
  ) {}

  @Get()
  @Operation({
    summary: 'One’s own visits, as patient or as doctor; an administrator sees all',
    access: 'authenticated',
    answers: AppointmentAnswer,
    paged: true,
  })
  async list(
    @CurrentActor() actor: UserActor,
    @Query({ schema: ListAppointments }) { page, ...filter }: z.output<typeof ListAppointments>,
  ) {
    const found = await this.appointments.list(actor, filter, page);
    return mapPage(found, (visit) => toAppointment(visit, actor.userId));
  }

  @Post()
  @Idempotent()
  @Operation({
    summary: 'Book a slot; it is held until it is paid for',
    access: ['patient'],
    answers: AppointmentAnswer,
    status: 201,
    message: 'The slot is held for you. Pay to confirm it.',
    fails: ['not_found', 'conflict'],
  })
  async book(@CurrentActor() actor: UserActor, @Body({ schema: Book }) request: z.output<typeof Book>) {
    return toAppointment(await this.booking.hold(actor, request), actor.userId);
  }

  @Get('upcoming')
  @Operation({
    summary: 'Visits that are to come or running, and one’s own that wait to be paid; soonest first',
    access: 'authenticated',
    answers: AppointmentAnswer,
    paged: true,
  })
  async upcoming(
    @CurrentActor() actor: UserActor,
    @Query({ schema: ListAppointments }) { page, ...filter }: z.output<typeof ListAppointments>,
  ) {
    const found = await this.appointments.list(actor, { ...filter, upcoming: true }, page);
    return mapPage(found, (visit) => toAppointment(visit, actor.userId));
  }

  @Get(':id')
  @Operation({
    summary: 'A visit',
    access: 'authenticated',
    answers: AppointmentAnswer,
    fails: ['not_found'],
  })
  async get(@CurrentActor() actor: UserActor, @Param('id', { schema: Id }) id: string) {
    return toAppointment(await this.appointments.visible(actor, id), actor.userId);
  }

  @PutAndPatch(':id')
  @Operation({
    summary: 'Change the reason (patient) or the notes (doctor) of a visit',
    access: 'authenticated',
    answers: AppointmentAnswer,
    message: 'Saved.',
    fails: ['forbidden', 'not_found', 'conflict'],
  })
  async update(
    @CurrentActor() actor: UserActor,
    @Param('id', { schema: Id }) id: string,
    @Body({ schema: UpdateAppointment }) changes: z.output<typeof UpdateAppointment>,
    @IfMatch() version?: number,
  ) {
    return toAppointment(await this.appointments.update(actor, id, changes, version), actor.userId);
  }

  @Get(':id/cancellation-quote')
  @Operation({
    summary: 'What the patient would get back if the visit were cancelled now',
    access: 'authenticated',
    answers: QuoteAnswer,
    fails: ['not_found', 'conflict'],
  })
  async quote(@CurrentActor() actor: UserActor, @Param('id', { schema: Id }) id: string) {
    return toQuote(await this.appointments.cancellationQuote(actor, id));
  }

  @Post(':id/cancel')
  @Operation({
    summary: 'Cancel a visit; the refund follows the policy it was booked under',
    access: 'authenticated',
    answers: CancelledAnswer,
    message: 'Cancelled.',
    fails: ['not_found', 'conflict'],
  })
  async cancel(
    @CurrentActor() actor: UserActor,
    @Param('id', { schema: Id }) id: string,
    @Body({ schema: Cancel }) { reason }: z.output<typeof Cancel>,
  ) {
    const { appointment, quote } = await this.appointments.cancel(actor, id, reason);
    return { ...toAppointment(appointment, actor.userId), refund: toQuote(quote) };
  }

  @Post(':id/reschedule')
  @Idempotent()
  @Operation({
    summary: 'Move a visit to another slot of the same doctor; it stays paid',
    access: 'authenticated',
    answers: AppointmentAnswer,
    message: 'Moved.',
    fails: ['not_found', 'conflict'],
  })
  async reschedule(
    @CurrentActor() actor: UserActor,
    @Param('id', { schema: Id }) id: string,
    @Body({ schema: Reschedule }) { start }: z.output<typeof Reschedule>,
    @IfMatch() version?: number,
  ) {
    return toAppointment(await this.booking.reschedule(actor, id, start, version), actor.userId);
  }

  @Post(':id/accept')
  @Operation({
    summary:
      'Take a slot that is kept for one and costs nothing; one that costs something is taken by paying',
    access: ['patient'],
    answers: AppointmentAnswer,
    message: 'The visit is confirmed.',
    fails: ['payment_required', 'not_found', 'conflict', 'gone'],
  })
  async accept(@CurrentActor() actor: UserActor, @Param('id', { schema: Id }) id: string) {
    return toAppointment(await this.booking.accept(actor, id), actor.userId);
  }

  @Post(':id/follow-up')
  @Idempotent()
  @Operation({
    summary: 'Recommend to come again after a visit, and keep a time for it',
    access: ['doctor'],
    answers: FollowUpAnswer,
    status: 201,
    message: 'Recommended.',
    fails: ['not_found', 'conflict'],
  })
  async followUp(
    @CurrentActor() actor: UserActor,
    @Param('id', { schema: Id }) id: string,
    @Body({ schema: ProposeFollowUp }) request: z.output<typeof ProposeFollowUp>,
  ) {
    const { visit, proposed } = await this.followUps.propose(actor, id, request);
    return {
      visit: toAppointment(visit, actor.userId),
      proposed: proposed && toAppointment(proposed, actor.userId),
    };
  }

  @Post(':id/start')
  @Operation({
    summary: 'Begin the visit',
    access: ['doctor'],
    answers: AppointmentAnswer,
    message: 'The visit has begun.',
    fails: ['not_found', 'conflict'],
  })
  async start(@CurrentActor() actor: UserActor, @Param('id', { schema: Id }) id: string) {
    return toAppointment(await this.appointments.start(actor, id), actor.userId);
  }

  @Post(':id/end')
  @Operation({
    summary: 'End the visit',
    access: ['doctor'],
    answers: AppointmentAnswer,
    message: 'The visit has ended.',
    fails: ['not_found', 'conflict'],
  })
  async end(@CurrentActor() actor: UserActor, @Param('id', { schema: Id }) id: string) {
    return toAppointment(await this.appointments.complete(actor, id), actor.userId);
  }
}
