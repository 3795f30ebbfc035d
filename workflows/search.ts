// In: a specification. Out: digests of ranking, failures and summary. Stage by stage: plan, score what the store lacks, audit, rank.
import {
  ApplicationFailure,
  continueAsNew,
  defineQuery,
  defineSignal,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  upsertMemo,
  workflowInfo,
} from '@temporalio/workflow';
import type {
  Phase,
  SearchActivities,
  SearchInput,
  SearchProgress,
  SearchResult,
  SearchState,
} from '../core/spec/search.js';
import { stagesOf } from '../core/spec/stages.js';
import { retry } from './retry.js';
import { scoreList, shardsOf } from './score-list.js';

export const progressQuery = defineQuery<SearchProgress>('progress');
export const pauseSignal = defineSignal('pause');
export const resumeSignal = defineSignal('resume');

/** Rounds of scoring and auditing before a stage gives up on what is still missing. */
const MAX_ROUNDS = 10;

export async function search(input: SearchInput): Promise<SearchResult> {
  const { id } = input;
  const control = proxyActivities<SearchActivities>({
    startToCloseTimeout: '2h',
    heartbeatTimeout: '60s',
    retry,
  });

  const stages = stagesOf(input.specification);
  let state: SearchState = input.carried ?? beginning(id);
  let phase: Phase = 'planning';
  const running = new Map<number, Promise<void>>();
  const update = (change: Partial<SearchState>) => {
    state = { ...state, ...change };
  };
  const shards = () => shardsOf({ list: state.todo, specification: input.specification });

  const show = (next: Phase) => {
    phase = next;
    const stage = stages.length > 1 ? `round ${state.rounds.length + 1} of ${stages.length}, ` : '';
    const { plan, reused, planned, done, failed } = state;
    const text = `${stage}${phase}: ${plan.count} candidates, ${reused} reused, ${done} of ${planned} done, ${failed} set aside`;
    setCurrentDetails(text);
    upsertMemo({ state: state.paused ? 'paused' : phase, progress: text });
  };
  const pause = (paused: boolean) => () => {
    update({ paused });
    show(phase);
  };
  setHandler(pauseSignal, pause(true));
  setHandler(resumeSignal, pause(false));
  setHandler(progressQuery, () =>
    progressOf({ state, phase, stages: stages.length, running, shards: shards() }),
  );

  const audit = () => {
    const { run, plan, rounds } = state;
    const { specification } = stages[rounds.length]!;
    const summary = `which of ${plan.count} candidates have no score yet`;
    return control.auditScores.executeWithOptions({ summary }, [{ run, specification, plan }]);
  };
  const scoreTodo = () => {
    const { run, todo: list, rounds, nextShard } = state;
    const { specification } = stages[rounds.length]!;
    return scoreList({
      work: { search: id, run, specification, list },
      nextShard,
      running,
      paused: () => state.paused,
      onStarted: (next) => update({ nextShard: next }),
      onFinished: (candidates) => update({ done: Math.min(state.done + candidates, state.planned) }),
    });
  };

  for (;;) {
    const { specification, keep } = stages[state.rounds.length]!;
    if (!state.audited) {
      show('planning');
      if (state.plan.count === 0) {
        const summary = `candidates of ${specification.name}`;
        const { list } = input;
        const plan = await control.planCandidates.executeWithOptions({ summary }, [
          { specification, ...(list ? { list } : {}) },
        ]);
        update({ plan });
      }
      const { todo, missing } = await audit();
      const reused = state.plan.count - missing;
      update({ audited: true, todo, planned: todo.count, reused, stageStartedAt: Date.now() });
    }
    while (state.todo.count > 0 && state.attempt < MAX_ROUNDS) {
      show('scoring');
      if ((await scoreTodo()) === 'history is long')
        return continueAsNew<typeof search>({ ...input, carried: state });
      show('auditing');
      const { todo, failed } = await audit();
      update({ todo, failed, attempt: state.attempt + 1, nextShard: 0 });
    }
    if (state.todo.count > 0)
      throw ApplicationFailure.nonRetryable(
        `${state.todo.count} candidates have no score after ${MAX_ROUNDS} rounds: the score store loses what it acknowledges`,
      );

    show('ranking');
    const { run, plan, rounds } = state;
    const summary = `rank ${plan.count} candidates`;
    const ranked = await control.rankCandidates.executeWithOptions({ summary }, [
      { run, specification, plan },
    ]);
    const { reused, failed, stageStartedAt } = state;
    const seconds = (Date.now() - stageStartedAt) / 1000;
    const round = { fidelity: specification.fidelity, candidates: plan.count, reused, failed, seconds };
    update({ rounds: [...rounds, round] });
    if (keep === undefined) {
      show('reporting');
      const { startedAt } = state;
      const report = await control.reportSearch.executeWithOptions({ summary: 'summary' }, [
        { search: id, specification, rounds: state.rounds, startedAt, ranking: ranked.ranking },
      ]);
      show('done');
      return { ...ranked, ...report, plan, run };
    }
    const next = await control.keepBest.executeWithOptions({ summary: `keep the best ${keep * 100} %` }, [
      { specification, ranking: ranked.ranking, keep },
    ]);
    const { startedAt, rounds: finished, paused } = state;
    state = { ...beginning(id), startedAt, rounds: finished, paused, run, plan: next };
  }
}

function beginning(id: string): SearchState {
  const none = { digest: '', count: 0 };
  return {
    startedAt: Date.now(),
    stageStartedAt: Date.now(),
    run: `${id}_${workflowInfo().firstExecutionRunId}`,
    rounds: [],
    plan: none,
    audited: false,
    todo: none,
    planned: 0,
    reused: 0,
    failed: 0,
    attempt: 0,
    nextShard: 0,
    done: 0,
    paused: false,
  };
}

function progressOf({
  state: { plan, reused, failed, planned, done, nextShard, paused, rounds },
  phase,
  stages,
  running,
  shards,
}: {
  state: SearchState;
  phase: Phase;
  stages: number;
  running: ReadonlyMap<number, unknown>;
  shards: number;
}): SearchProgress {
  return {
    phase,
    paused,
    round: { number: Math.min(rounds.length + 1, stages), of: stages },
    candidates: plan.count,
    reused,
    failed,
    planned,
    done,
    shards: { done: nextShard - running.size, running: [...running.keys()], total: shards },
  };
}
