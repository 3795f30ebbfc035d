// Implements the command `npm run bench:evolution`: measures the cost of ranking a growing history, compared
// with the plain definition.
import { Command } from 'commander';
import { createHistory } from '../../core/evolution/history.js';
import { selectHighest } from '../../core/evolution/select-highest.js';
import { randomStream } from '../../core/random/random-stream.js';
import { aggregate } from '../../core/ranking/aggregate.js';
import { AZ_NAS_PROXIES } from '../../core/specification/families.js';
import { describeMachine } from '../measure/machine.js';
import { wholeNumber } from '../whole-number.js';

type Proxies = Readonly<Record<string, number>>;

/** Sizes of the history at which the plain definition is timed. */
const PLAIN_AT = [1_000, 2_000, 4_000, 8_000, 16_000];
const PLAIN_STEPS = 3;

new Command('bench:evolution')
  .description(
    'steps of an evolution, one candidate each, without scoring: insert, rank, draw a parent; in CPU time of one core',
  )
  .option('--steps <N>', 'candidates', wholeNumber({ min: 1_000, max: 10_000_000 }), 100_000)
  .option('--population <N>', 'as in a specification', wholeNumber({ min: 2, max: 1_000_000 }), 1024)
  .action(main)
  .parse();

function main({ steps, population }: { readonly steps: number; readonly population: number }): void {
  const { processor, node } = describeMachine();
  console.log(`${processor}, Node ${node}; CPU seconds of one process`);
  const entries: Proxies[] = [];
  const columns = AZ_NAS_PROXIES.map((proxy) => ({ proxy, weight: 1 }));
  const history = createHistory({ columns, draws: 1, kind: 'log-rank', best: population - 1 });
  const { below } = randomStream({ seed: 1, draw: 0, name: 'bench:evolution' });
  const seconds = stopwatch();
  for (let step = 1; step <= steps; step++) {
    const best = history.best();
    const parent = best.length ? entries[best[below(best.length)]!]! : undefined;
    const child = childOf(parent, below);
    entries.push(child);
    history.insert([child]);
    if (step % Math.floor(steps / 5) === 0)
      console.log(
        `${step} steps: ${seconds().toFixed(1)} s, ${((seconds() / step) * 1e6).toFixed(0)} µs a step`,
      );
  }
  // The plain definition ranks everything at each step, c n log n. The sum over n = 1 .. N is about c N² (log
  // N - 1/2) / 2.
  const rates = PLAIN_AT.filter((n) => n <= steps).map((n) => {
    const one = stopwatch();
    for (let i = 0; i < PLAIN_STEPS; i++) plainStep(entries.slice(0, n), population);
    return one() / PLAIN_STEPS / (n * Math.log(n));
  });
  const rate = rates.sort((a, b) => a - b)[rates.length >> 1]!;
  const plain = (rate * steps ** 2 * (Math.log(steps) - 0.5)) / 2;
  console.log(
    `plain definition, ranking all at every step, timed at up to ${PLAIN_AT.at(-1)} and extrapolated: ${plain.toFixed(0)} s`,
  );
}

/**
 * A value near the parent's, drawn slightly towards the middle so that values neither grow without limit nor
 * stagnate.
 */
function childOf(parent: Proxies | undefined, below: (n: number) => number): Proxies {
  return Object.fromEntries(
    AZ_NAS_PROXIES.map((proxy) => {
      const noise = (below(1e6) + below(1e6) + below(1e6)) / 1e6 - 1.5;
      return [proxy, 0.98 * (parent?.[proxy] ?? 0) + 0.3 * noise];
    }),
  );
}

function plainStep(entries: readonly Proxies[], population: number): void {
  const columns = AZ_NAS_PROXIES.map((proxy) => ({
    proxy,
    weight: 1,
    draws: [Float64Array.from(entries, (entry) => entry[proxy]!)],
  }));
  selectHighest({ scores: aggregate({ columns, kind: 'log-rank' }), count: population - 1 });
}

/** The CPU seconds of this process since this call. */
function stopwatch(): () => number {
  const start = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1e6;
  };
}
