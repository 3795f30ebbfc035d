// Says why candidates were set aside, and where the reasons of all are.
import type { Results } from '../../client/results/results.js';
import { readFailuresCsv } from '../../core/report/failures-csv.js';
import type { Summary } from '../../core/report/summary.js';
import { note, paint } from './terminal.js';

type SetAside = Pick<Results, 'failures' | 'summary'> & { readonly out?: string | undefined };

/**
 * One line, or undefined if nothing was set aside. Without a folder for failures.csv it has the first reason,
 * and the command that writes all of them. Of a screening, that file has those of the last round, and the count is
 * that of all rounds.
 */
export function formatSetAside({ failures, summary: { failed, id }, out }: SetAside): string | undefined {
  if (failed === 0) return undefined;
  const [first, ...more] = readFailuresCsv(failures);
  const count = `set aside: ${failed}`;
  if (!first) return `${count}, in rounds before the last`;
  const whose = more.length + 1 < failed ? ' of the last round' : '';
  if (out !== undefined) return `${count}, with reasons${whose} in failures.csv`;
  return `${count}; the first: ${first.reason}: ${first.detail}; zeroscout results ${id} --out DIR writes all reasons${whose} to failures.csv`;
}

/** Says that a search has ranked nothing, which its empty table does not explain. */
export function noteIfNoneRanked({ candidates, failed }: Pick<Summary, 'candidates' | 'failed'>): void {
  if (failed < candidates || candidates === 0) return;
  note(paint.yellow(`nothing is ranked: all ${candidates} candidates were set aside`));
}
