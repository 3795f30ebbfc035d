// Writes the advice of a comparison in plain words: whether to rely on the ranking, how many candidates to
// train, and what could be wrong.
import type { KnownLimit, KnownRanking } from './known-limits.js';
import { closeTo, type DatasetQuality, HALF_A_POINT } from './quality.js';
import { OWN } from './rankers.js';
import { LEFT_OUT_TOP, type Redundancy } from './redundancy.js';
import { type DrawAgreement, type Stability, TELLING } from './stability.js';

export interface ChecklistEntry {
  readonly topic: 'samples' | 'labels' | 'stable' | 'train' | 'sensitive' | 'limits' | 'trial';
  readonly verdict: 'good' | 'caution' | 'unknown' | 'advice';
  readonly question: string;
  readonly answer: string;
}

/**
 * A ranking is called stable if its first ten candidates stay among the first ten in at least this share of
 * the resamples.
 */
const STABLE = 0.7;
/** Two draws that agree less than this (Kendall's tau) are called unstable. */
const UNSTABLE_TAU = 0.6;
/** The number of candidates that docs/adopt/staged-adoption.md proposes to train in a trial. */
const TRIAL = 10;
const FEWEST = 5;
const MOST = 50;

export interface Findings {
  readonly stability: Stability;
  readonly redundancy: Redundancy;
  readonly datasets: readonly DatasetQuality[];
  readonly candidates: number;
  readonly limit: KnownLimit | undefined;
  readonly knownAs: KnownRanking | undefined;
  /**
   * The number of the first ten candidates that are among the ten with the most FLOPs; undefined if FLOPs are
   * not known.
   */
  readonly sharedWithFlops: number | undefined;
  /** Why some features have too few samples, for each fidelity where they do. */
  readonly sampleWarnings: readonly string[];
}

export function checklist(findings: Findings): readonly ChecklistEntry[] {
  return [
    ...samples(findings),
    ...labels(findings),
    stable(findings),
    train(findings),
    sensitive(findings),
    limits(findings),
    trial(findings),
  ];
}

/** Asked only where the answer is no. */
function samples({ sampleWarnings }: Findings): readonly ChecklistEntry[] {
  if (sampleWarnings.length === 0) return [];
  return [
    {
      topic: 'samples',
      verdict: 'caution',
      question: 'Does every feature have enough samples?',
      answer: `No: ${sampleWarnings.join('. ')}.`,
    },
  ];
}

/** Asked only where the answer is no. */
function labels({ datasets }: Findings): readonly ChecklistEntry[] {
  const parts = datasets.flatMap(({ dataset, candidates, fitted }) =>
    fitted === 0 ? [] : [`${fitted} of the ${candidates} known candidates on ${dataset}`],
  );
  if (parts.length === 0) return [];
  return [
    {
      topic: 'labels',
      verdict: 'caution',
      question: 'Are the known accuracies new to this ranking?',
      answer: `No: ${parts.join(', ')} compute functions to which it was calibrated, and it agrees with these better than with others. What \`calibrate\` prints was measured on labels that were left out.`,
    },
  ];
}

function stable({ stability: { draws, betweenDraws }, candidates }: Findings): ChecklistEntry {
  const entry = { topic: 'stable', question: 'Is this stable enough to act on?' } as const;
  if (!betweenDraws)
    return {
      ...entry,
      verdict: 'unknown',
      answer:
        'Not known: the search has one draw. Score it again with another seed, or with three draws (`fidelity.draws`, and all else as before), and compare both.',
    };
  if (candidates <= TRIAL)
    return {
      ...entry,
      verdict: 'unknown',
      answer: `Not known: with no more than ${TRIAL} different networks, the first ${TRIAL} are all of them.`,
    };
  const {
    kendall,
    first: { k, share },
  } = betweenDraws;
  const measured = `on average ${percent(share)} of the first ${k === TRIAL ? 'ten' : k} stay there when the ${draws} draws are resampled, and two single draws agree with a Kendall's tau of ${number(kendall)}`;
  if (share >= STABLE && (kendall ?? 0) >= UNSTABLE_TAU)
    return { ...entry, verdict: 'good', answer: `Yes: ${measured}.` };
  const group = MOST <= candidates * TELLING ? '; until then take the first fifty as one group' : '';
  return {
    ...entry,
    verdict: 'caution',
    answer: `Not yet: ${measured}. More draws, or a larger batch, make it steadier${group}.`,
  };
}

function train({ stability: { betweenDraws }, datasets, candidates }: Findings): ChecklistEntry {
  const within = betweenDraws?.contendersWithin ?? TRIAL;
  const count = Math.min(candidates, Math.max(FEWEST, Math.min(MOST, within)));
  const why = betweenDraws ? reaching(betweenDraws) : 'with one draw nobody can say which of them is first';
  const known = datasets.length > 0 ? ` By the known accuracies, ${datasets.map(reached).join('; ')}.` : '';
  return {
    topic: 'train',
    verdict: 'advice',
    question: 'How many of the top to train?',
    answer: `The first ${count}: ${why}.${known}`,
  };
}

/** Those that may be among the best five need not be the first of the ranking without a gap. */
function reaching({ contenders, contendersWithin }: DrawAgreement): string {
  const resampled = 'the first five when the draws are resampled';
  if (contenders === 1) return `1 candidate reaches ${resampled}`;
  if (contenders === contendersWithin) return `${contenders} candidates reach ${resampled}`;
  return `the ${contenders} candidates that reach ${resampled} are among the first ${contendersWithin}`;
}

/** How far down a near best one is, among the candidates whose accuracy is known: the table may lack most. */
function reached({ dataset, candidates, enough, trueBest }: DatasetQuality): string {
  const distance = closeTo(trueBest) === HALF_A_POINT ? 'half a point' : String(closeTo(trueBest));
  const found = enough === 1 ? 'the first is' : `the first ${enough} hold one`;
  return `of the ${candidates} known on ${dataset}, ${found} within ${distance} of the best`;
}

function sensitive({ redundancy, sharedWithFlops, candidates }: Findings): ChecklistEntry {
  const { leftOut, clusters, proxies } = redundancy;
  // Of fewer networks, so many are among the first of every ranking that their number says little.
  const isTelling = LEFT_OUT_TOP <= candidates * TELLING;
  const worst = [...leftOut].sort((a, b) => a.kept - b.kept)[0];
  const parts = [
    ...(isTelling && worst
      ? [
          `without ${worst.proxy}, ${worst.of - worst.kept} of the first ${worst.of} would be others (no other proxy matters more)`,
        ]
      : []),
    ...(isTelling || candidates <= LEFT_OUT_TOP ? [] : changeInFew(leftOut)),
    ...clusters.map(
      (names) => `${names.join(' and ')} say nearly the same, and together count several times`,
    ),
    ...(sharedWithFlops === undefined || !isTelling
      ? []
      : [`${sharedWithFlops} of the first ${LEFT_OUT_TOP} are also among the ten with the most FLOPs`]),
  ];
  const isCaution = worst !== undefined && candidates > LEFT_OUT_TOP && worst.kept < worst.of / 2;
  return {
    topic: 'sensitive',
    verdict: isCaution ? 'caution' : 'advice',
    question: 'What would change the answer?',
    answer:
      parts.length > 0
        ? `${capitalize(parts.join('; '))}.`
        : candidates <= LEFT_OUT_TOP
          ? `With no more than ${LEFT_OUT_TOP} different networks, the first ${LEFT_OUT_TOP} are all of them.`
          : proxies.length > 1
            ? 'Not known: the ranking without one of its proxies was not measured.'
            : 'The score is one proxy: another proxy would give another ranking.',
  };
}

/** The proxy without which the order of a few networks changes most. */
function changeInFew(leftOut: Redundancy['leftOut']): readonly string[] {
  const known = leftOut.flatMap(({ proxy, kendall }) => (kendall === null ? [] : [{ proxy, kendall }]));
  const [worst] = known.sort((a, b) => a.kendall - b.kendall);
  return worst
    ? [
        `without ${worst.proxy}, Kendall's tau with this ranking would be ${number(worst.kendall)} (no other proxy matters more)`,
      ]
    : [];
}

function limits({ limit, knownAs, datasets }: Findings): ChecklistEntry {
  const entry = { topic: 'limits', question: 'What is this method known to get wrong?' } as const;
  const general =
    'It sees structure and no data: it does not know what training schedules, augmentation or rare operations do, and tells networks of nearly equal accuracy apart poorly.';
  const own = datasets.flatMap(({ dataset, rankers }) => {
    const of = (name: string) => rankers.find((each) => each.name === name)?.kendall.value ?? undefined;
    const [ours, flops] = [of(OWN), of('flops') ?? of('complexity')];
    return ours !== undefined && flops !== undefined && ours <= flops
      ? [`On ${dataset} this ranking (tau ${number(ours)}) is no better than FLOPs alone (${number(flops)}).`]
      : [];
  });
  if (own.length > 0) return { ...entry, verdict: 'caution', answer: `${own.join(' ')} ${general}` };
  if (!limit)
    return {
      ...entry,
      verdict: 'unknown',
      answer: `No published benchmark is like this space, so that nobody has measured it there. ${general}`,
    };
  const { verdict, answer } = knownAgreement(limit, knownAs);
  return { ...entry, verdict, answer: `${answer} ${general}` };
}

/** What the table knows of this ranking, or where it has not measured it, of the presets. */
function knownAgreement(
  limit: KnownLimit,
  knownAs: KnownRanking | undefined,
): Pick<ChecklistEntry, 'verdict' | 'answer'> {
  const { benchmark, assembled, azNas, flops, parameters } = limit;
  const best = Math.max(flops, parameters);
  const beside = `beside ${number(flops)} for FLOPs and ${number(parameters)} for parameters alone`;
  const own = knownAs && limit[knownAs.field];
  if (own === undefined)
    return {
      verdict: 'unknown',
      answer: `This ranking was not measured on ${benchmark}, the benchmark nearest to this space. Of the presets, Kendall's tau with trained accuracy was ${number(assembled)} for \`assembled\` and ${number(azNas)} for \`az-nas\` there, ${beside}.`,
    };
  return {
    verdict: own > best ? 'advice' : 'caution',
    answer: `On ${benchmark}, the benchmark nearest to this space, Kendall's tau with trained accuracy was ${number(own)} for this ranking (${knownAs!.name}), ${beside}${own > best ? '' : ': counting is at least as good there'}.`,
  };
}

function trial({ candidates }: Findings): ChecklistEntry {
  const n = Math.min(TRIAL, Math.max(1, Math.floor(candidates / 2)));
  return {
    topic: 'trial',
    verdict: 'advice',
    question: 'What would a trial on a limited part of the work look like?',
    answer: `Take a part of the task on which training is short. Train the first ${n}, ${n} drawn at random under the same limit on FLOPs, and the network of today, all with one recipe. Go on if the mean of the first ${n} lies above the random ${n} by more than twice what repeated trainings of one network differ; stop if it does not. \`suggest\` names networks to train.`,
  };
}

const percent = (share: number) => `${Math.round(share * 100)} %`;
const number = (value: number | null) => (value === null ? 'none' : value.toFixed(2));
const capitalize = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
