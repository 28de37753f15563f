import { Injectable } from '@nestjs/common';
import { type FileLink, FilesService } from '#files';
import type { Invoice } from './invoice.entity.ts';
import { InvoiceContentsService } from './invoice-contents.service.ts';
import { invoicePaper } from './invoice-paper.ts';
import { PapersService } from './papers.service.ts';

/** The PDFs of invoices: rendered once, and kept as they are. */
@Injectable()
export class InvoiceFilesService {
  constructor(
    private readonly files: FilesService,
    private readonly papers: PapersService,
    private readonly contents: InvoiceContentsService,
  ) {}

  /** Puts the PDF there, unless it is there. */
  async fill(invoice: Invoice): Promise<void> {
    await this.papers.fill(invoice.fileId, invoice.language, async (words) =>
      invoicePaper(await this.contents.now(invoice), words),
    );
  }

  /** For a caller that has checked who asks. */
  async link(invoice: Invoice): Promise<FileLink> {
    await this.fill(invoice);
    return this.files.link(invoice.fileId, invoice.number);
  }
}
