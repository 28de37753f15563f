import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import type { z } from 'zod';
import { DiscoveryService } from '#appointments';
import { DoctorSearch, DoctorsService } from '#doctors';
import { type Actor, mapPage, type UserActor } from '#kernel';
import { CurrentActor } from '../http/current-actor.decorator.ts';
import { Id } from '../http/fields.ts';
import { Operation } from '../http/operation.decorator.ts';
import { PutAndPatch } from '../http/put-and-patch.decorator.ts';
import {
  DoctorAnswer,
  FoundDoctorAnswer,
  ListTerms,
  OwnDoctorAnswer,
  RegisterDoctor,
  SearchDoctors,
  TermAnswer,
  toDoctor,
  toFoundDoctor,
  toOwnDoctor,
  UpdateDoctor,
} from './doctors.dto.ts';

@Controller('api/doctors')
export class DoctorsController {
  constructor(
    private readonly doctors: DoctorsService,
    private readonly profiles: DoctorSearch,
    private readonly discovery: DiscoveryService,
  ) {}

  @Get()
  @Operation({
    summary: 'Find doctors: text, name, specialty, language, fee, rating, experience, next free slot',
    description:
      'Every word of `search` must be in name, specialties, qualifications or biography; words may be cut short ' +
      'while they are typed. Where nobody has them all, typing errors in names and specialties are forgiven. ' +
      'The best match comes first, otherwise the best rated.',
    access: 'public',
    answers: FoundDoctorAnswer,
    paged: true,
  })
  async search(@Query({ schema: SearchDoctors }) { page, filter }: z.output<typeof SearchDoctors>) {
    return mapPage(await this.discovery.search(filter, page), toFoundDoctor);
  }

  @Post('register')
  @Operation({
    summary: 'Give the account a doctor profile and a practice',
    access: 'authenticated',
    answers: OwnDoctorAnswer,
    status: 201,
    message: 'Registered. Send your licence next; patients see you when it is approved.',
    fails: ['conflict'],
  })
  async register(
    @CurrentActor() actor: UserActor,
    @Body({ schema: RegisterDoctor }) body: z.output<typeof RegisterDoctor>,
  ) {
    return toOwnDoctor(await this.doctors.register(actor, body.profile, body.practice));
  }

  @Get('profile')
  @Operation({
    summary: 'One’s own doctor profile',
    access: ['doctor'],
    answers: OwnDoctorAnswer,
    fails: ['not_found'],
  })
  async profile(@CurrentActor() actor: UserActor) {
    return toOwnDoctor(await this.doctors.own(actor));
  }

  @PutAndPatch('profile')
  @Operation({
    summary: 'Change one’s own doctor profile',
    access: ['doctor'],
    answers: OwnDoctorAnswer,
    message: 'Saved.',
    fails: ['not_found'],
  })
  async updateProfile(
    @CurrentActor() actor: UserActor,
    @Body({ schema: UpdateDoctor }) changes: z.output<typeof UpdateDoctor>,
  ) {
    return toOwnDoctor(await this.doctors.updateOwn(actor, changes));
  }

  @Get('specialties')
  @Operation({
    summary: 'The specialties of the doctors who take bookings, the most frequent first',
    access: 'public',
    answers: TermAnswer,
    paged: true,
  })
  async specialties(@Query({ schema: ListTerms }) { page, ...filter }: z.output<typeof ListTerms>) {
    return this.profiles.terms('specialties', filter, page);
  }

  @Get('languages')
  @Operation({
    summary: 'The languages of the doctors who take bookings, the most frequent first',
    access: 'public',
    answers: TermAnswer,
    paged: true,
  })
  async languages(@Query({ schema: ListTerms }) { page, ...filter }: z.output<typeof ListTerms>) {
    return this.profiles.terms('languages', filter, page);
  }

  @Get(':id')
  @Operation({
    summary: 'A doctor; one who is not listed any more is known to those who met them',
    access: 'public',
    answers: DoctorAnswer,
    fails: ['not_found'],
  })
  async get(@CurrentActor() actor: Actor, @Param('id', { schema: Id }) id: string) {
    return toDoctor(await this.discovery.doctor(actor, id));
  }
}
