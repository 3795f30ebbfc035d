// Checks candidates, mutations, splits, costs and ranks of MobileNetV2's golden file mutations.json.
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { aggregate } from '../../core/ranking/aggregate.js';
import { structureCosts } from '../../core/spaces/mobilenet-v2/costs.js';
import {
  channelChoices,
  repetitionChoices,
  replaceBlocks,
  replacement,
  replacementsOf,
  splitLong,
} from '../../core/spaces/mobilenet-v2/mutate.js';
import {
  parseStructure,
  printBlock,
  printStructure,
  type StructureBlock,
} from '../../core/spaces/mobilenet-v2/structure.js';
import { isRecord, number, proxyValue, text } from './fields.js';
import type { Check, CheckKind } from './kind.js';

const texts = z.array(text);
const costs = { params: number, numLayers: number };
const schema = z.object({
  candidates: z.array(
    z.object({
      parent: text,
      blockIndex: number,
      distinct: number,
      drawn: number,
      multiplicityByType: z.record(z.string(), number),
      sha256: text,
      sha256WithRepeats: text,
      all: texts.optional(),
      first: texts.optional(),
      last: texts.optional(),
    }),
  ),
  mutations: z.array(
    z.object({
      parent: text,
      replacements: z.array(z.object({ blockIndex: number, block: text })),
      beforeSplit: text,
      child: text,
      flops224: number,
      ...costs,
    }),
  ),
  splits: z.array(z.object({ structure: text, once: text, twice: text })),
  costs: z.array(z.object({ structure: text, flops: z.record(z.string(), number), ...costs })),
  rounding: z.object({
    channelChoices: z.record(z.string(), z.array(number)),
    subLayerChoices: z.record(z.string(), z.array(number)),
  }),
  ranking: z.object({
    history: z.record(z.string(), z.array(proxyValue)),
    score: z.array(number),
    best: number,
  }),
});
type File = z.infer<typeof schema>;

export const mbv2Mutations: CheckKind = {
  kind: 'mbv2-mutations',
  looks: 'an object with "candidates", "mutations" and "splits"',
  is: (json) => isRecord(json) && ['candidates', 'mutations', 'splits'].every((key) => key in json),
  check: (json) => {
    const file = schema.parse(json);
    return [
      ...file.candidates.map(checkCandidates),
      ...file.mutations.map(checkMutation),
      ...file.splits.map(checkSplit),
      ...file.costs.map(checkCosts),
      checkRounding(file.rounding),
      checkRanking(file.ranking),
    ];
  },
};

function check(
  name: string,
  pairs: Readonly<Record<string, readonly [expected: unknown, found: unknown]>>,
): Check {
  const differences = Object.entries(pairs).flatMap(([what, [expected, found]]) => {
    const [a, b] = [JSON.stringify(expected), JSON.stringify(found)];
    return a === b ? [] : [`${what} ${b}, expected ${a}`];
  });
  return { name, differences };
}

const sha256 = (lines: readonly string[]): string =>
  createHash('sha256').update(lines.join('\n')).digest('hex');

function checkCandidates(item: File['candidates'][number]): Check {
  const block = parseStructure(item.parent)[item.blockIndex]!;
  const { types, out, bottleneck, sub } = replacementsOf(block);
  const distinct: string[] = [];
  const repeated: string[] = [];
  const multiplicity: [string, number][] = [];
  for (const { block, weight } of types) {
    multiplicity.push([typeOf(block), weight]);
    for (const o of out)
      for (const b of bottleneck)
        for (const s of sub) {
          const written = printBlock(replacement({ block, out: o, bottleneck: b, sub: s }));
          distinct.push(written);
          for (let i = 0; i < weight; i++) repeated.push(written);
        }
  }
  distinct.sort();
  repeated.sort();
  const sorted = (entries: Iterable<[string, number]>) => [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
  return check(`candidates of block ${item.blockIndex} of ${item.parent}`, {
    distinct: [item.distinct, distinct.length],
    drawn: [item.drawn, repeated.length],
    multiplicity: [sorted(Object.entries(item.multiplicityByType)), sorted(multiplicity)],
    sha256: [item.sha256, sha256(distinct)],
    'sha256 with repeats': [item.sha256WithRepeats, sha256(repeated)],
    ...(item.all ? { all: [item.all.toSorted(), distinct] } : {}),
    ...(item.first ? { first: [item.first, distinct.slice(0, item.first.length)] } : {}),
    ...(item.last ? { last: [item.last, distinct.slice(-item.last.length)] } : {}),
  });
}

const typeOf = (block: StructureBlock): string => printBlock(block).replace(/\(.*/, '');

function checkMutation({ parent, replacements, ...item }: File['mutations'][number]): Check {
  const structure = parseStructure(parent);
  const chosen = new Map(
    replacements.map(({ blockIndex, block }) => [blockIndex, parseBlock(block)] as const),
  );
  const before = replaceBlocks({ structure, chosen });
  const child = splitLong(before);
  const { flops, parameters, layers } = structureCosts({ structure: child, resolution: 224 });
  return check(`mutation of ${parent}`, {
    'before the split': [item.beforeSplit, printStructure(before)],
    child: [item.child, printStructure(child)],
    'FLOPs at 224': [item.flops224, flops],
    parameters: [item.params, parameters],
    layers: [item.numLayers, layers],
  });
}

/** Parses a single block by putting a stem with the right output channels before it. */
function parseBlock(written: string): StructureBlock {
  const input = /\((?:[^|]*\|)?(\d+),/.exec(written)?.[1] ?? '3';
  return parseStructure(input === '3' ? written : `SuperConvK1BNRELU(3,${input},1,1)${written}`).at(-1)!;
}

function checkSplit({ structure, once, twice }: File['splits'][number]): Check {
  const first = splitLong(parseStructure(structure));
  return check(`split of ${structure}`, {
    once: [once, printStructure(first)],
    twice: [twice, printStructure(splitLong(first))],
  });
}

function checkCosts({ structure, flops, params, numLayers }: File['costs'][number]): Check {
  const at = (resolution: number) => structureCosts({ structure: parseStructure(structure), resolution });
  const counted = Object.keys(flops).map((side) => [side, at(Number(side)).flops]);
  const { parameters, layers } = at(224);
  return check(`costs of ${structure}`, {
    FLOPs: [flops, Object.fromEntries(counted)],
    parameters: [params, parameters],
    layers: [numLayers, layers],
  });
}

function checkRounding({ channelChoices: channels, subLayerChoices }: File['rounding']): Check {
  const choose = (given: Record<string, number[]>, choices: (value: number) => readonly number[]) =>
    Object.fromEntries(Object.keys(given).map((key) => [key, choices(Number(key))]));
  return check('rounding', {
    channels: [channels, choose(channels, channelChoices)],
    repetitions: [subLayerChoices, choose(subLayerChoices, repetitionChoices)],
  });
}

function checkRanking({ history, score, best }: File['ranking']): Check {
  const columns = Object.values(history).map((values) => ({
    proxy: 'complexity' as const,
    weight: 1,
    draws: [Float64Array.from(values)],
  }));
  const found = [...aggregate({ columns, kind: 'log-rank' })];
  const close =
    score.length === found.length && score.every((value, i) => Math.abs(value - found[i]!) < 1e-9);
  return check('ranking', {
    score: [score, close ? score : found],
    best: [best, found.indexOf(Math.max(...found))],
  });
}
