// Runs a search and kills every process of it once, at moments drawn from a seed.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { killNow, type TestHome, until } from '../support/home.js';
import { createPace } from '../support/pace.js';
import { mulberry32 } from '../support/random.js';
import { spawnZeroscout } from '../support/zeroscout.js';

export interface Trial {
  readonly workers: number;
  readonly shardSize: number;
  readonly seed: number;
}

/**
 * Score workers that are started with `--workers` share the two cores, with at most this many scorers each.
 */
const SCORERS = 2;
/**
 * The candidates that a score worker holds: in two shards, one for every scorer and one that waits
 * (SHARDS_AT_ONCE, `scoring.size + 1` lanes).
 */
const HELD = 2 * (SCORERS + 1);
/**
 * The number of candidates of a shard that are looked up at once (FEWEST in activities/missing-scores.ts).
 */
const LOOKED_UP = 16;

/** The most candidates that may be computed again for each kill: those in flight. */
export const IN_FLIGHT = {
  scorer: 1,
  'score worker': HELD,
  'control worker': 0,
  // nats-server acknowledges before it writes, so it may lose what the lanes stored within the last
  // milliseconds.
  'nats-server': HELD,
  // A shard whose heartbeats did not arrive is given to a second worker before the first one knows; until
  // then, both work on what the second one looked up.
  temporal: HELD + LOOKED_UP,
} as const;
/**
 * The least time of a candidate, so that between the last kills, each of which waits up to 100 ms, the search
 * cannot end however fast the machine is.
 */
const PACE_MS = 200;
/** The lines of the workers' log that an error quotes. */
const LAST_LINES = 40;

type Victim = keyof typeof IN_FLIGHT;
const VICTIMS = Object.keys(IN_FLIGHT) as Victim[];

export interface Outcome {
  /** The kills in order; `at` is the number of candidates that scorers had begun. */
  readonly kills: readonly { readonly what: Victim; readonly at: number }[];
  /** The number of candidates that scorers began or have scored, according to the workers' log. */
  readonly computed: number;
  /** How often a scorer began a candidate that had been begun before. */
  readonly computedAgain: number;
  readonly seconds: number;
}

export async function searchWithKills({
  home,
  trial: { workers, seed },
  samples,
}: {
  home: TestHome;
  trial: Trial;
  samples: number;
}): Promise<Outcome> {
  const random = mulberry32(seed);
  const args = ['run', 'search.json', '--workers', String(workers), '--out', 'out'];
  const started = Date.now();
  const pace = createPace(home);
  pace.set(PACE_MS);
  const run = spawnZeroscout(args, { home, env: { ...pace.env, ZEROSCOUT_LOG_LEVEL: 'debug' } });
  let over = false;
  void run.ended.then(() => {
    over = true;
  });
  const logged = (message: string) =>
    home.workerLog().flatMap(({ msg, candidate }) => (msg === message ? [candidate!] : []));
  // Scores are stored in batches, and many at once after an outage; what scorers begin grows steadily.
  const begun = () => logged('scorer sent');
  const kills: { what: Victim; at: number }[] = [];
  const restarts: Promise<void>[] = [];
  for (const { what, at } of plan({ random, samples })) {
    await until(() => over || begun().length >= at, {
      what: `${at} candidates`,
      timeoutMs: 120_000,
      everyMs: 20,
    });
    if (over) throw new Error(`the search ended before ${what} could be killed:\n${run.stderr()}`);
    // Kills happen between two candidates, not only just after one.
    await new Promise((resolve) => setTimeout(resolve, random() * 100));
    kills.push({ what, at: begun().length });
    const back = await kill({ home, what, random }).catch((error: Error) => {
      const log = home
        .workerLog()
        .slice(-LAST_LINES)
        .map((line) => JSON.stringify(line));
      const told = [`over: ${over}`, JSON.stringify(kills), run.stderr(), ...log].join('\n');
      throw new Error(`${error.message}\n${told}`);
    });
    // The search is not stopped: while a server is down, it and the kills continue.
    if (back) restarts.push(back());
  }
  await Promise.all(restarts);
  const { code, stderr } = await run.ended;
  if (code !== 0) throw new Error(`exit code ${code}:\n${stderr}`);
  const sent = begun();
  const computed = new Set([...sent, ...logged('scored candidate')]);
  if (computed.size < samples) {
    const unseen = rankedIn(home).filter((candidate) => !computed.has(candidate));
    console.log(logAbout({ home, candidates: unseen }));
  }
  return {
    kills,
    computed: computed.size,
    computedAgain: sent.length - new Set(sent).size,
    seconds: (Date.now() - started) / 1000,
  };
}

/** The candidates of the ranking whose texts need no quotes in CSV. */
function rankedIn(home: TestHome): readonly string[] {
  const [head, ...rows] = home.read('out/ranking.csv').trimEnd().split('\n');
  const column = head!.split(',').indexOf('candidate');
  return rows.flatMap((row) => (row.includes('"') ? [] : [row.split(',')[column]!]));
}

/** What the log says of candidates that were ranked, although no line says that a scorer had them. */
function logAbout({ home, candidates }: { home: TestHome; candidates: readonly string[] }): string {
  const lines = readFileSync(join(home.home.logs, 'workers.log'), 'utf8').split('\n');
  const about = lines.flatMap((line, i) =>
    candidates.some((candidate) => line.includes(candidate)) ? [`${i + 1}: ${line}`] : [],
  );
  return `no scorer was seen to begin ${candidates.join(' ')}\n${about.join('\n')}`;
}

/** Every victim once, in random order, at random counts; the last kill comes while the search still runs. */
function plan({ random, samples }: { random: () => number; samples: number }) {
  const order = VICTIMS.map((what) => ({ what, key: random() })).sort((a, b) => a.key - b.key);
  const counts = order.map(() => 1 + Math.floor(random() * samples * 0.8)).sort((a, b) => a - b);
  return order.map(({ what }, i) => ({ what, at: counts[i]! }));
}

/** Returns how a killed server is restarted; the product itself restarts workers and scorers. */
async function kill({ home, what, random }: { home: TestHome; what: Victim; random: () => number }) {
  if (what === 'nats-server' || what === 'temporal') {
    await home.killService(what === 'temporal' ? 'temporal' : 'nats');
    const awayMs = random() * 2_000;
    return async () => {
      await new Promise((resolve) => setTimeout(resolve, awayMs));
      // One server may be killed while a start that restores the other waits for it.
      await home.startServices().catch(() => home.startServices());
    };
  }
  const role = ({ scorer: 'scorer', 'score worker': 'score', 'control worker': 'control' } as const)[what];
  // A worker that was killed just before may still be restarting.
  await until(() => home.pids(role).length > 0, { what: `a ${what} to kill`, timeoutMs: 60_000 });
  const pids = home.pids(role);
  await killNow(pids[Math.floor(random() * pids.length)]!);
}
