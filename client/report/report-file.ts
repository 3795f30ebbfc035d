// Checks where a report is to be written before anything is computed, and writes it there.
import { statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename, dirname, extname, resolve } from 'node:path';
import { SpecError } from '../../core/errors.js';
import { placeFile } from '../files/out-folder.js';
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
  const absolute = resolve(path);
  const folder = dirname(absolute);
  checkPlace({ path, absolute, folder });
  const other = ENDINGS[extname(path).toLowerCase()] ?? format;
  if (other !== format)
    throw SpecError.of({
      path: 'out',
      message: `found "${path}", the name of a file in ${other}, and format ${format}; must agree`,
    });
  const chromium = format === 'pdf' ? findChromium() : undefined;
  return {
    write: (html) =>
      placeFile({ folder, name: basename(absolute) }, (part) =>
        chromium === undefined ? writeFile(part, html) : printPdf({ chromium, html, path: part }),
      ),
  };
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    // A folder that the system does not let us read counts as absent.
    return false;
  }
}

function checkPlace({
  path,
  absolute,
  folder,
}: {
  readonly path: string;
  readonly absolute: string;
  readonly folder: string;
}): void {
  const right = 'must be a file in a folder that exists';
  if (path === '' || isFolder(absolute))
    throw SpecError.of({ path: 'out', message: `found "${path}", a folder; ${right}` });
  if (!isFolder(folder))
    throw SpecError.of({ path: 'out', message: `found "${path}"; there is no folder ${folder}; ${right}` });
}
