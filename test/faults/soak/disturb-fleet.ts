// Runs a search on a fleet and causes one to four faults at moments drawn from the seed; all are over when it
// returns.
import { setTimeout as sleep } from 'node:timers/promises';
import { mulberry32 } from '../../support/random.js';
import { type Cluster, PATIENCE_MS, type Search } from '../support/cluster.js';
import {
  copyTemporal,
  cutNetwork,
  damageBlobs,
  jumpClocks,
  killServer,
  loseScores,
  replaceWorker,
  someWorker,
  spoilScorer,
  stopWorker,
} from '../support/faults.js';

interface Site {
  readonly cluster: Cluster;
  readonly search: Search;
  /** Promises that must resolve before the round is over. */
  readonly later: Promise<unknown>[];
  /** Numbers from 0 to 1, drawn in advance, so that the draw does not depend on what happens. */
  readonly draw: readonly number[];
}

type Target = 'nats' | 'temporal' | 'workers' | 'scorers' | 'clocks';

interface Fault {
  readonly name: string;
  /** Faults with a common target happen one after the other; others may happen at once. */
  readonly targets: readonly Target[];
  readonly strike: (site: Site) => Promise<unknown>;
}

const LONGEST_MS = 25_000;
/**
 * The most scorers that are spoiled in a round: a candidate that has lost three is set aside whatever the
 * cause, and all could hit the same candidate.
 */
const MOST_SPOILED = 2;

const FAULTS: readonly Fault[] = [
  ...(['nats', 'temporal'] as const).flatMap((name): Fault[] => [
    {
      name: `${name} killed`,
      targets: [name],
      strike: ({ cluster, draw }) => killServer({ cluster, name, awayMs: draw[0]! ** 3 * LONGEST_MS }),
    },
    {
      name: `${name} cut off`,
      targets: [name],
      strike: ({ cluster, draw }) =>
        cutNetwork({
          cluster,
          name,
          cutMs: draw[0]! ** 2 * LONGEST_MS,
          healed: draw[1]! < 0.5 ? 'resumed' : 'reset',
        }),
    },
  ]),
  {
    name: 'temporal restored from a copy',
    targets: ['temporal'],
    strike: async ({ cluster, draw }) => {
      const restore = await copyTemporal(cluster);
      await sleep(draw[0]! * 3_000);
      await restore();
    },
  },
  { name: 'scores lost', targets: ['nats'], strike: ({ cluster }) => loseScores(cluster) },
  ...(['missing', 'corrupted'] as const).map(
    (how): Fault => ({
      name: `blobs ${how}, workers killed`,
      targets: ['nats', 'workers'],
      strike: async ({ cluster }) => {
        await damageBlobs({ cluster, how });
        for (const worker of [...cluster.workers].filter(({ dismissed }) => !dismissed))
          await replaceWorker({ cluster, worker, signal: 'SIGKILL' });
      },
    }),
  ),
  ...(['control', 'score'] as const).flatMap((role): Fault[] => [
    {
      name: `${role} worker killed`,
      targets: ['workers'],
      strike: ({ cluster }) =>
        replaceWorker({ cluster, worker: someWorker(cluster, role), signal: 'SIGKILL' }),
    },
    {
      name: `${role} worker drained`,
      targets: ['workers'],
      strike: ({ cluster }) =>
        replaceWorker({ cluster, worker: someWorker(cluster, role), signal: 'SIGTERM' }),
    },
    {
      name: `${role} worker stopped`,
      targets: ['workers'],
      strike: ({ cluster, draw }) =>
        stopWorker({ worker: someWorker(cluster, role), stoppedMs: draw[0]! * LONGEST_MS }),
    },
  ]),
  ...(['kill', 'hang', 'eat'] as const).map(
    (how): Fault => ({
      name: `scorer: ${how}`,
      targets: ['scorers'],
      strike: ({ cluster, search }) => spoilScorer({ cluster, search, how }),
    }),
  ),
  {
    name: 'clocks jump',
    targets: ['clocks'],
    strike: ({ cluster, draw }) =>
      jumpClocks({ cluster, byMs: (draw[0]! - 0.5) * 7_200_000, forMs: draw[1]! * 5_000 }),
  },
  {
    name: 'run twice',
    // A command restarts embedded servers that have ended.
    targets: ['nats', 'temporal'],
    strike: async ({ cluster, search: { id, spec }, later }) => {
      const { run } = cluster.search(id, spec);
      await run.says(/attached to it|started/, PATIENCE_MS);
      const checked = run.ended.then(({ code, stderr }) => {
        if (code !== 0) throw new Error(`the second zeroscout run ended with code ${code}:\n${stderr}`);
      });
      checked.catch(() => {});
      later.push(checked);
    },
  },
];

export async function disturb({
  cluster,
  id,
  seed,
  tell,
}: {
  cluster: Cluster;
  id: string;
  seed: number;
  tell: (what: string) => void;
}): Promise<Search> {
  const random = mulberry32(seed);
  const plan = Array.from({ length: 1 + Math.floor(random() * 4) }, () => ({
    fault: FAULTS[Math.floor(random() * FAULTS.length)]!,
    at: 1 + Math.floor(random() * cluster.samples * 0.8),
    draw: [random(), random()],
  })).sort((a, b) => a.at - b.at);
  const spec = random() < 0.5 ? 'search' : 'parts';
  const search = cluster.search(id, spec);
  const later: Promise<unknown>[] = [];
  let spoiled = 0;
  const last = new Map<Target, Promise<unknown>>();
  for (const { fault, at, draw } of plan) {
    if (fault.targets.includes('scorers') && ++spoiled > MOST_SPOILED) continue;
    // An earlier fault may have delayed this one until the search is over.
    const reached = await search.reaches(at).then(
      () => true,
      () => false,
    );
    if (!reached) break;
    const before = Promise.all(fault.targets.map((target) => last.get(target)));
    const strike = (async () => {
      await before;
      // A fault that had to wait for another may come too late.
      if (search.over()) return;
      tell(`${fault.name} after ${cluster.scored(id).length}`);
      await fault.strike({ cluster, search, draw, later });
    })();
    strike.catch(() => {});
    for (const target of fault.targets) last.set(target, strike);
  }
  await Promise.all(last.values());
  await Promise.all(later);
  return search;
}
