import { Module } from '@nestjs/common';
import { OrganizationsAccountPart } from './organizations.account-part.ts';
import { PracticesService } from './practices.service.ts';

@Module({ providers: [OrganizationsAccountPart, PracticesService], exports: [PracticesService] })
export class OrganizationsModule {}
