import { Controller, Get, Param, Query } from '@nestjs/common';
import type { z } from 'zod';
import { DiscoveryService, SlotsService } from '#appointments';
import { AccountsService } from '#auth';
import { DoctorsService } from '#doctors';
import { type Actor, Clock, mapPage } from '#kernel';
import { CurrentActor } from '../http/current-actor.decorator.ts';
import { Id } from '../http/fields.ts';
import { Operation } from '../http/operation.decorator.ts';
import {
  AllSlots,
  DoctorSlots,
  DoctorSlotsAnswer,
  PER_DOCTOR,
  SlotAnswer,
  slotsIn,
  toWindow,
} from './slots.dto.ts';

/** The slots that can be booked, of one doctor and across doctors, in the asker's own time. */
@Controller('api')
export class SlotsController {
  constructor(
    private readonly accounts: AccountsService,
    private readonly clock: Clock,
    private readonly discovery: DiscoveryService,
    private readonly doctors: DoctorsService,
    private readonly slots: SlotsService,
  ) {}

  @Get('doctors/:id/availability')
  @Operation({
    summary: 'The bookable slots of a doctor, in the asker’s time zone',
    access: 'public',
    answers: DoctorSlotsAnswer,
    fails: ['not_found'],
  })
  async ofDoctor(
    @CurrentActor() actor: Actor,
    @Param('id', { schema: Id }) id: string,
    @Query({ schema: DoctorSlots }) query: z.output<typeof DoctorSlots>,
  ) {
    const doctor = await this.doctors.listed(id);
    const zone = query.time_zone ?? (await this.#zoneOf(actor)) ?? doctor.timeZone;
    const found = await this.slots.between(doctor, toWindow(query, zone, this.clock.now()));
    return { doctor_id: id, time_zone: zone, slots: found.map(slotsIn(zone)) };
  }

  @Get('appointments/slots')
  @Operation({
    summary: 'Bookable slots across doctors, soonest first unless asked otherwise',
    access: 'authenticated',
    answers: SlotAnswer,
    paged: true,
  })
  async across(@CurrentActor() actor: Actor, @Query({ schema: AllSlots }) query: z.output<typeof AllSlots>) {
    const zone = query.time_zone ?? (await this.#zoneOf(actor)) ?? 'UTC';
    const found = await this.discovery.slots(
      {
        doctorId: query.doctor_id,
        specialty: query.specialty,
        language: query.language,
        latestFirst: query.ordering === '-start',
        perDoctor: query.per_doctor ?? (query.doctor_id === undefined ? PER_DOCTOR : undefined),
      },
      toWindow(query, zone, this.clock.now()),
      { page: query.page, pageSize: query.page_size },
    );
    const toSlot = slotsIn(zone);
    return mapPage(found, ({ doctorId, doctorName, slot }) => ({
      doctor_id: doctorId,
      doctor_name: doctorName,
      ...toSlot(slot),
    }));
  }

  async #zoneOf({ userId }: Actor): Promise<string | undefined> {
    return userId === null ? undefined : (await this.accounts.byId(userId)).timeZone;
  }
}
