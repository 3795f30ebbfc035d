// Defines the command `zeroscout calibrate`, which fits a ranking to a few known accuracies and writes a calibration file.
import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { calibrateSearch } from '../../client/calibration/calibrate-search.js';
import { openOutFile } from '../../client/files/out-file.js';
import { findFinishedSearch } from '../../client/searches/find-search.js';
import { openSpaceWith } from '../../client/specification/open-space.js';
import { readTruth } from '../../client/specification/read-truth.js';
import { FEWEST_LABELS, MOST_LABELS } from '../../core/calibration/calibrate.js';
import { createWholeNumberParser, SEARCH_ID } from '../arguments.js';
import { printCalibration } from '../render/calibration.js';
import { note, printJson } from '../render/terminal.js';
import { type Session, withSession } from '../session.js';

interface Options {
  readonly truth: string;
  readonly labels?: number;
  readonly dataset?: string;
  readonly seed: number;
  readonly out: string;
  readonly json?: true;
}

export function addCalibrateCommand(program: Command): void {
  program
    .command('calibrate')
    .description('fit a finished ranking to a few known accuracies, and report whether the fit is better')
    .argument('<ID>', SEARCH_ID)
    .requiredOption('--truth <FILE>', 'CSV of known accuracies (arch,<dataset>,...)')
    .option(
      '--labels <N>',
      'number of known accuracies to use, drawn at random; the others measure the result (default: all)',
      createWholeNumberParser({ min: FEWEST_LABELS, max: MOST_LABELS }),
    )
    .option('--dataset <NAME>', 'column of the table; required if there are several')
    .option(
      '--seed <N>',
      'seed for drawing the known accuracies',
      createWholeNumberParser({ min: 0, max: 2 ** 32 - 1 }),
      1,
    )
    .option('--out <FILE>', 'file to write the calibration to', 'calibration.json')
    .option('--json', 'print JSON')
    .action(async (id: string, options: Options) => {
      openOutFile({ path: options.out, field: 'out' });
      await withSession({ start: 'never' }, (session) => calibrate(session, id, options));
    });
}

async function calibrate({ client, store, modules }: Session, id: string, given: Options): Promise<void> {
  const { truth: path, out, json, ...options } = given;
  const search = await findFinishedSearch({ client, id });
  const space = openSpaceWith({ space: search.memo.specification.space, modules });
  const truth = await readTruth({ path, space });
  const { calibration, text } = await calibrateSearch({ store, search, space, truth, options });
  await openOutFile({ path: out, field: 'out' }).place((part) => writeFile(part, text));
  const { model: _, scales: __, ...shown } = calibration;
  if (json) return printJson({ ...shown, file: out });
  printCalibration(calibration);
  note(`written to ${out}; a search ranks by it with aggregation: { kind: calibrated, file: ${out} }`);
}
