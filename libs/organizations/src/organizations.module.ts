import { Module } from '@nestjs/common';
import { PracticesService } from './practices.service.ts';

@Module({ providers: [PracticesService], exports: [PracticesService] })
export class OrganizationsModule {}
