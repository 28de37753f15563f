import { Injectable } from '@nestjs/common';
import { FilesService } from '#files';
import { Translator } from '#platform';
import { type Paper, Words } from './paper.ts';

/** Prints papers into the places that are reserved for them. */
@Injectable()
export class PapersService {
  constructor(
    private readonly files: FilesService,
    private readonly translator: Translator,
  ) {}

  /** Writes the paper in the language of its reader and puts its PDF there, unless it is there. */
  async fill(fileId: string, language: string, write: (words: Words) => Promise<Paper>): Promise<void> {
    await this.files.fill(fileId, async () => {
      // PDFKit and its fonts are loaded when the first paper is printed.
      const { renderPaper } = await import('./paper.template.ts');
      return renderPaper(await write(new Words(this.translator, language)));
    });
  }
}
