// Lets other workers compute a sample of a search's new scores again, and sets aside workers that a third
// worker finds wrong.
import { condition, log, proxyActivities, sleep, uuid4 } from '@temporalio/workflow';
import type { AddressedInput, CandidateListRef } from '../core/contract/search.js';
import type { SearchActivities } from '../core/contract/search-activities.js';
import { scoreQueue } from '../core/contract/search-queues.js';
import {
  addVerification,
  type Disagreement,
  NOTHING_VERIFIED,
  type Sample,
  type SampleRange,
  type Verification,
  type VerifyInput,
  type VerifyResult,
} from '../core/contract/verification.js';
import { control } from './control.js';
import { notify } from './notify.js';
import { retry } from './retry.js';

/**
 * The number of waits for another worker, two minutes in all, because a busy worker may hold a shard for that
 * long.
 */
const WAITS = 15;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 10_000;
/** The most disagreements of one range that a third worker decides. */
const DISPUTED = 16;
/** The most disagreements of one worker that are written down, and about as many of all, since a message is limited. */
const EVIDENCE = 50;
const ALL_EVIDENCE = 500;

export interface VerificationRequest extends AddressedInput {
  readonly search: string;
  readonly run: string;
  /** The candidates that have just been scored. */
  readonly list: CandidateListRef;
  readonly share: number;
  readonly isPaused: () => boolean;
}

/** Adds new findings to earlier ones. */
export async function verifyScores(
  work: VerificationRequest,
  before: Verification = NOTHING_VERIFIED,
): Promise<Verification> {
  let known = before;
  const distrusted = new Set<string>();
  for (;;) {
    await condition(() => !work.isPaused());
    const { list, share } = work;
    const summary = `which of the scores of ${list.count} candidates are computed again`;
    const sample = await control.sampleScores.executeWithOptions({ summary }, [
      { ...addressOf(work), list, share, seen: known.seen, distrusted: [...distrusted] },
    ]);
    const { scores, discarded } = sample;
    // A second sample of the same list does not count the scores again.
    known = addVerification(known, {
      ...NOTHING_VERIFIED,
      scores: distrusted.size > 0 ? 0 : scores,
      discarded,
    });
    const found = await verifySample(work, sample);
    known = addVerification(known, found.counts);
    const guilty = found.guilty.filter((worker) => !distrusted.has(worker));
    const taken = await act(work, { ...found, guilty });
    known = addVerification(known, { ...NOTHING_VERIFIED, ...taken });
    if (guilty.length === 0) return known;
    for (const worker of guilty) distrusted.add(worker);
    // Their scores, and those that they verified, are sampled again.
    known = { ...known, seen: [] };
  }
}

/** The fields that every activity needs to find the scores. */
const addressOf = ({ run, specification, address }: VerificationRequest) => ({
  run,
  specification,
  ...(address ? { address } : {}),
});

interface Found {
  readonly counts: Verification;
  readonly guilty: readonly string[];
  readonly suspected: readonly string[];
  readonly disagreements: readonly Disagreement[];
}

/** Verifies all ranges, a few at a time. */
async function verifySample(work: VerificationRequest, sample: Sample): Promise<Found> {
  const left = [...sample.ranges];
  const verdicts: Found[] = [];
  const lane = async () => {
    for (let range = left.shift(); range; range = left.shift())
      verdicts.push(await verifyRange({ work, sample, range }));
  };
  await Promise.all(Array.from({ length: work.specification.execution.window }, lane));
  const all = (name: 'guilty' | 'suspected') => [...new Set(verdicts.flatMap((one) => one[name]))].sort();
  const guilty = all('guilty');
  return {
    counts: verdicts.reduce((sum, { counts }) => addVerification(sum, counts), NOTHING_VERIFIED),
    guilty,
    suspected: all('suspected').filter((worker) => !guilty.includes(worker)),
    disagreements: verdicts.flatMap(({ disagreements }) => disagreements),
  };
}

async function verifyRange({
  work,
  sample,
  range,
}: {
  readonly work: VerificationRequest;
  readonly sample: Sample;
  readonly range: SampleRange;
}): Promise<Found> {
  const { worker, from, to, family } = range;
  const ofFamily = family ? { family } : {};
  const size = to - from;
  const second = await computeElsewhere({ work, sample, input: { from, to, except: [worker], ...ofFamily } });
  if (!second) return noOtherWorker(size);
  const { by, agreed, failed, why, disagreements } = second;
  const counts: Verification = {
    ...NOTHING_VERIFIED,
    verified: agreed + disagreements.length,
    notVerified: failed,
    disagreements: disagreements.length,
    examples: disagreements,
    seen: agreed + disagreements.length > 0 ? [worker] : [],
    ...(why === undefined ? {} : { why }),
  };
  if (disagreements.length === 0) return { counts, guilty: [], suspected: [], disagreements };
  log.warn('two workers computed scores differently', {
    worker,
    verifier: by,
    disagreements: disagreements.length,
  });
  const claims = disagreements.slice(0, DISPUTED).map(({ index, again }) => ({ index, again }));
  const third = await computeElsewhere({
    work,
    sample,
    input: { from, to, except: [worker, by], claims, ...ofFamily },
  });
  const { guilty, suspected } = judge({ worker, verifier: by, third });
  // The record of a third worker that is suspected says with whom it disagrees.
  const further = third && suspected.includes(third.by) ? third.disagreements : [];
  return {
    counts: { ...counts, setAside: guilty, suspected, examples: disagreements.map(example) },
    guilty,
    suspected,
    disagreements: [...disagreements, ...further],
  };
}

const example = ({ score, worker, verifier, difference }: Disagreement) => ({
  score,
  worker,
  verifier,
  difference,
});

interface JudgeArguments {
  readonly worker: string;
  readonly verifier: string;
  readonly third: VerifyResult | undefined;
}

/**
 * Decides two against one. If no third worker has computed the score, both are suspected, and if it agrees with
 * neither, all three are.
 */
function judge({ worker, verifier, third }: JudgeArguments): {
  guilty: string[];
  suspected: string[];
} {
  const both = [worker, verifier];
  // It has computed none also where the stored scores have disappeared in the meantime.
  if (!third || third.agreed + third.disagreements.length === 0) return { guilty: [], suspected: both };
  const guilty = new Set<string>();
  const differs = new Map(third.disagreements.map((one) => [one.index, one]));
  // If the third worker agrees with the stored score, the verifier is wrong. If it agrees with the verifier, the
  // worker that stored the score is.
  if (third.agreed > 0) guilty.add(verifier);
  if ([...differs.values()].some(({ agreesWithClaim }) => agreesWithClaim)) guilty.add(worker);
  return guilty.size > 0
    ? { guilty: [...guilty].sort(), suspected: [] }
    : { guilty: [], suspected: [...both, third.by] };
}

function noOtherWorker(size: number): Found {
  const counts = { ...NOTHING_VERIFIED, notVerified: size, why: 'no second worker' };
  return { counts, guilty: [], suspected: [], disagreements: [] };
}

/** Returns the answer of a worker that is not in `except`; undefined if no such worker polls the queue. */
async function computeElsewhere({
  work,
  sample,
  input,
}: {
  readonly work: VerificationRequest;
  readonly sample: Sample;
  readonly input: Pick<VerifyInput, 'from' | 'to' | 'except' | 'claims' | 'family'>;
}): Promise<VerifyResult | undefined> {
  const { device } = work.specification.execution;
  const fleet = proxyActivities<SearchActivities>({
    taskQueue: scoreQueue(device),
    startToCloseTimeout: '24h',
    heartbeatTimeout: '15s',
    retry,
  });
  // A worker without a name may be any worker, so an empty name excludes no worker.
  const except = [...new Set([...input.except, ...sample.barred])].filter((name) => name !== '');
  const isOther = (name: string) => !except.includes(name);
  const whose = input.except.map((name) => name || 'a worker without a name').join(' and ');
  const summary = `${input.claims?.length ?? input.to - input.from} scores of ${whose}, computed again`;
  let polling = sample.polling;
  for (let waits = 0; waits < WAITS; waits++) {
    if (polling && !polling.some(isOther)) return undefined;
    const answer = await fleet.verifyScores.executeWithOptions({ summary }, [
      { ...addressOf(work), list: sample.list, ...input, except },
    ]);
    if (answer.outcome === 'computed' && isOther(answer.by)) return answer;
    await sleep(Math.min(FIRST_WAIT_MS * 2 ** waits, LONGEST_WAIT_MS));
    polling = await control.pollingWorkers({ device }).catch(() => undefined);
  }
  return undefined;
}

/** The first disagreements of each of these workers, so that the record of none is without any. */
function evidenceOf(
  workers: readonly string[],
  disagreements: readonly Disagreement[],
): readonly Disagreement[] {
  const ofEach = Math.min(EVIDENCE, Math.ceil(ALL_EVIDENCE / workers.length));
  const concerning = (one: string) =>
    disagreements.filter(({ worker, verifier }) => worker === one || verifier === one).slice(0, ofEach);
  return [...new Set(workers.flatMap(concerning))];
}

/** Records which workers are set aside and which are suspected, and notifies. */
async function act(
  work: VerificationRequest,
  { guilty, suspected, disagreements, counts }: Found,
): Promise<Pick<Verification, 'discarded'>> {
  if (disagreements.length === 0) return { discarded: 0 };
  const { search, run, specification } = work;
  const record = async (state: 'set aside' | 'suspected', workers: readonly string[]) => {
    const named = workers.filter((worker) => worker !== '');
    if (named.length === 0) return { discarded: 0 };
    const summary = `${state}: ${named.join(', ')}`;
    return control.setAsideWorkers.executeWithOptions({ summary }, [
      { search, specification, state, workers: named, disagreements: evidenceOf(named, disagreements) },
    ]);
  };
  const workers = { setAside: guilty, suspected, examples: counts.examples };
  const [{ discarded }] = await Promise.all([
    record('set aside', guilty),
    record('suspected', suspected),
    notify({ search, run, specification, news: { event: 'workers.disagree', delivery: uuid4(), workers } }),
  ]);
  return { discarded };
}
