// The scenario of one large search on the whole fleet, in which workers are preempted and die.

import { beginSearch } from './searches.js';
import { readSearchHistory } from './shards.js';
import type { Stage } from './stage.js';

interface OneSearch {
  readonly candidates: number;
  readonly shardSize?: number | undefined;
}

/** Runs one search of this many candidates. */
export async function runOneSearch(stage: Stage, { candidates, ...given }: OneSearch) {
  const usage = stage.watch();
  const stopLosses = stage.fleet.lose();
  const { workers } = stage;
  // Each worker gets about five shards, of which it holds two at a time. With fewer shards in progress than two
  // for each worker, some workers would hold two and others none.
  const shardSize = given.shardSize ?? Math.min(4096, Math.max(32, Math.ceil(candidates / workers / 5)));
  const began = performance.now();
  try {
    const order = { id: 'one', candidates, shardSize, window: Math.ceil(2.2 * workers), seed: 1 };
    const { workflowId, done } = await beginSearch(stage, order);
    await done;
    const seconds = (performance.now() - began) / 1000;
    stopLosses();
    const { shards, ...history } = await readSearchHistory(stage.client, workflowId);
    return {
      candidates,
      shardSize,
      seconds,
      steps: history.steps,
      shards: shards.length,
      shardsTriedAgain: shards.filter(({ attempts }) => attempts > 1).length,
      histories: {
        runs: history.runs,
        largestEvents: history.largestEvents,
        largestBytes: history.largestBytes,
      },
      lost: { ...stage.fleet.counts },
      usage: await usage.end(),
      disk: await stage.disk(),
    };
  } finally {
    stopLosses();
  }
}
