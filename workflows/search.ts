// Runs a search stage by stage: makes or breeds a plan, scores what the store lacks, ranks, and reports.
import { workflowInfo } from '@temporalio/workflow';
import type { SearchInput, SearchResult, SearchState } from '../core/contract/search.js';
import type { RankResult } from '../core/contract/search-activities.js';
import { decideAddresses } from './address.js';
import { answerMessages } from './answer-messages.js';
import { continueAsNew } from './continue-as-new.js';
import { control } from './control.js';
import { roundOf } from './counts.js';
import { evolve, NOT_BEGUN } from './evolve.js';
import { failureTypeOf } from './failure-type.js';
import { MAX_ROUNDS } from './score-missing.js';
import { auditAgain, scorePlan } from './score-plan.js';
import { type RunOptions, SearchRun } from './search-run.js';

export async function runSearch(options: RunOptions): Promise<SearchResult> {
  const run = new SearchRun(options);
  answerMessages(run);
  for (;;) {
    if ((await makePlan(run)) === 'history is long') return continueSearch(run);
    if ((await scorePlan(run)) === 'history is long') return continueSearch(run);
    const ranked = await rankStage(run);
    if (ranked === 'scores were lost') continue;
    const { keep } = run.stage;
    run.display.found(ranked.best);
    run.update({
      rounds: [...run.state.rounds, { fidelity: run.stage.specification.fidelity, ...roundOf(run.state) }],
    });
    if (keep === undefined) return await report(run, ranked);
    await beginNextStage(run, { keep, ranking: ranked.ranking });
  }
}

/**
 * An evolution breeds its plans and scores them one by one, so for an evolution nothing remains to be scored
 * here.
 */
async function makePlan(run: SearchRun): Promise<'finished' | 'history is long'> {
  if (run.stage.specification.strategy.kind === 'evolution') return await evolve(run);
  if (run.state.audited) return 'finished';
  run.display.show('planning');
  if (run.state.plan.count === 0) await planCandidates(run);
  return 'finished';
}

async function planCandidates(run: SearchRun): Promise<void> {
  await decideAddresses(run);
  const { list } = run.input;
  const { run: _, ...addressed } = run.scoring;
  const summary = `candidates of ${addressed.specification.name}`;
  const { drawn, ...plan } = await control.planCandidates.executeWithOptions({ summary }, [
    { ...addressed, ...(list ? { list } : {}) },
  ]);
  run.update({ plan, ...(drawn ? { drawn } : {}) });
}

/** Ranks the stage. If scores were lost since they were counted, they are counted and scored again first. */
async function rankStage(run: SearchRun): Promise<RankResult | 'scores were lost'> {
  run.display.show('ranking');
  const { plan, drawn } = run.state;
  const latencies = drawn?.latencies;
  const summary = `rank ${plan.count} candidates`;
  try {
    return await control.rankCandidates.executeWithOptions({ summary }, [
      { ...run.scoring, plan, ...(latencies ? { latencies } : {}) },
    ]);
  } catch (error) {
    if (failureTypeOf(error) !== 'LostScoreError' || run.state.attempt >= MAX_ROUNDS) throw error;
    await auditAgain(run);
    return 'scores were lost';
  }
}

async function report(run: SearchRun, { best, latency, ...files }: RankResult): Promise<SearchResult> {
  run.display.show('reporting');
  const { id } = run.input;
  const { rounds, startedAt, drawn, evolution, addresses, verification, plan } = run.state;
  const { history, ended } = evolution ?? {};
  const told = await control.reportSearch.executeWithOptions({ summary: 'summary' }, [
    {
      search: id,
      specification: run.stages.at(-1)!.specification,
      rounds,
      startedAt,
      ranking: files.ranking,
      ...(addresses ? { addresses } : {}),
      ...(drawn ? { drawn } : {}),
      ...(latency ? { latency } : {}),
      ...(history ? { generations: history.generations } : {}),
      ...(ended ? { ended } : {}),
      ...(verification ? { verification: { ...verification, share: run.verifyShare } } : {}),
    },
  ]);
  run.display.show('done');
  return { id, ...files, ...told, plan, run: run.state.run, ...(best ? { best } : {}) };
}

/** The best candidates of the ranking are the plan of the next stage. */
async function beginNextStage(
  run: SearchRun,
  { keep, ranking }: { readonly keep: number; readonly ranking: string },
): Promise<void> {
  // The stage that was ranked is the last of the finished rounds at this point.
  const { specification } = run.stages[run.state.rounds.length - 1]!;
  const summary = `keep the best ${keep * 100} %`;
  const plan = await control.keepBest.executeWithOptions({ summary }, [{ specification, ranking, keep }]);
  const { startedAt, rounds, paused, pausedSince, run: name } = run.state;
  const { drawn, repairs, addresses, moved, verification } = run.state;
  run.begin({
    ...createState(run.input.id),
    startedAt,
    rounds,
    paused,
    pausedSince,
    run: name,
    plan,
    ...(drawn ? { drawn } : {}),
    ...(repairs ? { repairs } : {}),
    ...(addresses ? { addresses } : {}),
    ...(moved ? { moved } : {}),
    ...(verification ? { verification } : {}),
  });
}

function continueSearch({ input, state }: SearchRun): Promise<SearchResult> {
  return continueAsNew<(input: SearchInput) => Promise<SearchResult>>({ ...input, carried: state });
}

/** The initial state of a search. */
export function createState(id: string): SearchState {
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
