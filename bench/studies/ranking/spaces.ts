// Lists the spaces with known accuracies on which rankings are compared, and the fidelity for each.
import { readFileSync } from 'node:fs';
import { sample } from '../../../core/random/shuffle.js';
import { parseTruth, type Truth } from '../../../core/report/truth.js';
import { checkDefinition } from '../../../core/spaces/custom/schema.js';
import { openSpace } from '../../../core/spaces/index.js';
import type { Space } from '../../../core/spaces/space.js';
import type { SpaceSpecification } from '../../../core/specification/space.js';
import { readDocument } from '../../../core/text/read-document.js';

export interface RankedSpace {
  readonly name: string;
  readonly space: SpaceSpecification;
  /** The file of known accuracies, in the folder of tables. */
  readonly table: string;
  /** The columns of the table that hold accuracies. */
  readonly datasets: readonly string[];
  readonly fidelity: { readonly batch: number; readonly resolution: number };
  /**
   * Whether agreement is computed over classes (with the mean accuracy of their rows) or over the rows of the
   * table.
   */
  readonly judge: 'classes' | 'rows';
  /** The number of classes that are drawn at random from the table; all by default. */
  readonly sample?: number;
}

const TASKS = [
  'class_scene',
  'class_object',
  'autoencoder',
  'normal',
  'jigsaw',
  'room_layout',
  'segmentsemantic',
] as const;

/** npm runs the command in the root folder of the repository. */
function customSpace(file: string): SpaceSpecification {
  const value = readDocument({
    text: readFileSync(`examples/spaces/${file}`, 'utf8'),
    source: file,
    holds: 'space',
  });
  return { kind: 'custom', definition: checkDefinition({ value, source: file }) };
}

/** The spaces in the order in which they are scored, cheap ones first. */
export function listRankedSpaces(): readonly RankedSpace[] {
  return [...smallImageSpaces(), ...largeImageSpaces()];
}

function smallImageSpaces(): readonly RankedSpace[] {
  return [
    {
      name: 'nas-bench-201',
      judge: 'classes',
      space: { kind: 'nas-bench-201' },
      table: '../nb201/accuracy.csv',
      datasets: ['cifar10', 'cifar100', 'imagenet16-120'],
      fidelity: { batch: 8, resolution: 32 },
    },
    {
      name: 'nas-bench-macro',
      judge: 'classes',
      space: customSpace('nas-bench-macro.yaml'),
      table: 'nas-bench-macro.csv',
      datasets: ['cifar10'],
      fidelity: { batch: 8, resolution: 32 },
      sample: 400,
    },
    {
      name: 'transnas-bench-101-micro',
      judge: 'rows',
      space: { kind: 'transnas-bench-101', size: 'micro' },
      table: 'transnas-bench-101-micro.csv',
      datasets: TASKS,
      fidelity: { batch: 8, resolution: 96 },
    },
    {
      name: 'darts',
      judge: 'classes',
      space: { kind: 'darts' },
      table: 'darts.csv',
      datasets: ['cifar10'],
      fidelity: { batch: 8, resolution: 32 },
      sample: 200,
    },
    {
      name: 'nas-bench-101',
      judge: 'classes',
      space: { kind: 'nas-bench-101' },
      table: 'nas-bench-101.csv',
      datasets: ['cifar10'],
      fidelity: { batch: 8, resolution: 32 },
      sample: 200,
    },
  ];
}

function largeImageSpaces(): readonly RankedSpace[] {
  return [
    {
      name: 'accel-nasbench',
      judge: 'classes',
      space: customSpace('accel-nasbench.yaml'),
      table: 'accel-nasbench.csv',
      datasets: ['top1'],
      fidelity: { batch: 8, resolution: 96 },
      sample: 250,
    },
    {
      name: 'accel-nasbench-224',
      judge: 'classes',
      space: customSpace('accel-nasbench.yaml'),
      table: 'accel-nasbench.csv',
      datasets: ['top1'],
      fidelity: { batch: 4, resolution: 224 },
      sample: 150,
    },
    {
      name: 'transnas-bench-101-macro',
      judge: 'rows',
      space: { kind: 'transnas-bench-101', size: 'macro' },
      table: 'transnas-bench-101-macro.csv',
      datasets: TASKS,
      fidelity: { batch: 8, resolution: 96 },
      sample: 150,
    },
  ];
}

/** One class of candidates in a table: the candidate that is scored, and the rows that share its score. */
export interface Member {
  readonly candidate: string;
  readonly rows: readonly string[];
}

export interface OpenedSpace {
  readonly of: RankedSpace;
  readonly space: Space;
  readonly truth: Truth;
  readonly members: readonly Member[];
}

/** `folder` holds the tables. The sample is the same for every seed. */
export function openRankedSpace(of: RankedSpace, folder: string): OpenedSpace {
  const space = openSpace(of.space);
  const text = readFileSync(`${folder}/${of.table}`, 'utf8');
  const truth = parseTruth({ text, source: of.table, parse: space.parse });
  const classes = new Map<string, string[]>();
  for (const row of truth.accuracy.keys()) {
    const key = space.canonicalKey(space.parse(row));
    classes.set(key, [...(classes.get(key) ?? []), row]);
  }
  const all = [...classes.values()].map((rows) => ({ candidate: cheapest(space, of, rows), rows }));
  const { sample: count = all.length } = of;
  const chosen = sample({
    key: { seed: 15, draw: 0, name: of.name },
    count: Math.min(count, all.length),
    size: all.length,
  });
  return { of, space, truth, members: chosen.map((i) => all[i]!) };
}

function cheapest(space: Space, { fidelity: { resolution } }: RankedSpace, rows: readonly string[]): string {
  if (space.enumeration && space.representative) return space.representative(space.parse(rows[0]!));
  const flops = (row: string) => space.costs({ candidate: row, resolution }).flops;
  const candidates = rows.map((row) => space.parse(row));
  return candidates.length === 1
    ? candidates[0]!
    : candidates.reduce((a, b) => (flops(b) < flops(a) ? b : a));
}
