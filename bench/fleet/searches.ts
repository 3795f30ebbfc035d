// Starts searches of synthetic candidates and waits for their ends.
import { startSearch } from '../../client/searches/start-search.js';
import type { SearchResult } from '../../core/contract/search.js';
import { workflowIdOf } from '../../core/contract/search-queues.js';
import { parseSpecification, type Specification } from '../../core/specification/specification.js';
import { specificationDigest } from '../../core/specification/specification-digest.js';
import { LARGE_SPACE } from '../scale/large-space.js';
import type { FleetDevice } from './messages.js';
import type { Stage } from './stage.js';

export interface SearchOrder {
  readonly id: string;
  readonly candidates: number;
  readonly shardSize: number;
  /** The most shards in progress. */
  readonly window: number;
  readonly priority?: number;
  /** Searches of different seeds share no score. */
  readonly seed: number;
}

export function readOrder(
  order: SearchOrder,
  device: FleetDevice = 'cpu',
): { specification: Specification; digest: string } {
  const { id, candidates, seed, priority, ...execution } = order;
  const written = {
    name: id,
    space: LARGE_SPACE,
    strategy: { kind: 'random', samples: candidates },
    fidelity: { draws: 1, batch: 1, resolution: 32 },
    aggregation: 'log-rank',
    cohort: 'written',
    seed,
    execution: { shardSize: execution.shardSize, window: execution.window, priority },
  };
  const parsed = parseSpecification({ text: JSON.stringify(written), source: 'bench' });
  // No device of the schema scores many candidates of this space at once.
  const specification = { ...parsed, execution: { ...parsed.execution, device } };
  return { specification, digest: specificationDigest(specification, { inputs: {} }) };
}

/** Starts the search; `done` resolves once every candidate has been scored and ranked. */
export async function beginSearch({ client, store, device }: Stage, order: SearchOrder) {
  const read = readOrder(order, device);
  const { handle } = await startSearch({ client, store, id: order.id, read, whereFinished: 'again' });
  const done = async (): Promise<void> => {
    const result = (await handle.result()) as SearchResult;
    const summary = JSON.parse(new TextDecoder().decode(await store.blobs.get(result.summary)));
    if (summary.scored !== order.candidates)
      throw new Error(`${order.id} scored ${summary.scored} of ${order.candidates} candidates`);
  };
  return { workflowId: workflowIdOf(order.id), done: done() };
}
