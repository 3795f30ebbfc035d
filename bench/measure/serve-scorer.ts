// Answers score requests of a pool as a scorer process does, with a scorer that a benchmark provides.
import type { FromScorer, Outcome, ScoreRequest, ToScorer } from '../../engine/protocol.js';

export type ScoreAll = (requests: readonly ScoreRequest[]) => Promise<Outcome[]> | Outcome[];

export function serveScorer(scoreAll: ScoreAll): void {
  const send = (message: FromScorer) => process.send?.(message, () => {});
  process.on('message', async ({ id, requests }: ToScorer) =>
    send({
      type: 'scored',
      id,
      outcomes: await scoreAll(requests),
      residentBytes: process.memoryUsage.rss(),
    }),
  );
  process.on('disconnect', () => process.exit(0));
  // The worker decides when its scorers end.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => {});
  send({ type: 'ready' });
}
