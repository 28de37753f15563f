import { Body, Controller, Delete, Get, Param, Post, Query } from '@nestjs/common';
import type { z } from 'zod';
import { DocumentsService } from '#emr';
import { mapPage, type UserActor } from '#kernel';
import { CurrentActor } from '../http/current-actor.decorator.ts';
import { Id } from '../http/fields.ts';
import { Idempotent } from '../http/idempotency.interceptor.ts';
import { Operation } from '../http/operation.decorator.ts';
import { PutAndPatch } from '../http/put-and-patch.decorator.ts';
import {
  AnnouncedDocument,
  DocumentAnswer,
  DownloadAnswer,
  ListDocuments,
  toAnnounced,
  toDocument,
  toDownload,
  UpdateDocument,
  UploadDocument,
} from './emr-documents.dto.ts';

@Controller('api/emr/documents')
export class EmrDocumentsController {
  constructor(private readonly documents: DocumentsService) {}

  @Get()
  @Operation({
    summary: 'Documents of oneself, or of the patients one treats, newest first',
    description: 'Until its bytes were checked, a document is seen by its uploader only.',
    access: 'authenticated',
    answers: DocumentAnswer,
    paged: true,
    fails: ['not_found'],
  })
  async list(
    @CurrentActor() actor: UserActor,
    @Query({ schema: ListDocuments }) { page, ...filter }: z.output<typeof ListDocuments>,
  ) {
    return mapPage(await this.documents.list(actor, filter, page), toDocument);
  }

  @Post()
  @Idempotent()
  @Operation({
    summary: 'Announce a document for one’s chart, or that of a patient one treats; the bytes go to `upload`',
    access: 'authenticated',
    answers: AnnouncedDocument,
    status: 201,
    message: 'Send the bytes to upload.url, then POST to /api/files/{file_id}/complete/.',
    fails: ['not_found', 'too_large'],
    limit: 'upload',
  })
  async upload(
    @CurrentActor() actor: UserActor,
    @Body({ schema: UploadDocument }) { chart, document }: z.output<typeof UploadDocument>,
  ) {
    return toAnnounced(await this.documents.upload(actor, chart, document));
  }

  @Get(':id')
  @Operation({
    summary: 'What is known of a document; its bytes are at the download link',
    access: 'authenticated',
    answers: DocumentAnswer,
    fails: ['not_found'],
  })
  async get(@CurrentActor() actor: UserActor, @Param('id', { schema: Id }) id: string) {
    return toDocument(await this.documents.get(actor, id));
  }

  @PutAndPatch(':id')
  @Operation({
    summary: 'Call a document otherwise that one added',
    access: 'authenticated',
    answers: DocumentAnswer,
    message: 'Saved.',
    fails: ['forbidden', 'not_found', 'conflict'],
  })
  async update(
    @CurrentActor() actor: UserActor,
    @Param('id', { schema: Id }) id: string,
    @Body({ schema: UpdateDocument }) changes: z.output<typeof UpdateDocument>,
  ) {
    return toDocument(await this.documents.update(actor, id, changes));
  }

  @Delete(':id')
  @Operation({
    summary: 'Take a document that one added out of the chart',
    access: 'authenticated',
    message: 'Removed.',
    fails: ['forbidden', 'not_found'],
  })
  async remove(@CurrentActor() actor: UserActor, @Param('id', { schema: Id }) id: string) {
    await this.documents.remove(actor, id);
  }

  @Get(':id/download')
  @Operation({
    summary: 'A link to fetch the document with',
    access: 'authenticated',
    answers: DownloadAnswer,
    fails: ['not_found', 'conflict'],
  })
  async download(@CurrentActor() actor: UserActor, @Param('id', { schema: Id }) id: string) {
    return toDownload(await this.documents.download(actor, id));
  }
}
