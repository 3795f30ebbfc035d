// In: a plan that is cut into parts. Out: every candidate scored or set aside, each part by a workflow of its own, a few of them at a time.
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
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
import type { PartsState, Phase, SearchProgress, SearchState } from '../core/contract/search.js';
import type { RankInput } from '../core/contract/search-activities.js';
import { addVerification, NOTHING_VERIFIED } from '../core/contract/verification.js';
import type { Specification } from '../core/specification/specification.js';
import { auditParts, sum } from './audit-parts.js';
import { shardsOf } from './score-list.js';
import type { scorePart } from './score-part.js';

/** Parts under way, by number. */
export type RunningParts = Map<number, RunningPart>;

interface RunningPart {
  readonly workflowId: string;
  /** Pauses or resumes it. */
  readonly tell: (what: 'pause' | 'resume') => void;
  readonly finished: Promise<void>;
}

/** Answers `history is long` when the run should continue as new; no part runs then. */
export async function scoreParts({
  plan,
  state,
  parts,
  update,
  show,
  running,
}: {
  plan: RankInput & { readonly search: string };
  state: () => SearchState;
  parts: () => PartsState;
  update: (change: Partial<SearchState>) => void;
  show: (phase: Phase) => void;
  running: RunningParts;
}): Promise<'finished' | 'history is long'> {
  const {
    specification,
    plan: { count },
  } = plan;
  if (state().audited) show('auditing');
  if ((await auditParts({ plan, parts, update })) === 'history is long') return 'history is long';
  const { cut, todos, missing } = parts();
  if (!state().audited) {
    const planned = sum(todos.map((todo) => todo.count));
    update({ audited: true, planned, reused: count - missing, stageStartedAt: Date.now() });
  }
  show('scoring');
  const shards = todos.map((list) => shardsOf({ list, specification }));
  const start = (number: number): void => {
    const { workflowId, firstExecutionRunId } = workflowInfo();
    const childId = `${workflowId}/${firstExecutionRunId.slice(0, 8)}/part-${number + 1}`;
    const todo = todos[number]!;
    const { paused, verify } = state();
    const share = specification.execution.verify ?? verify ?? 0;
    const input = {
      ...plan,
      ...{ part: { number, of: cut.parts }, todo, window: cut.window, paused },
      shards: { first: sum(shards.slice(0, number)), of: sum(shards) },
      ...(share > 0 ? { verify: share } : {}),
    };
    let child: ChildWorkflowHandle<typeof scorePart> | undefined;
    const tell: RunningPart['tell'] = (what) =>
      // One that has ended needs no word any more.
      void child?.signal(what).catch(() => {});
    const finished = async (): Promise<void> => {
      child = await startInPlaceOf(childId, () =>
        startChild<typeof scorePart>('scorePart', {
          workflowId: childId,
          args: [input],
          // A cancelled search ends at once, and the server then cancels its parts. The search's own request would name the
          // first run of a part, which is over where the part continued as new.
          cancellationType: 'TRY_CANCEL',
          parentClosePolicy: 'REQUEST_CANCEL',
          staticSummary: `part ${number + 1} of ${cut.parts}: ${todo.count} candidates`,
        }),
      );
      if (state().paused !== paused) tell(paused ? 'resume' : 'pause');
      const { done, failed, verification } = await child.result().catch(failWithCause);
      running.delete(number);
      const { planned } = state();
      update({ done: Math.min(state().done + done, planned), failed: state().failed + failed });
      if (verification)
        update({ verification: addVerification(state().verification ?? NOTHING_VERIFIED, verification) });
      show('scoring');
    };
    running.set(number, { workflowId: childId, tell, finished: finished() });
  };
  for (;;) {
    const long = workflowInfo().continueAsNewSuggested;
    while (!long && !state().paused && running.size < cut.atOnce && parts().next < cut.parts) {
      const { next } = parts();
      update({ parts: { ...parts(), next: next + 1 } });
      if (todos[next]!.count > 0) start(next);
    }
    const events = [...running.values()].map(({ finished }) => finished);
    if (state().paused) events.push(condition(() => !state().paused));
    if (events.length > 0) await Promise.race(events);
    else if (parts().next === cut.parts) return 'finished';
    else return 'history is long';
  }
}

/** What the search says of its parts; those that run are asked by whoever wants to know more. */
export function partsProgress({
  parts: { cut, todos, next },
  running,
  specification,
}: {
  parts: PartsState;
  running: RunningParts;
  specification: Specification;
}): Pick<SearchProgress, 'shards' | 'parts'> {
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
 * A search that began again (`mended`), or was reset, leaves parts behind. The server asks them to end, in its own time: until
 * this one has ended its name is taken.
 */
async function startInPlaceOf<T>(workflowId: string, start: () => Promise<T>): Promise<T> {
  for (let waitMs = 1_000; ; waitMs = Math.min(2 * waitMs, 30_000)) {
    try {
      return await start();
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      log.info('a part of the run before has not ended yet', { part: workflowId });
    }
    // Refused where it ended meanwhile.
    await getExternalWorkflowHandle(workflowId)
      .cancel()
      .catch(() => {});
    await sleep(waitMs);
  }
}

/** A search fails with what its part failed of. */
function failWithCause(error: unknown): never {
  throw error instanceof ChildWorkflowFailure && error.cause && !isCancellation(error) ? error.cause : error;
}
