// Writes the page and the picture of what rankings are worth, from the results of `npm run bench:ranking` and
// `npm run bench:imagenet`.
import { machineOf } from './benchmarks/figures.mjs';
import { code, page, table } from './markdown.mjs';
import {
  ASSEMBLIES,
  COUNTS,
  cellsOf,
  importedCells,
  isKnown,
  otherProxies,
  ownRankers,
  PRESETS,
  rankerOf,
  readAgreements,
  shownName,
} from './rankings/agreements.mjs';
import { presetsBesideCounts, proxiesBesideAssembled, withoutValue, wrongWay } from './rankings/findings.mjs';
import { heatMap, signed } from './rankings/heat-map.mjs';

/** The headings of the groups of proxies in the file of results. */
const TITLES = {
  'shared passes': 'Proxies that share passes',
  'own passes': 'Proxies with passes of their own',
};

/** Columns whose space has another column too, at another resolution. */
const SAME_SPACE = ['accel-nasbench-224'];

export function rankingsPage() {
  const found = readAgreements();
  const spaces = found.whole.spaces.filter(({ name }) => !SAME_SPACE.includes(name));
  const intro = `How well does a ranking without training agree with accuracies after training? This page has the answer for ${spaces.length} published spaces whose networks were trained by others (one of them, Accel-NASBench, at two resolutions), and for models of torchvision: for FLOPs, parameters and depth, which cost nothing to count, for both presets, and for every proxy alone. What fails is in the same picture and the same tables.`;
  return page('Rankings and known accuracies', intro, [
    picture(found),
    findings(found),
    wholeSamples(found),
    otherProxiesSection(found),
    importedNetworks(found),
  ]);
}

export function rankingsSvg() {
  const found = readAgreements();
  const { whole, parts } = found;
  const names = whole.spaces[0].rankers.map(({ name }) => name);
  const counted = [...COUNTS, 'spatial-depth', 'activations'];
  const groups = [
    { title: 'Counted', names: counted },
    { title: 'Presets and assemblies', names: ASSEMBLIES },
    {
      title: 'Proxies of features',
      names: names.filter((name) => ![...counted, ...ASSEMBLIES].includes(name)),
    },
    { title: 'Other proxies, on a part of each sample', names: otherProxies(found) },
  ];
  const columns = [
    ...whole.spaces.map((space) => {
      const part = parts.spaces.find(({ name }) => name === space.name);
      return { name: space.name, cells: cellsOf({ space, part, whole }) };
    }),
    { name: 'torchvision', cells: importedCells(found.imported) },
  ];
  return heatMap({
    groups: groups.map(({ title, names }) => ({ title, names: names.map(shownName) })),
    columns: columns.map(({ name, cells }) => ({
      name,
      cells: new Map([...cells].map(([ranker, cell]) => [shownName(ranker), cell])),
    })),
  });
}

function picture({ whole, parts }) {
  return [
    "![Heat map of Kendall's tau: FLOPs, parameters, depth, presets and proxies in rows, spaces in columns](rankings.svg)",
    `Kendall's τ between a ranking and the trained accuracies: 1 is the same order, 0 is chance, and below 0 the better networks come last. The upper three groups are computed over whole samples (${seedsOf(whole.spaces)}), the lowest over ${partsOf(parts)}, so its values are much less certain. Intervals are in the tables. Weights and images are random. A proxy of *blocks* is read after every block, one of *stages* at the end of each stage, and one of *stage-edges* at the first and the last block of each stage.`,
  ].join('\n\n');
}

function findings(found) {
  return [
    '## What works and what does not',
    'Over whole samples, with τ in brackets; `overlapping` marks a difference that may be chance, because the intervals overlap:',
    presetsBesideCounts(found),
    'The next table lists, for each space, which single proxies are above `assembled`, and which other proxies are above all three counts, each compared on the same networks; in bold where the intervals do not overlap. With so many proxies on so few networks, some are above by chance alone.',
    proxiesBesideAssembled(found),
    '### The wrong way',
    'For these rankings and spaces, the whole interval lies below 0: better networks have lower values.',
    wrongWay(found),
    '### Without a value',
    withoutValue(found),
  ].join('\n\n');
}

function wholeSamples({ whole }) {
  const head = whole.spaces.map(({ name, fidelity, seeds, candidates }) => {
    const what = `${candidates} of seed${seeds > 1 ? `s 1 to ${seeds}` : ' 1'}`;
    return `${name}, ${fidelity.batch} x ${fidelity.resolution} px, ${what}`;
  });
  const rows = whole.spaces[0].rankers.map(({ name }) => [
    shownName(name),
    ...whole.spaces.map((space) => {
      const { kendall, spearman, interval } = rankerOf(space, name);
      return `${three(kendall)} (${interval.map(three).join(' to ')}), ${three(spearman)}`;
    }),
  ]);
  return [
    '## Whole samples',
    "Kendall's τ with a 95 % bootstrap interval over candidates, then Spearman's ρ; one draw for each seed, means over seeds and over the data sets or tasks of a table. Candidates are classes; for TransNAS-Bench-101 they are rows of the table. `the four` are the proxies of AZ-NAS, added as logarithms of ranks, with features after every block or at the ends of stages; with blocks it is the preset `az-nas`. `assembled` is the default, with the terms of the kind of space; *general terms* are those of spaces without terms of their own, in every space ([decision 35](../decisions/0035-assembled.md)). A space that has fewer seeds than others was not scored completely.",
    table(['ranked by', ...head], rows),
    `\`npm run bench:ranking -- --tables DIR\`; ${machineOf(whole)}.`,
  ].join('\n\n');
}

function otherProxiesSection({ whole, parts }) {
  const scored = parts.spaces.filter(({ groups }) => groups.length > 0);
  const names = [...new Set(scored.flatMap(({ groups }) => groups.map(({ name }) => name)))];
  return [
    '## Every other proxy',
    "Kendall's τ with its interval, as above, on the first networks of each sample. Costs and presets are computed on the same networks, so that each table can be read alone. `not for all` means that the proxy cannot be computed for all networks of the space, `constant` that it is the same for all. Proxies that need a second backward pass, a second derivative or a pass for each class take most of the time, and therefore have fewer networks. [Proxies](../reference/proxies.md) has their formulas.",
    ...names.map((name) => partTable({ name, scored, whole })),
    `\`npm run bench:ranking -- --tables DIR --stage proxies\`; ${machineOf(parts)}.`,
  ].join('\n\n');
}

function partTable({ name, scored, whole }) {
  const columns = scored
    .map(({ name: space, impossible, groups }) => ({
      space,
      impossible,
      group: groups.find((group) => group.name === name),
    }))
    .filter(({ group }) => group);
  const own = columns.flatMap(({ group }) => ownRankers(group, whole).map((ranker) => ranker.name));
  const rankers = [...new Set([...COUNTS, ...PRESETS, ...own])];
  const head = columns.map(
    ({ space, group: { candidates, seeds } }) => `${space}, ${candidates} networks, ${plural(seeds, 'seed')}`,
  );
  const rows = rankers.map((ranker) => [
    shownName(ranker),
    ...columns.map(({ group, impossible }) => {
      if (impossible[ranker]) return 'not for all';
      const found = rankerOf(group, ranker);
      if (!found) return 'not scored';
      if (!isKnown(found)) return 'constant';
      return `${signed(found.kendall)} (${found.interval.map(signed).join(' to ')})`;
    }),
  ]);
  return [`### ${TITLES[name] ?? name}`, table(['ranked by', ...head], rows)].join('\n\n');
}

function importedNetworks({ imported }) {
  const [study] = imported.studies;
  const rows = study.correlations.map(({ name, count, kendall, interval, spearman }) => [
    name,
    count,
    `${signed(kendall)} (${interval.map(signed).join(' to ')})`,
    signed(spearman),
  ]);
  const accuracies = study.networks.map(({ top1 }) => top1);
  return [
    '## Models of torchvision',
    `${study.networks.length} models at ${study.size} pixels, batch ${study.batch}, ${plural(study.draws, 'draw')}, features at the ends of stages (vision transformers: of blocks) where the row does not say all blocks, beside the published ImageNet top-1 of the V1 weights (${Math.min(...accuracies).toFixed(1)} to ${Math.max(...accuracies).toFixed(1)} %). The intervals are 95 % bootstrap intervals over models. [What follows from it](../guides/own-network.md#what-the-ranking-is-worth).`,
    table(['ranked by', 'models', "Kendall's τ", "Spearman's ρ"], rows),
    '`activations`, and every row after it, is computed as a search over these files does. `az-nas` is without progressivity, because some of the models are transformers; `assembled` has the terms that it has among ONNX files.',
    lackingProxies(study),
    `\`npm run bench:imagenet -- FOLDER --draws 1\`; ${machineOf(imported)}.`,
  ].join('\n\n');
}

/** The models that lack a proxy, by the reason. */
function lackingProxies({ networks }) {
  const modelsWith = (kind) =>
    networks
      .filter(({ asSearch }) => asSearch.reasons?.some((reason) => reason.startsWith(kind)))
      .map(({ model }) => code(model))
      .join(', ');
  return `\`synflow\` is not a number, because values exceed float32 without normalization, for ${modelsWith('not-a-number')}. The other proxies need more memory than a scorer may take for ${modelsWith('memory')}.`;
}

function seedsOf(spaces) {
  return `${range(spaces.map(({ candidates }) => candidates))} networks, ${range(spaces.map(({ seeds }) => seeds))} seeds`;
}

function partsOf({ spaces }) {
  const groups = spaces.flatMap(({ groups }) => groups);
  const seeds = range(groups.map(({ seeds }) => seeds));
  return `${range(groups.map(({ candidates }) => candidates))} networks of ${seeds === '1' ? '1 seed' : `${seeds} seeds`}`;
}

function range(values) {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return low === high ? String(low) : `${low} to ${high}`;
}

function plural(count, word) {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}

const three = (value) => value.toFixed(3).replace('-', '−');
