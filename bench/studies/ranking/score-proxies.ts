// Scores the proxies of whole networks on the first candidates of a space's sample, in rounds, and stores their
// values, one line for each candidate and group of families.
import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { CandidateError } from '../../../core/candidate-error.js';
import { hasConstantScores } from '../../../core/spaces/whole-network.js';
import { FAMILY_NAMES, type FamilyName, needsOf } from '../../../core/specification/families.js';
import { isMeasuredFamily, type MeasuredFamily } from '../../../core/specification/measured-families.js';
import type { ScorerPool } from '../../../engine/scorer-pool.js';
import { type ProxyValues, writableValues } from '../writable-values.js';
import type { OpenedSpace } from './spaces.js';

/** The values of one candidate by proxy (infinities are text), or the reason why it has none. */
export interface ProxyRecord {
  readonly candidate: string;
  readonly group: string;
  readonly values: ProxyValues;
  readonly reason?: string;
}

/** Families that are computed in one request, so that they share passes. */
interface Group {
  readonly name: string;
  readonly families: readonly MeasuredFamily[];
  /** The candidates that a round adds in each space. */
  readonly step: number;
}

/** These need a second backward pass, a second derivative, or a pass for each class: most of the time of all. */
const EXPENSIVE: readonly MeasuredFamily[] = ['zico', 'grasp', 'vkdnw'];
/** Counts are made for every candidate, as those of FLOPs and parameters are (costs.ts). */
const OTHERS = FAMILY_NAMES.filter(isMeasuredFamily).filter(
  (family) => family !== 'counts' && !EXPENSIVE.includes(family),
);
export const GROUPS: readonly Group[] = [
  { name: 'shared passes', families: OTHERS, step: 20 },
  { name: 'own passes', families: EXPENSIVE, step: 10 },
];
export const ROUNDS = 5;
/** The most candidates of a space that a group has after a round. */
export function membersOfRound(round: number): number {
  return Math.max(...GROUPS.map(({ step }) => step)) * round;
}

/** The number of candidates that are examined for a constant sum of class scores. */
const EXAMINED = 8;

/** Why the stage leaves out a space. */
export function reasonToLeaveSpace(name: string): string | undefined {
  return name === 'accel-nasbench-224'
    ? 'the networks of accel-nasbench again, at more than five times the cost'
    : undefined;
}

/** Proxies that all or some networks of the space cannot have, with the reason. */
export function impossibleProxies({ of, space, members }: OpenedSpace): Readonly<Record<string, string>> {
  const { resolution } = of.fidelity;
  const examined = members.slice(0, EXAMINED);
  const constant = examined.filter(({ candidate }) => hasConstantScores({ space, candidate, resolution }));
  const reading = OTHERS.filter((family) => readsJacobian(family));
  const reason = `${constant.length} of ${examined.length} examined networks end with batch normalization, so that the sum of their class scores does not depend on the images`;
  return constant.length > 0 ? Object.fromEntries(reading.map((family) => [family, reason])) : {};
}

function readsJacobian(family: FamilyName): boolean {
  return needsOf(family).includes('input-jacobian');
}

interface Work {
  readonly opened: OpenedSpace;
  readonly pool: ScorerPool;
  readonly seed: number;
  /** From 1: the round adds the candidates that earlier rounds did not reach. */
  readonly round: number;
  readonly folder: string;
}

/** Resumes an earlier run. Returns the number of candidates that were scored, summed over groups. */
export async function scoreProxies({ opened, pool, seed, round, folder }: Work): Promise<number> {
  const { of, members } = opened;
  await mkdir(folder, { recursive: true });
  const file = proxiesFile({ folder, name: of.name, seed });
  const known = new Set((await readProxies(file)).map(({ candidate, group }) => `${group}#${candidate}`));
  const impossible = impossibleProxies(opened);
  let count = 0;
  for (const { name: group, families, step } of GROUPS)
    for (const { candidate } of members.slice(0, step * round)) {
      if (known.has(`${group}#${candidate}`)) continue;
      const possible = families.filter((family) => impossible[family] === undefined);
      const found = await scoreOne({ opened, pool, seed, candidate, families: possible });
      await appendFile(file, `${JSON.stringify({ candidate, group, ...found })}\n`);
      count += 1;
    }
  return count;
}

interface ScoreOneArguments {
  readonly opened: OpenedSpace;
  readonly pool: ScorerPool;
  readonly seed: number;
  readonly candidate: string;
  readonly families: readonly FamilyName[];
}

/** A candidate without a value keeps the reason; any other error ends the run. */
async function scoreOne({
  opened: { of },
  pool,
  seed,
  candidate,
  families,
}: ScoreOneArguments): Promise<Pick<ProxyRecord, 'values' | 'reason'>> {
  const fidelity = { ...of.fidelity, weights: 'shared', features: 'blocks' } as const;
  try {
    const [values] = await pool.score({ space: of.space, candidate, seed, draws: [0], fidelity, families });
    return { values: writableValues(values!) };
  } catch (error) {
    if (!(error instanceof CandidateError)) throw error;
    return { values: {}, reason: `${error.reason}: ${error.message}` };
  }
}

interface FileOf {
  readonly folder: string;
  readonly name: string;
  readonly seed: number;
}

export function proxiesFile({ folder, name, seed }: FileOf): string {
  return `${folder}/${name}-proxies-${seed}.jsonl`;
}

/** Reads the records of a file; none if the file does not exist. An incomplete last line is ignored. */
export async function readProxies(file: string): Promise<readonly ProxyRecord[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text
    .split('\n')
    .slice(0, -1)
    .flatMap((line) => (line.endsWith('}') ? [JSON.parse(line) as ProxyRecord] : []));
}
