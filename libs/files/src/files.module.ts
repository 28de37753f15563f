import { Module } from '@nestjs/common';
import { AbandonedUploadsHandler } from './abandoned-uploads.handler.ts';
import { CheckFileHandler } from './check-file.handler.ts';
import { FilesService } from './files.service.ts';

@Module({ providers: [FilesService, CheckFileHandler, AbandonedUploadsHandler], exports: [FilesService] })
export class FilesModule {}
