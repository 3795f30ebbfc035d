// The scenario of one large search on the whole fleet, in which workers are preempted and die.

import { beginSearch } from './searches.js';
import { readSearchHistory } from './shards.js';
import type { Stage } from './stage.js';

/** Runs one search of this many candidates; `shardSize` is chosen so that each worker gets several shards. */
export async function runOneSearch(stage: Stage, { candidates }: { readonly candidates: number }) {
  const usage = stage.watch();
  const stopLosses = stage.fleet.lose();
  const shardSize = Math.min(4096, Math.max(32, Math.ceil(candidates / 2_500)));
  const began = performance.now();
  try {
    const order = { id: 'one', candidates, shardSize, window: 2_000, seed: 1 };
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
