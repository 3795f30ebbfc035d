// Summarizes how well the proxies of whole networks rank a part of each space's sample, with costs and presets
// on the same candidates beside them.
import { one, rankersOf } from './assemblies.js';
import { type RawRecord, rawFile, readRaw } from './score.js';
import {
  GROUPS,
  impossibleProxies,
  type ProxyRecord,
  proxiesFile,
  readProxies,
  reasonToLeaveSpace,
} from './score-proxies.js';
import type { OpenedSpace } from './spaces.js';
import { type Judged, judge, type RankerSummary, summarizeRanker } from './summarize.js';

/** Fewer candidates say nothing. */
const LEAST = 10;

export interface ProxiesSummary {
  readonly name: string;
  /** Why the space has no values. */
  readonly left?: string;
  /** Why the space cannot have a proxy. */
  readonly impossible: Readonly<Record<string, string>>;
  /** For each group of families, what ranks its candidates: costs, presets and its proxies. */
  readonly groups: readonly {
    readonly name: string;
    readonly seeds: number;
    /** The least number of candidates among the seeds. */
    readonly candidates: number;
    readonly rankers: readonly RankerSummary[];
  }[];
}

interface Work {
  readonly opened: OpenedSpace;
  readonly seeds: number;
  readonly folder: string;
}

export async function summarizeProxies({ opened, seeds, folder }: Work): Promise<ProxiesSummary> {
  const { name } = opened.of;
  const left = reasonToLeaveSpace(name);
  if (left !== undefined) return { name, left, impossible: {}, groups: [] };
  const read = Array.from({ length: seeds }, async (_, i) => ({
    records: await readRaw(rawFile({ folder, name, seed: i + 1 })),
    proxies: await readProxies(proxiesFile({ folder, name, seed: i + 1 })),
  }));
  const files = await Promise.all(read);
  const impossible = impossibleProxies(opened);
  const groups = GROUPS.flatMap((group) => {
    const judged = files
      .map(({ records, proxies }) => judgeGroup({ opened, records, proxies, group: group.name }))
      .filter(({ members }) => members.length >= LEAST);
    if (judged.length === 0) return [];
    const own = group.families.filter((family) => impossible[family] === undefined);
    return [
      {
        name: group.name,
        seeds: judged.length,
        candidates: Math.min(...judged.map(({ members }) => members.length)),
        rankers: [...rankersOf(opened.of.space), ...own.map((family) => one(family, family))].map((ranker) =>
          summarizeRanker(ranker, judged),
        ),
      },
    ];
  });
  return { name, impossible, groups };
}

interface JudgeGroupArguments {
  readonly opened: OpenedSpace;
  readonly records: readonly RawRecord[];
  readonly proxies: readonly ProxyRecord[];
  readonly group: string;
}

/** Only candidates that have both the values of blocks and those of the group are judged. */
function judgeGroup({ opened, records, proxies, group }: JudgeGroupArguments): Judged {
  const values = new Map(
    proxies
      .filter((each) => each.group === group && each.reason === undefined)
      .map((each) => [each.candidate, each.values]),
  );
  const judged = judge(
    opened,
    records.filter(({ candidate, draw }) => draw === 0 && values.has(candidate)),
  );
  const known = new Set(records.map(({ candidate }) => candidate));
  const scored = opened.members.filter(({ candidate }) => known.has(candidate) && values.has(candidate));
  return {
    ...judged,
    members: judged.members.map(({ costs, draws }, i) => {
      const found = Object.entries(values.get(scored[i]!.candidate)!);
      const numbers = Object.fromEntries(found.map(([proxy, value]) => [proxy, Number(value)]));
      return { costs, draws: draws.map((draw) => ({ ...draw, ...numbers })) };
    }),
  };
}
