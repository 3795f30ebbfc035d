// Finds the missing scores of each part of a plan, several parts at a time.
import { workflowInfo } from '@temporalio/workflow';
import type { Cut } from '../core/contract/parts.js';
import type { PartsState, SearchState } from '../core/contract/search.js';
import type { AuditResult } from '../core/contract/search-activities.js';
import { control } from './control.js';
import type { Outcome } from './score-list.js';
import type { SearchRun } from './search-run.js';

/**
 * The number of audits of one search that run at once: enough to keep some control workers busy, and not too
 * many for a single one.
 */
const AUDITS_AT_ONCE = 8;

export const notAudited = (cut: Cut): PartsState => ({ cut, todos: [], missing: 0, failed: [], next: 0 });

export async function auditParts(run: SearchRun): Promise<Outcome> {
  for (;;) {
    const { cut, todos, missing, failed = todos.map(() => 0) } = run.state.parts!;
    const left = Math.min(AUDITS_AT_ONCE, cut.parts - todos.length);
    if (left === 0) return 'finished';
    if (workflowInfo().continueAsNewSuggested) return 'history is long';
    const found = await Promise.all(Array.from({ length: left }, (_, i) => auditPart(run, todos.length + i)));
    const setAside = found.map((one) => one.failed);
    run.update({
      failed: run.state.failed + sum(setAside),
      parts: {
        ...run.state.parts!,
        todos: [...todos, ...found.map(({ todo }) => todo)],
        missing: missing + sum(found.map((one) => one.missing)),
        failed: [...failed, ...setAside],
      },
      ...setting(found[0]),
    });
  }
}

function auditPart(run: SearchRun, number: number): Promise<AuditResult> {
  const { plan, parts } = run.state;
  const part = { number, of: parts!.cut.parts };
  const summary = `which candidates of part ${number + 1} of ${part.of} have no score yet`;
  return control.auditScores.executeWithOptions({ summary }, [{ ...run.scoring, plan, part }]);
}

/** The share of scores that the control worker verifies where the specification is silent. */
export const setting = (audit: AuditResult | undefined): Pick<SearchState, 'verify'> =>
  audit?.verify === undefined ? {} : { verify: audit.verify };

export function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
