import { Controller, Delete, Get, Param, Query } from '@nestjs/common';
import type { z } from 'zod';
import { DocumentsService } from '#emr';
import { mapPage, type UserActor } from '#kernel';
import { CurrentActor } from '../http/current-actor.decorator.ts';
import { Id } from '../http/fields.ts';
import { Operation } from '../http/operation.decorator.ts';
import {
  DocumentAnswer,
  DownloadAnswer,
  ListDocuments,
  toDocument,
  toDownload,
} from './emr-documents.dto.ts';

@Controller('api/emr/documents')
export class EmrDocumentsController {
  constructor(private readonly documents: DocumentsService) {}

  @Get()
  @Operation({
    summary: 'Documents of oneself, or of the patients one treats, newest first',
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
    fails: ['not_found'],
  })
  async download(@CurrentActor() actor: UserActor, @Param('id', { schema: Id }) id: string) {
    return toDownload(await this.documents.download(actor, id));
  }
}
