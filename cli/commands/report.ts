// Defines the command `zeroscout report`: a finished search as one file to hand on, HTML or PDF.
import { type Command, Option } from 'commander';
import { readReport } from '../../client/report/read-report.js';
import { openReportFile, REPORT_FORMATS, type ReportFormat } from '../../client/report/report-file.js';
import { readTruth } from '../../client/specification/read-truth.js';
import { renderReport } from '../../core/report-page/render-report.js';
import { SEARCH_ID } from '../arguments.js';
import { note, printJson } from '../render/terminal.js';
import { withSession } from '../session.js';

interface Options {
  readonly out: string;
  readonly truth?: string;
  readonly compare?: readonly string[];
  readonly format: ReportFormat;
  readonly json?: true;
}

export function addReportCommand(program: Command): void {
  program
    .command('report')
    .description(
      'write a finished search as one file to hand on: summary, winners drawn, pictures, and what it is worth',
    )
    .argument('<ID>', SEARCH_ID)
    .requiredOption('--out <FILE>', 'file to write; its folder must exist')
    .option('--truth <FILE>', 'CSV of known accuracies (arch,<dataset>,...), or another ranking')
    .option('--compare <ID...>', 'other finished searches of the same space')
    .addOption(
      new Option('--format <FORMAT>', 'html needs nothing else; pdf needs Chromium (CHROMIUM_PATH)')
        .choices(REPORT_FORMATS)
        .default('html'),
    )
    .option('--json', 'print the path of the file as JSON')
    .action(async (id: string, { out, truth: path, compare = [], format, json }: Options) => {
      const file = openReportFile({ path: out, format });
      const data = await withSession({ start: 'never' }, (session) =>
        readReport(session, {
          id,
          compare,
          readTruth: path === undefined ? undefined : (space) => readTruth({ path, space }),
        }),
      );
      const written = await file.write(renderReport(data));
      if (json) return printJson({ file: written, format });
      note(`report in ${written}`);
    });
}
