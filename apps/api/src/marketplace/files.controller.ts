import { Controller, Get, Param, Post } from '@nestjs/common';
import { FilesService } from '#files';
import type { UserActor } from '#kernel';
import { CurrentActor } from '../http/current-actor.decorator.ts';
import { Id } from '../http/fields.ts';
import { Operation } from '../http/operation.decorator.ts';
import { toUpload, toUploadedFile, Upload, UploadedFile } from './files.dto.ts';

/** What every upload has in common, whatever the file is for. */
@Controller('api/files')
export class FilesController {
  constructor(private readonly files: FilesService) {}

  @Get(':id')
  @Operation({
    summary: 'How far an upload of one’s own is',
    access: 'authenticated',
    answers: UploadedFile,
    fails: ['not_found'],
  })
  async get(@CurrentActor() actor: UserActor, @Param('id', { schema: Id }) id: string) {
    return toUploadedFile(await this.files.own(actor, id));
  }

  @Post(':id/ticket')
  @Operation({
    summary: 'A fresh address to upload to, while the bytes are awaited',
    access: 'authenticated',
    answers: Upload,
    fails: ['not_found', 'conflict'],
  })
  async ticket(@CurrentActor() actor: UserActor, @Param('id', { schema: Id }) id: string) {
    return toUpload(await this.files.ticket(actor, id));
  }

  @Post(':id/complete')
  @Operation({
    summary: 'Say that the bytes are there; they are checked before anybody gets them',
    access: 'authenticated',
    answers: UploadedFile,
    status: 202,
    message: 'The file is being checked.',
    fails: ['not_found', 'conflict'],
  })
  async complete(@CurrentActor() actor: UserActor, @Param('id', { schema: Id }) id: string) {
    return toUploadedFile(await this.files.complete(actor, id));
  }
}
