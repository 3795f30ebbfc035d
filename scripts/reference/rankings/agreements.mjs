// Reads how well each proxy ranks each space from bench/results, in the form that tables, picture and findings
// of the page share.
import { results } from '../benchmarks/figures.mjs';

/** Rankings that cost nothing to compute. */
export const COUNTS = ['FLOPs', 'parameters', 'depth'];
export const PRESETS = ['assembled', 'the four, blocks'];
/** The presets, what they are compared with, and no single proxy. */
export const ASSEMBLIES = ['assembled', 'assembled, general', 'the four, blocks', 'the four, stages'];

/** The names of results that readers know by another one. */
const SHOWN = {
  'the four, blocks': 'the four, blocks (`az-nas`)',
  'assembled, general': '`assembled`, general terms',
  assembled: '`assembled`',
};
export const shownName = (name) => SHOWN[name] ?? name;

/** Rows of the study of imported networks, by their names here. */
const IMPORTED = {
  'complexity (FLOPs)': 'FLOPs',
  parameters: 'parameters',
  depth: 'depth',
  expressivity: 'expressivity, stages',
  progressivity: 'progressivity, stages',
  trainability: 'trainability, stages',
  'aggregate of all four': 'the four, stages',
  'mean-expressivity': 'mean-expressivity, stages',
  'expressivity of all blocks': 'expressivity, blocks',
  'progressivity of all blocks': 'progressivity, blocks',
  'trainability of all blocks': 'trainability, blocks',
  'az-nas': 'the four, blocks',
};

/** The name of a row of that study here; undefined for an aggregate that only the study has. */
const hereName = (name) => IMPORTED[name] ?? (name.startsWith('aggregate') ? undefined : name);

/** The results of the whole samples, and of every other proxy on a part of them. */
export function readAgreements() {
  return { whole: results('ranking'), parts: results('ranking-proxies'), imported: results('imagenet') };
}

/** A constant proxy has no correlation, which the files of results write as null. */
export const isKnown = ({ kendall }) => typeof kendall === 'number';

export function rankerOf({ rankers }, name) {
  return rankers.find((ranker) => ranker.name === name);
}

/** The rankers of a group that the whole sample does not have. */
export function ownRankers(group, whole) {
  const known = new Set(whole.spaces[0].rankers.map(({ name }) => name));
  return group.rankers.filter(({ name }) => !known.has(name));
}

/** The names of all proxies of whole networks, the best mean of Kendall's tau first; those without any last. */
export function otherProxies({ whole, parts }) {
  const all = parts.spaces.flatMap(({ groups, impossible }) => [
    ...groups.flatMap((group) => ownRankers(group, whole)),
    ...Object.keys(impossible).map((name) => ({ name, kendall: null })),
  ]);
  const mean = (name) => {
    const known = all.filter((ranker) => ranker.name === name && isKnown(ranker));
    return known.length === 0
      ? Number.NEGATIVE_INFINITY
      : known.reduce((sum, { kendall }) => sum + kendall, 0) / known.length;
  };
  const means = new Map(all.map(({ name }) => [name, mean(name)]));
  return [...means].sort(([, a], [, b]) => (a === b ? 0 : b - a)).map(([name]) => name);
}

/**
 * The cells of a space by ranker. A cell has `kendall` and `above`, whether it is above all counts of the same candidates;
 * or `absent`, why it has no value.
 */
export function cellsOf({ space, part, whole }) {
  const groups = part?.groups ?? [];
  const cells = new Map(space.rankers.map((ranker) => [ranker.name, cell(ranker, space)]));
  for (const group of groups)
    for (const ranker of ownRankers(group, whole)) cells.set(ranker.name, cell(ranker, group));
  for (const name of Object.keys(part?.impossible ?? {})) cells.set(name, { absent: 'impossible' });
  return cells;
}

/** The rankings of the study of imported networks that the spaces have too, by the names of the spaces. */
export function importedRankers({ studies: [{ correlations }] }) {
  return correlations
    .filter(({ name }) => hereName(name))
    .map((row) => ({ ...row, name: hereName(row.name) }));
}

export function importedCells(imported) {
  const rankers = importedRankers(imported);
  return new Map(rankers.map((ranker) => [ranker.name, cell(ranker, { rankers })]));
}

function cell(ranker, among) {
  if (!isKnown(ranker)) return { absent: 'constant' };
  return { kendall: ranker.kendall, above: !COUNTS.includes(ranker.name) && isAboveCounts(ranker, among) };
}

export function isAboveCounts({ kendall }, among) {
  return COUNTS.every((name) => kendall > rankerOf(among, name).kendall);
}
