// Says why candidates were set aside, and where the reasons of all are.
import type { Results } from '../../client/results/results.js';
import { readFailuresCsv } from '../../core/report/failures-csv.js';

type SetAside = Pick<Results, 'failures'> & { readonly id: string; readonly out?: string | undefined };

/**
 * One line, or undefined if nothing was set aside. Without a folder for failures.csv it has the first reason,
 * and the command that writes all of them.
 */
export function formatSetAside({ failures, id, out }: SetAside): string | undefined {
  const all = readFailuresCsv(failures);
  const [first] = all;
  if (!first) return undefined;
  const count = `set aside: ${all.length}`;
  if (out !== undefined) return `${count}, with reasons in failures.csv`;
  return `${count}; the first: ${first.reason}: ${first.detail}; zeroscout results ${id} --out DIR writes all reasons to failures.csv`;
}
