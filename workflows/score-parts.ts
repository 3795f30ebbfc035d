// Scores a plan that is split into parts, each in its own workflow, a few of them at a time.
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  CancellationScope,
  ChildWorkflowFailure,
  type ChildWorkflowHandle,
  condition,
  getExternalWorkflowHandle,
  isCancellation,
  log,
  sleep,
  startChild,
  workflowInfo,
} from '@temporalio/workflow';
import type { PartsState, SearchProgress } from '../core/contract/search.js';
import type { PartInput, PartResult } from '../core/contract/search-activities.js';
import { addVerification, NOTHING_VERIFIED } from '../core/contract/verification.js';
import { auditParts, sum } from './audit-parts.js';
import { updateReused } from './lost-scores.js';
import { type Outcome, shardsOf } from './score-list.js';
import type { scorePart } from './score-part.js';
import type { RunningPart, SearchRun } from './search-run.js';

/**
 * Returns `history is long` if the run should continue as new, which is Temporal's way to go on with an empty
 * history; no part runs then.
 */
export async function scoreParts(run: SearchRun): Promise<Outcome> {
  if (run.state.audited) run.display.show('auditing');
  if ((await auditParts(run)) === 'history is long') return 'history is long';
  const { todos, missing, failed = [] } = run.state.parts!;
  const todo = sum(todos.map(({ count }) => count));
  const skipped = sum(failed);
  const known = run.state.plan.count - missing - skipped;
  if (run.state.audited) updateReused(run, { known, todo });
  else run.update({ audited: true, planned: todo, reused: known, skipped, stageStartedAt: Date.now() });
  run.display.show('scoring');
  // The promise of a part that is cancelled after its start was requested, and before it has started, never
  // settles, so cancellation is awaited as well.
  const { cancelRequested } = CancellationScope.current();
  for (;;) {
    const long = workflowInfo().continueAsNewSuggested;
    if (!long) startParts(run);
    const events = [...run.parts.values()].map(({ finished }) => finished);
    if (run.state.paused) events.push(condition(() => !run.state.paused));
    const { next, cut } = run.state.parts!;
    if (events.length > 0) await Promise.race([...events, cancelRequested]);
    else return next === cut.parts ? 'finished' : 'history is long';
  }
}

/** Starts as many further parts as may run at a time, and skips those that are complete. */
function startParts(run: SearchRun): void {
  const { cut, todos } = run.state.parts!;
  while (!run.state.paused && run.parts.size < cut.atOnce && run.state.parts!.next < cut.parts) {
    const { next } = run.state.parts!;
    run.update({ parts: { ...run.state.parts!, next: next + 1 } });
    if (todos[next]!.count > 0) startPart(run, next);
  }
}

function startPart(run: SearchRun, number: number): void {
  const { workflowId, firstExecutionRunId } = workflowInfo();
  const childId = `${workflowId}/${firstExecutionRunId.slice(0, 8)}/part-${number + 1}`;
  let child: ChildWorkflowHandle<typeof scorePart> | undefined;
  const tell: RunningPart['tell'] = (what) =>
    // A part that has ended cannot be signalled, and does not need a signal.
    void child?.signal(what).catch(() => {});
  const finish = async (): Promise<void> => {
    const input = partInput(run, number);
    child = await startInPlaceOf(childId, () =>
      startChild<typeof scorePart>('scorePart', {
        workflowId: childId,
        args: [input],
        // A cancelled search ends immediately, and the server then cancels its parts. A cancellation request
        // by the search itself would name the first run of a part, which has ended if the part continued as
        // new.
        cancellationType: 'TRY_CANCEL',
        parentClosePolicy: 'REQUEST_CANCEL',
        staticSummary: `part ${number + 1} of ${input.part.of}: ${input.todo.count} candidates`,
      }),
    );
    if (run.state.paused !== input.paused) tell(input.paused ? 'resume' : 'pause');
    addPartResult(run, await child.result().catch(failWithCause), number);
  };
  run.parts.set(number, { workflowId: childId, tell, finished: finish() });
}

function partInput(run: SearchRun, number: number): PartInput {
  const { plan, parts, paused } = run.state;
  const { cut, todos } = parts!;
  const { specification } = run.stage;
  const shards = todos.map((list) => shardsOf({ list, specification }));
  return {
    search: run.input.id,
    ...run.scoring,
    plan,
    part: { number, of: cut.parts },
    todo: todos[number]!,
    window: cut.window,
    paused,
    shards: { first: sum(shards.slice(0, number)), of: sum(shards) },
    ...(run.verifyShare > 0 ? { verify: run.verifyShare } : {}),
  };
}

function addPartResult(run: SearchRun, { done, failed, verification }: PartResult, number: number): void {
  run.parts.delete(number);
  const { planned, parts } = run.state;
  // The part also counts the candidates that its audit found set aside, which are counted already.
  const anew = failed - (parts!.failed?.[number] ?? 0);
  run.update({ done: Math.min(run.state.done + done, planned), failed: run.state.failed + anew });
  if (verification)
    run.update({
      verification: addVerification(run.state.verification ?? NOTHING_VERIFIED, verification),
    });
  run.display.show('scoring');
}

/** The progress of the parts as the search knows it. Running parts answer queries of their own. */
export function computePartsProgress(
  { parts: running, input: { specification } }: SearchRun,
  { cut, todos, next }: PartsState,
): Pick<SearchProgress, 'shards' | 'parts'> {
  const ended = todos.slice(0, next).filter((_, number) => !running.has(number));
  const shards = (lists: typeof todos) => sum(lists.map((list) => shardsOf({ list, specification })));
  return {
    shards: { done: shards(ended), running: [], total: shards(todos) },
    parts: {
      done: ended.length,
      running: [...running.values()].map(({ workflowId }) => workflowId),
      total: cut.parts,
    },
  };
}

/**
 * A search that started again (`withBlobRepair`), or was reset, leaves parts behind, which the server cancels
 * some time later. Until the old part has ended, no new part can have its workflow id, so this requests its
 * end and tries again.
 */
async function startInPlaceOf<T>(workflowId: string, start: () => Promise<T>): Promise<T> {
  for (let waitMs = 1_000; ; waitMs = Math.min(2 * waitMs, 30_000)) {
    try {
      return await start();
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      log.info('a part of the run before has not ended yet', { part: workflowId });
    }
    // The request is refused if the part has ended in the meantime.
    await getExternalWorkflowHandle(workflowId)
      .cancel()
      .catch(() => {});
    await sleep(waitMs);
  }
}

/** A search fails with the failure of its part. */
function failWithCause(error: unknown): never {
  throw error instanceof ChildWorkflowFailure && error.cause && !isCancellation(error) ? error.cause : error;
}
