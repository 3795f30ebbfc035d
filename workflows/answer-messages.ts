// Answers the messages to a running search: the progress query, and the signals that pause and resume it.
import { setHandler } from '@temporalio/workflow';
import type { SearchProgress } from '../core/contract/search.js';
import { countsOf } from './counts.js';
import { pauseSignal, progressQuery, resumeSignal } from './messages.js';
import { shardsOf } from './score-list.js';
import { computePartsProgress } from './score-parts.js';
import type { SearchRun } from './search-run.js';

export function answerMessages(run: SearchRun): void {
  setHandler(pauseSignal, () => setPaused(run, 'pause'));
  setHandler(resumeSignal, () => setPaused(run, 'resume'));
  setHandler(progressQuery, () => progressOf(run));
}

function setPaused(run: SearchRun, what: 'pause' | 'resume'): void {
  const paused = what === 'pause';
  const pausedSince = paused ? (run.state.pausedSince ?? Date.now()) : undefined;
  run.update({ paused, pausedSince });
  run.display.show(run.display.phase());
  for (const { tell } of run.parts.values()) tell(what);
}

function progressOf(run: SearchRun): SearchProgress {
  const { state, stages, display, shards, input } = run;
  const { addresses, paused, pausedSince, rounds, parts, verification } = state;
  const { specification } = input;
  const total = shardsOf({ list: state.todo, specification });
  return {
    phase: display.phase(),
    ...(addresses ? { engine: addresses.engine } : {}),
    paused,
    ...(pausedSince === undefined ? {} : { pausedSince }),
    round: { number: Math.min(rounds.length + 1, stages.length), of: stages.length },
    ...countsOf(state, specification),
    ...(parts
      ? computePartsProgress(run, parts)
      : { shards: { done: state.nextShard - shards.size, running: [...shards.keys()], total } }),
    ...(verification ? { verification } : {}),
  };
}
