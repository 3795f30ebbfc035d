// In: one part of a plan, and what it lacks. Out: all of it scored or set aside, in a workflow of its own with a sliding window of its own.
import { continueAsNew, patched, setHandler } from '@temporalio/workflow';
import type { PartInput, PartResult, PartState } from '../core/contract/search-activities.js';
import { control } from './control.js';
import { pauseSignal, progressQuery, resumeSignal } from './messages.js';
import { scoreList, shardsOf } from './score-list.js';
import { scoreMissing } from './score-missing.js';
import { verifyScores } from './verify-scores.js';

export async function scorePart(input: PartInput): Promise<PartResult> {
  if (patched('checked-input'))
    await control.checkPart.executeWithOptions({ summary: 'what it was started with' }, [input]);
  const { search, run, specification, plan, part, window, shards, address } = input;
  const addressed = address ? { address } : {};
  const begun = { todo: input.todo, done: 0, failed: 0, attempt: 0, nextShard: 0 };
  let state: PartState = input.carried ?? begun;
  let { paused } = input;
  const running = new Map<number, Promise<void>>();
  const update = (change: Partial<PartState>) => {
    state = { ...state, ...change };
  };
  const pause = (value: boolean) => () => {
    paused = value;
  };
  setHandler(pauseSignal, pause(true));
  setHandler(resumeSignal, pause(false));
  setHandler(progressQuery, () => ({
    done: state.done,
    shards: {
      done: state.nextShard - running.size,
      running: [...running.keys()].map((shard) => shards.first + shard),
      total: shardsOf({ list: state.todo, specification }),
    },
  }));

  const score = () =>
    scoreList({
      work: { search, run, specification, list: state.todo, ...addressed },
      shards,
      window,
      nextShard: state.nextShard,
      running,
      paused: () => paused,
      onStarted: (nextShard) => update({ nextShard }),
      onFinished: (candidates) => update({ done: state.done + candidates }),
    });
  const { verify: share = 0 } = input;
  const verify = async () => {
    const at = { search, run, specification, list: state.todo, ...addressed };
    const work = { ...at, share, paused: () => paused };
    update({ verification: await verifyScores(work, state.verification) });
  };
  const auditAgain = async () => {
    const summary = `which candidates of part ${part.number + 1} of ${part.of} have no score yet`;
    const { todo, failed } = await control.auditScores.executeWithOptions({ summary }, [
      { run, specification, plan, part, ...addressed },
    ]);
    update({ todo, failed, attempt: state.attempt + 1, nextShard: 0 });
  };
  if (
    (await scoreMissing({
      state: () => state,
      score,
      verify: share > 0 ? verify : undefined,
      auditAgain,
      forgive: () => update({ attempt: state.attempt - 1 }),
    })) === 'history is long'
  )
    return continueAsNew<typeof scorePart>({ ...input, paused, carried: state });
  const { verification } = state;
  return {
    done: Math.min(state.done, input.todo.count),
    failed: state.failed,
    ...(verification ? { verification } : {}),
  };
}
