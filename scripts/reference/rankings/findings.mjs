// Writes what follows from the agreements of rankings with accuracies: what is better than counting, what is
// worse, and what has no value.
import { code, table } from '../markdown.mjs';
import {
  ASSEMBLIES,
  COUNTS,
  importedRankers,
  isAboveCounts,
  isKnown,
  ownRankers,
  PRESETS,
  rankerOf,
  shownName,
} from './agreements.mjs';
import { signed } from './heat-map.mjs';

/** Where each preset is above and below counting, over the whole samples. */
export function presetsBesideCounts({ whole, imported }) {
  const spaces = [
    ...whole.spaces.map((space) => ({ ...space, title: code(space.name) })),
    { title: "torchvision's models", rankers: importedRankers(imported) },
  ];
  const lines = PRESETS.map((preset) => {
    const name = preset === 'assembled' ? '`assembled`' : '`az-nas`';
    const better = spaces.filter((space) => isAboveCounts(rankerOf(space, preset), space));
    const worse = spaces.filter((space) => !better.includes(space));
    const where = better.length > 0 ? `: ${listed(better.map((space) => aboveCounts(space, preset)))}` : '';
    const below = worse.map((space) => `${space.title} ${belowCounts(space, preset)}`);
    const rest = below.length > 0 ? ` It is not on ${below.join(', on ')}.` : '';
    return `- **${name} is above FLOPs, parameters and depth in ${better.length} of ${spaces.length} comparisons**${where}.${rest}`;
  });
  return lines.join('\n');
}

function aboveCounts(space, preset) {
  const own = rankerOf(space, preset);
  const isClear = COUNTS.every((name) => isClearlyAbove(own, rankerOf(space, name)));
  return `${space.title}${isClear ? '' : ' (overlapping)'}`;
}

function belowCounts(space, preset) {
  const own = rankerOf(space, preset);
  const counts = COUNTS.map((name) => rankerOf(space, name)).filter(({ kendall }) => kendall >= own.kendall);
  const each = counts.map((count) => {
    const overlap = isClearlyAbove(count, own) ? '' : ', overlapping';
    return `${count.name} ${signed(count.kendall)}${overlap}`;
  });
  return `(${signed(own.kendall)}; ${each.join('; ')})`;
}

/** For each space, the proxies that alone are above `assembled`, and the other ones that are above every count. */
export function proxiesBesideAssembled({ whole, parts, imported }) {
  const rows = whole.spaces.map((space) => {
    const part = parts.spaces.find(({ name }) => name === space.name);
    const groups = part?.groups ?? [];
    const single = space.rankers.filter(({ name }) => ![...COUNTS, ...ASSEMBLIES].includes(name));
    const others = (isBetter) =>
      groups.flatMap((group) => {
        const own = ownRankers(group, whole).filter(isKnown);
        return own.flatMap((ranker) => isBetter(ranker, group));
      });
    const above = (ranker, among) => nameIfAbove(ranker, [rankerOf(among, 'assembled')]);
    const aboveCounts = (ranker, among) =>
      nameIfAbove(
        ranker,
        COUNTS.map((name) => rankerOf(among, name)),
      );
    return [
      code(space.name),
      single.flatMap((ranker) => above(ranker, space)).join(', ') || 'none',
      groups.length > 0 ? others(above).join(', ') || 'none' : 'not scored',
      groups.length > 0 ? others(aboveCounts).join(', ') || 'none' : 'not scored',
    ];
  });
  const among = { rankers: importedRankers(imported) };
  const known = new Set(whole.spaces[0].rankers.map(({ name }) => name));
  const better = (isOwn, names) =>
    among.rankers
      .filter(({ name }) => isOwn === !known.has(name) && ![...COUNTS, ...ASSEMBLIES].includes(name))
      .flatMap((ranker) =>
        nameIfAbove(
          ranker,
          names.map((name) => rankerOf(among, name)),
        ),
      )
      .join(', ') || 'none';
  rows.push([
    "torchvision's models",
    better(false, ['assembled']),
    better(true, ['assembled']),
    better(true, COUNTS),
  ]);
  const head = [
    'space',
    'proxies of features, spatial depth and activations above `assembled`',
    'others above `assembled`',
    'others above FLOPs, parameters and depth',
  ];
  return table(head, rows);
}

/** The name and τ of a ranker that is above all of the others, in bold where no interval overlaps its own. */
function nameIfAbove(ranker, others) {
  if (!others.every(({ kendall }) => ranker.kendall > kendall)) return [];
  const text = `${ranker.name.replace(', ', ' of ')} ${signed(ranker.kendall)}`;
  return [others.every((other) => isClearlyAbove(ranker, other)) ? `**${text}**` : text];
}

function isClearlyAbove(a, b) {
  return a.interval[0] > b.interval[1];
}

/** The rankings whose whole interval lies below 0, with the spaces. */
export function wrongWay({ whole, parts, imported }) {
  const found = new Map();
  const add = (place, rankers) => {
    for (const ranker of rankers)
      if (isKnown(ranker) && ranker.interval[1] < 0)
        found.set(ranker.name, [...(found.get(ranker.name) ?? []), place]);
  };
  for (const { name, rankers } of whole.spaces) add(code(name), rankers);
  for (const { name, groups } of parts.spaces)
    for (const group of groups) add(code(name), ownRankers(group, whole));
  add("torchvision's models", importedRankers(imported));
  return [...found].map(([name, spaces]) => `- ${shownName(name)}: ${listed(spaces)}`).join('\n');
}

/** What has no value, and why. */
export function withoutValue({ whole, parts, imported }) {
  const [study] = imported.studies;
  return [
    ...constantProxies({ whole, parts }),
    ...impossibleProxies(parts),
    ...parts.spaces
      .filter(({ left }) => left)
      .map(({ name, left }) => `- **All other proxies on ${code(name)}** were left out: ${left}.`),
    `- **${study.left.length} models of torchvision** were left out: ${study.left.map(({ model, reason }) => `${code(model)} (${reason})`).join(', ')}.`,
    '- **The proxies with passes of their own, on models of torchvision** were not computed: the largest models would take hours.',
  ].join('\n');
}

function constantProxies({ whole, parts }) {
  const found = new Map();
  for (const space of parts.spaces)
    for (const group of space.groups)
      for (const { name } of ownRankers(group, whole).filter((ranker) => !isKnown(ranker)))
        found.set(name, [...(found.get(name) ?? []), space.name]);
  return [...found].map(([name, spaces]) => {
    const batches = new Set(
      spaces.map((space) => whole.spaces.find((each) => each.name === space).fidelity.batch),
    );
    const why = name === 'swap' ? ` ${patternsOf([...batches])}` : '';
    return `- **${code(name)} has the same value for all networks** of ${listed(spaces.map(code))}, so it ranks none.${why}`;
  });
}

/** A pattern of `swap` is one bit for each image. */
function patternsOf(batches) {
  const bounds = batches.map((batch) => `at batch ${batch} there are at most 2^${batch} = ${2 ** batch}`);
  return `It counts distinct patterns of signs with one bit for each image: ${bounds.join(', ')}, and every network has them all. A larger batch is needed.`;
}

function impossibleProxies({ spaces }) {
  const byReason = new Map();
  for (const { name, impossible } of spaces)
    for (const [proxy, reason] of Object.entries(impossible)) {
      const found = byReason.get(reason) ?? { proxies: new Set(), spaces: new Set() };
      found.proxies.add(code(proxy));
      found.spaces.add(code(name));
      byReason.set(reason, found);
    }
  return [...byReason].map(
    ([reason, found]) =>
      `- **${listed([...found.proxies])} on ${listed([...found.spaces])}** cannot be computed for all networks: ${reason}.`,
  );
}

export function listed(words) {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
