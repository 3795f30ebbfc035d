// Scores one part of a search's plan in its own workflow, which keeps some shards running and audits until
// nothing is missing.
import { patched, setHandler } from '@temporalio/workflow';
import type { AddressedInput, PartProgress } from '../core/contract/search.js';
import type { PartInput, PartResult, PartState } from '../core/contract/search-activities.js';
import { continueAsNew } from './continue-as-new.js';
import { control } from './control.js';
import { pauseSignal, progressQuery, resumeSignal } from './messages.js';
import { type Outcome, scoreList, shardsOf } from './score-list.js';
import { scoreMissing } from './score-missing.js';
import { verifyScores } from './verify-scores.js';

/** The state of a part's workflow. */
class PartRun {
  readonly input: PartInput;
  /** The running shards, by number. */
  readonly shards = new Map<number, Promise<void>>();
  state: PartState;
  paused: boolean;

  constructor(input: PartInput) {
    this.input = input;
    this.paused = input.paused;
    this.state = input.carried ?? { todo: input.todo, done: 0, failed: 0, attempt: 0, nextShard: 0 };
  }

  update(change: Partial<PartState>): void {
    this.state = { ...this.state, ...change };
  }

  /** The fields that every activity's input has. */
  get scoring(): AddressedInput & { readonly run: string } {
    const { run, specification, address } = this.input;
    return { run, specification, ...(address ? { address } : {}) };
  }
}

export async function scorePart(input: PartInput): Promise<PartResult> {
  if (patched('checked-input'))
    await control.checkPart.executeWithOptions({ summary: 'what it was started with' }, [input]);
  const part = new PartRun(input);
  answerMessages(part);
  const { verify: share = 0 } = input;
  const outcome = await scoreMissing({
    state: () => part.state,
    score: () => scoreTodo(part),
    verify: share > 0 ? () => verifyTodo(part, share) : undefined,
    auditAgain: () => auditAgain(part),
    forgive: () => part.update({ attempt: part.state.attempt - 1 }),
  });
  if (outcome === 'history is long')
    return continueAsNew<typeof scorePart>({ ...input, paused: part.paused, carried: part.state });
  const { done, failed, verification } = part.state;
  return {
    done: Math.min(done, input.todo.count),
    failed,
    ...(verification ? { verification } : {}),
  };
}

function answerMessages(part: PartRun): void {
  setHandler(pauseSignal, () => {
    part.paused = true;
  });
  setHandler(resumeSignal, () => {
    part.paused = false;
  });
  setHandler(progressQuery, () => progressOf(part));
}

function progressOf({ state, shards, input }: PartRun): PartProgress {
  const { specification } = input;
  return {
    done: state.done,
    shards: {
      done: state.nextShard - shards.size,
      running: [...shards.keys()].map((shard) => input.shards.first + shard),
      total: shardsOf({ list: state.todo, specification }),
    },
  };
}

function scoreTodo(part: PartRun): Promise<Outcome> {
  const { search, shards, window } = part.input;
  const { todo: list, nextShard } = part.state;
  return scoreList({
    work: { search, ...part.scoring, list },
    shards,
    window,
    nextShard,
    progress: {
      running: part.shards,
      isPaused: () => part.paused,
      onStarted: (next) => part.update({ nextShard: next }),
      onFinished: (candidates) => part.update({ done: part.state.done + candidates }),
    },
  });
}

async function verifyTodo(part: PartRun, share: number): Promise<void> {
  const { search } = part.input;
  const work = {
    search,
    ...part.scoring,
    list: part.state.todo,
    share,
    isPaused: () => part.paused,
  };
  part.update({ verification: await verifyScores(work, part.state.verification) });
}

async function auditAgain(run: PartRun): Promise<void> {
  const { plan, part } = run.input;
  const summary = `which candidates of part ${part.number + 1} of ${part.of} have no score yet`;
  const { todo, failed } = await control.auditScores.executeWithOptions({ summary }, [
    { ...run.scoring, plan, part },
  ]);
  run.update({ todo, failed, attempt: run.state.attempt + 1, nextShard: 0 });
}
