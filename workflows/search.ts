// In: a specification. Out: digests of ranking, failures and summary. Plans, scores what the store lacks, audits, ranks, reports.
import {
  ApplicationFailure,
  condition,
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
import { scoreQueue } from '../core/spec/search-queues.js';

export const progressQuery = defineQuery<SearchProgress>('progress');
export const pauseSignal = defineSignal('pause');
export const resumeSignal = defineSignal('resume');

/** Rounds of scoring and auditing before a search stops with what is still missing. */
const MAX_ROUNDS = 10;

const retry = { initialInterval: '1s', maximumInterval: '30s', backoffCoefficient: 2 } as const;

export async function search(input: SearchInput): Promise<SearchResult> {
  const { id, specification } = input;
  const { shardSize, window, device } = specification.execution;
  const control = proxyActivities<SearchActivities>({
    startToCloseTimeout: '2h',
    heartbeatTimeout: '60s',
    retry,
  });
  const fleet = proxyActivities<SearchActivities>({
    taskQueue: scoreQueue(device),
    startToCloseTimeout: '24h',
    heartbeatTimeout: '15s',
    retry,
  });
  const described = (summary: string) => ({ summary });

  let phase: Phase = 'planning';
  let state: SearchState = input.carried ?? {
    startedAt: Date.now(),
    run: `${id}_${workflowInfo().firstExecutionRunId}`,
    plan: { digest: '', count: 0 },
    todo: { digest: '', count: 0 },
    planned: 0,
    reused: 0,
    failed: 0,
    round: 0,
    nextShard: 0,
    done: 0,
    paused: false,
  };
  const running = new Map<number, Promise<void>>();
  const shards = () => Math.ceil(state.todo.count / shardSize);
  const show = (next: Phase) => {
    phase = next;
    const { plan, reused, planned, done, failed } = state;
    const text = `${phase}: ${plan.count} candidates, ${reused} reused, ${done} of ${planned} done, ${failed} set aside`;
    setCurrentDetails(text);
    upsertMemo({ state: state.paused ? 'paused' : phase, progress: text });
  };
  setHandler(
    progressQuery,
    (): SearchProgress => ({
      phase,
      paused: state.paused,
      candidates: state.plan.count,
      reused: state.reused,
      failed: state.failed,
      planned: state.planned,
      done: state.done,
      shards: { done: state.nextShard - running.size, running: [...running.keys()], total: shards() },
    }),
  );
  setHandler(pauseSignal, () => {
    state = { ...state, paused: true };
    show(phase);
  });
  setHandler(resumeSignal, () => {
    state = { ...state, paused: false };
    show(phase);
  });

  const audit = async () => {
    const { run, plan } = state;
    const options = described(`which of ${plan.count} candidates have no score yet`);
    return control.auditScores.executeWithOptions(options, [{ run, specification, plan }]);
  };
  const startShard = (shard: number): void => {
    const from = shard * shardSize;
    const to = Math.min(from + shardSize, state.todo.count);
    const options = described(`shard ${shard + 1} of ${shards()}: candidates ${from + 1} to ${to}`);
    const { run, todo: list } = state;
    const task = fleet.scoreShard.executeWithOptions(options, [
      { search: id, run, specification, list, shard, from, to },
    ]);
    running.set(
      shard,
      task.then(() => {
        running.delete(shard);
        state = { ...state, done: Math.min(state.done + to - from, state.planned) };
      }),
    );
  };

  if (!input.carried) {
    show('planning');
    const options = described(`candidates of ${specification.name}`);
    const plan = await control.planCandidates.executeWithOptions(options, [
      { specification, ...(input.list ? { list: input.list } : {}) },
    ]);
    state = { ...state, plan };
    const { todo, missing } = await audit();
    state = { ...state, todo, planned: todo.count, reused: plan.count - missing };
  }
  while (state.todo.count > 0 && state.round < MAX_ROUNDS) {
    show('scoring');
    while (state.nextShard < shards() || running.size > 0) {
      if (state.paused && running.size === 0) await condition(() => !state.paused);
      const handOver = workflowInfo().continueAsNewSuggested;
      while (!handOver && !state.paused && state.nextShard < shards() && running.size < window) {
        startShard(state.nextShard);
        state = { ...state, nextShard: state.nextShard + 1 };
      }
      if (running.size > 0) await Promise.race(running.values());
      else if (handOver) return continueAsNew<typeof search>({ ...input, carried: state });
    }
    show('auditing');
    const { todo, failed } = await audit();
    state = { ...state, todo, failed, round: state.round + 1, nextShard: 0 };
  }

  if (state.todo.count > 0)
    throw ApplicationFailure.nonRetryable(
      `${state.todo.count} candidates have no score after ${MAX_ROUNDS} rounds: the score store loses what it acknowledges`,
    );
  show('ranking');
  const { run, plan, reused, failed, startedAt } = state;
  const ranked = await control.rankCandidates.executeWithOptions(described(`rank ${plan.count} candidates`), [
    { run, specification, plan },
  ]);
  show('reporting');
  const report = await control.reportSearch.executeWithOptions(described('summary'), [
    { search: id, specification, plan, reused, failed, startedAt, ranking: ranked.ranking },
  ]);
  show('done');
  return { ...ranked, ...report };
}
