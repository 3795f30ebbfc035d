// In: a specification. Out: digests of ranking, failures and summary. Stage by stage: plan or breed, score what the store lacks, audit, rank.
import { continueAsNew, patched, setHandler, workflowInfo } from '@temporalio/workflow';
import { cutOf } from '../core/contract/parts.js';
import type {
  EvolutionState,
  SearchInput,
  SearchProgress,
  SearchResult,
  SearchState,
} from '../core/contract/search.js';
import { stagesOf } from '../core/specification/stages.js';
import { addressOf, decideAddresses } from './address.js';
import { notAudited, setting } from './audit-parts.js';
import { control } from './control.js';
import { countsOf, roundOf } from './counts.js';
import { createDisplay } from './display.js';
import { evolve, NOT_BEGUN } from './evolve.js';
import { failureTypeOf } from './failure-type.js';
import { pauseSignal, progressQuery, resumeSignal } from './messages.js';
import { scoreList, shardsOf } from './score-list.js';
import { MAX_ROUNDS, scoreMissing } from './score-missing.js';
import { partsProgress, type RunningParts, scoreParts } from './score-parts.js';
import { verifyScores } from './verify-scores.js';

/** From the state `begun` on; `onState` is told of every change of it. */
export async function search({
  input,
  begun,
  onState,
}: {
  input: SearchInput;
  begun: SearchState;
  onState: (state: SearchState) => void;
}): Promise<SearchResult> {
  const { id } = input;
  const stages = stagesOf(input.specification);
  let state = begun;
  const running = new Map<number, Promise<void>>();
  const runningParts: RunningParts = new Map();
  const update = (change: Partial<SearchState>) => {
    state = { ...state, ...change };
    onState(state);
  };
  const shards = () => shardsOf({ list: state.todo, specification: input.specification });

  const display = createDisplay({
    specification: input.specification,
    stages: stages.length,
    state: () => state,
  });
  const { show } = display;
  const pause = (paused: boolean) => () => {
    update({ paused, pausedSince: paused ? (state.pausedSince ?? Date.now()) : undefined });
    show(display.phase());
    for (const { tell } of runningParts.values()) tell(paused ? 'pause' : 'resume');
  };
  setHandler(pauseSignal, pause(true));
  setHandler(resumeSignal, pause(false));
  setHandler(
    progressQuery,
    (): SearchProgress => ({
      phase: display.phase(),
      ...(state.addresses ? { engine: state.addresses.engine } : {}),
      paused: state.paused,
      ...(state.pausedSince === undefined ? {} : { pausedSince: state.pausedSince }),
      round: { number: Math.min(state.rounds.length + 1, stages.length), of: stages.length },
      ...countsOf(state, input.specification),
      ...(state.parts
        ? partsProgress({ parts: state.parts, running: runningParts, specification: input.specification })
        : {
            shards: { done: state.nextShard - running.size, running: [...running.keys()], total: shards() },
          }),
      ...(state.verification ? { verification: state.verification } : {}),
    }),
  );

  const decide = () => decideAddresses({ input, state, update });
  const audit = () => {
    const { run, plan, rounds } = state;
    const { specification } = stages[rounds.length]!;
    const summary = `which of ${plan.count} candidates have no score yet`;
    return control.auditScores.executeWithOptions({ summary }, [
      { run, specification, plan, ...addressOf(state) },
    ]);
  };
  const scoreTodo = () => {
    show('scoring');
    const { run, todo: list, rounds, nextShard } = state;
    const { specification } = stages[rounds.length]!;
    return scoreList({
      work: { search: id, run, specification, list, ...addressOf(state) },
      nextShard,
      running,
      paused: () => state.paused,
      onStarted: (next) => update({ nextShard: next }),
      onFinished: (candidates) => {
        update({ done: Math.min(state.done + candidates, state.planned) });
        display.advance({ running: running.size });
      },
    });
  };

  const share = () => input.specification.execution.verify ?? state.verify ?? 0;
  const verify = async () => {
    show('verifying');
    const { run, todo: list, rounds } = state;
    const { specification } = stages[rounds.length]!;
    const work = { search: id, run, specification, list, ...addressOf(state), share: share() };
    const paused = () => state.paused;
    update({ verification: await verifyScores({ ...work, paused }, state.verification) });
  };
  const auditAgain = async () => {
    await decide();
    const { parts, attempt } = state;
    if (parts) return update({ parts: notAudited(parts.cut), failed: 0, attempt: attempt + 1 });
    show('auditing');
    const { todo, failed } = await audit();
    update({ todo, failed, attempt: state.attempt + 1, nextShard: 0 });
  };

  /** Scores what the plan lacks, and audits until nothing is missing. */
  const scorePlan = async (): Promise<'finished' | 'history is long'> => {
    await decide();
    const { run, plan, audited, rounds, parts } = state;
    const { specification } = stages[rounds.length]!;
    const cut = audited || parts ? undefined : cutOf({ specification, candidates: plan.count });
    // A search that an earlier version began goes on as one workflow.
    if (cut && patched('parts')) update({ parts: notAudited(cut) });
    if (state.parts)
      return scoreParts({
        plan: { search: id, run, specification, plan, ...addressOf(state) },
        state: () => state,
        parts: () => state.parts!,
        ...{ update, show, running: runningParts },
      });
    if (!audited) {
      const audited = await audit();
      const { todo, missing } = audited;
      const reused = state.plan.count - missing;
      const stageStartedAt = Date.now();
      update({ audited: true, todo, planned: todo.count, reused, stageStartedAt, ...setting(audited) });
    }
    return scoreMissing({
      state: () => state,
      score: scoreTodo,
      verify: share() > 0 ? verify : undefined,
      auditAgain,
      forgive: () => update({ attempt: state.attempt - 1 }),
    });
  };
  const plan = async (): Promise<void> => {
    await decide();
    const { specification } = stages[state.rounds.length]!;
    const { list } = input;
    const summary = `candidates of ${specification.name}`;
    const { drawn, ...planned } = await control.planCandidates.executeWithOptions({ summary }, [
      { specification, ...addressOf(state), ...(list ? { list } : {}) },
    ]);
    update({ plan: planned, ...(drawn ? { drawn } : {}) });
  };
  const breed = async ({ history }: EvolutionState) => {
    show('breeding');
    await decide();
    const summary = `generation ${(history?.generations ?? 0) + 1}`;
    return control.breedGeneration.executeWithOptions({ summary }, [
      {
        run: state.run,
        specification: input.specification,
        ...addressOf(state),
        ...(history ? { history } : {}),
      },
    ]);
  };
  const goOn = () =>
    continueAsNew<(input: SearchInput) => Promise<SearchResult>>({ ...input, carried: state });

  for (;;) {
    const { specification, keep } = stages[state.rounds.length]!;
    if (specification.strategy.kind === 'evolution') {
      if ((await evolve({ state: () => state, update, breed, scorePlan })) === 'history is long')
        return goOn();
    } else if (!state.audited) {
      show('planning');
      if (state.plan.count === 0) await plan();
    }
    if ((await scorePlan()) === 'history is long') return goOn();

    show('ranking');
    const { run, plan: cohort, rounds } = state;
    const latencies = state.drawn?.latencies;
    const summary = `rank ${cohort.count} candidates`;
    const ranked = await control.rankCandidates
      .executeWithOptions({ summary }, [
        { run, specification, plan: cohort, ...(latencies ? { latencies } : {}), ...addressOf(state) },
      ])
      .catch(async (error: unknown) => {
        // The store had every score when they were counted, and lacks one now.
        if (failureTypeOf(error) !== 'LostScoreError' || state.attempt >= MAX_ROUNDS) throw error;
        await auditAgain();
        return 'scores were lost' as const;
      });
    if (ranked === 'scores were lost') continue;
    const { best, latency, ...files } = ranked;
    display.found(best);
    update({ rounds: [...rounds, { fidelity: specification.fidelity, ...roundOf(state) }] });
    if (keep === undefined) {
      show('reporting');
      const { startedAt, drawn, evolution, addresses, verification } = state;
      const { history, ended } = evolution ?? {};
      const report = await control.reportSearch.executeWithOptions({ summary: 'summary' }, [
        {
          ...{ search: id, specification, rounds: state.rounds, startedAt, ranking: files.ranking },
          ...(addresses ? { addresses } : {}),
          ...(drawn ? { drawn } : {}),
          ...(latency ? { latency } : {}),
          ...(history ? { generations: history.generations } : {}),
          ...(ended ? { ended } : {}),
          ...(verification ? { verification: { ...verification, share: share() } } : {}),
        },
      ]);
      show('done');
      return { id, ...files, ...report, plan: cohort, run, ...(best ? { best } : {}) };
    }
    const next = await control.keepBest.executeWithOptions({ summary: `keep the best ${keep * 100} %` }, [
      { specification, ranking: files.ranking, keep },
    ]);
    const {
      startedAt,
      rounds: finished,
      paused,
      pausedSince,
      drawn,
      repairs,
      addresses,
      moved,
      verification,
    } = state;
    const kept = {
      ...{ startedAt, rounds: finished, paused, pausedSince, run },
      ...(drawn ? { drawn } : {}),
      ...(repairs ? { repairs } : {}),
      ...(addresses ? { addresses } : {}),
      ...(moved ? { moved } : {}),
      ...(verification ? { verification } : {}),
    };
    state = { ...beginning(id), ...kept, plan: next };
    onState(state);
  }
}

export function beginning(id: string): SearchState {
  return {
    ...NOT_BEGUN,
    startedAt: Date.now(),
    stageStartedAt: Date.now(),
    run: `${id}_${workflowInfo().firstExecutionRunId}`,
    rounds: [],
    plan: { digest: '', count: 0 },
    paused: false,
  };
}
