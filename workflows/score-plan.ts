// Scores the missing candidates of a search's plan, and audits until nothing is missing: in one workflow, or
// in parts.
import { patched } from '@temporalio/workflow';
import { cutOf } from '../core/contract/parts.js';
import type { AuditResult } from '../core/contract/search-activities.js';
import { decideAddresses } from './address.js';
import { notAudited, setting } from './audit-parts.js';
import { control } from './control.js';
import { updateReused } from './lost-scores.js';
import { type Outcome, scoreList } from './score-list.js';
import { scoreMissing } from './score-missing.js';
import { scoreParts } from './score-parts.js';
import type { SearchRun } from './search-run.js';
import { verifyScores } from './verify-scores.js';

export async function scorePlan(run: SearchRun): Promise<Outcome> {
  await decideAddresses(run);
  const { plan, audited, parts } = run.state;
  const { specification } = run.stage;
  const cut = audited || parts ? undefined : cutOf({ specification, candidates: plan.count });
  // A search that an earlier version began continues as one workflow.
  if (cut && patched('parts')) run.update({ parts: notAudited(cut) });
  if (run.state.parts) return await scoreParts(run);
  if (!audited) await auditFirst(run);
  return await scoreMissing({
    state: () => run.state,
    score: () => scoreTodo(run),
    verify: run.verifyShare > 0 ? () => verifyTodo(run) : undefined,
    auditAgain: () => auditAgain(run),
    forgive: () => run.update({ attempt: run.state.attempt - 1 }),
  });
}

/** Finds the candidates without a score, and counts one more attempt. */
export async function auditAgain(run: SearchRun): Promise<void> {
  await decideAddresses(run);
  const { parts, attempt } = run.state;
  if (parts) return run.update({ parts: notAudited(parts.cut), failed: 0, attempt: attempt + 1 });
  run.display.show('auditing');
  const { todo, missing, failed } = await audit(run);
  run.update({ todo, failed, attempt: run.state.attempt + 1, nextShard: 0 });
  updateReused(run, { known: run.state.plan.count - missing - failed, todo: todo.count });
}

async function auditFirst(run: SearchRun): Promise<void> {
  const found = await audit(run);
  const { todo, missing, failed } = found;
  run.update({
    audited: true,
    todo,
    planned: todo.count,
    reused: run.state.plan.count - missing - failed,
    failed,
    skipped: failed,
    stageStartedAt: Date.now(),
    ...setting(found),
  });
}

function audit(run: SearchRun): Promise<AuditResult> {
  const { plan } = run.state;
  const summary = `which of ${plan.count} candidates have no score yet`;
  return control.auditScores.executeWithOptions({ summary }, [{ ...run.scoring, plan }]);
}

function scoreTodo(run: SearchRun): Promise<Outcome> {
  run.display.show('scoring');
  const { todo: list, nextShard } = run.state;
  return scoreList({
    work: { search: run.input.id, ...run.scoring, list },
    nextShard,
    progress: {
      running: run.shards,
      isPaused: () => run.state.paused,
      onStarted: (next) => run.update({ nextShard: next }),
      onFinished: (candidates) => {
        run.update({ done: Math.min(run.state.done + candidates, run.state.planned) });
        run.display.advance({ running: run.shards.size });
      },
    },
  });
}

async function verifyTodo(run: SearchRun): Promise<void> {
  run.display.show('verifying');
  const work = {
    search: run.input.id,
    ...run.scoring,
    list: run.state.todo,
    share: run.verifyShare,
    isPaused: () => run.state.paused,
  };
  run.update({ verification: await verifyScores(work, run.state.verification) });
}
