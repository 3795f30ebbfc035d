// Checks where a report is to be written before anything is computed, and writes it there.
import { writeFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { SpecError } from '../../core/errors.js';
import { openOutFile } from '../files/out-file.js';
import { findChromium } from './find-chromium.js';
import { printPdf } from './print-pdf.js';

export const REPORT_FORMATS = ['html', 'pdf'] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

/** Endings of file names that belong to a format. */
const ENDINGS: Readonly<Record<string, ReportFormat>> = { '.html': 'html', '.htm': 'html', '.pdf': 'pdf' };

export interface ReportFile {
  /** Writes the report, and returns the absolute path of the file. */
  write(html: string): Promise<string>;
}

/** Throws a SpecError for a folder that does not exist, for a name of the other format, and without Chromium. */
export function openReportFile({
  path,
  format,
}: {
  readonly path: string;
  readonly format: ReportFormat;
}): ReportFile {
  const file = openOutFile({ path, field: 'out' });
  const other = ENDINGS[extname(path).toLowerCase()] ?? format;
  if (other !== format)
    throw SpecError.of({
      path: 'out',
      message: `found "${path}", the name of a file in ${other}, and format ${format}; must agree`,
    });
  const chromium = format === 'pdf' ? findChromium() : undefined;
  return {
    write: (html) =>
      file.place((part) =>
        chromium === undefined ? writeFile(part, html) : printPdf({ chromium, html, path: part }),
      ),
  };
}
