// A stand-in for the pool of scorer processes: it answers with made-up proxies after a made-up time, in the
// process of the worker.

import type { ScoredCandidate, ScoreRequest } from '../../engine/protocol.js';
import type { createScorerPool } from '../../engine/scorer-pool.js';
import { syntheticScore } from './synthetic-score.js';

interface Job {
  readonly request: ScoreRequest;
  readonly turn: number;
  readonly resolve: (score: ScoredCandidate) => void;
  readonly reject: (error: Error) => void;
}

/**
 * `milliseconds` is the time of one candidate. As a GPU does, the pool takes candidates in groups; the time of a
 * group is the sum of theirs.
 */
export function syntheticPool(milliseconds: number): typeof createScorerPool {
  return ({ size, together = 1 }) => {
    const most = size * together;
    const waiting: Job[] = [];
    let group: readonly Job[] = [];
    let timer: NodeJS.Timeout | undefined;
    const begin = () => {
      if (timer !== undefined || waiting.length === 0) return;
      group = waiting.splice(0, most);
      timer = setTimeout(answer, (milliseconds * group.length) / size);
    };
    const answer = () => {
      timer = undefined;
      for (const { request, resolve } of group) resolve({ result: syntheticScore(request) });
      group = [];
      // The answers make the worker send the next candidates, which belong in one group.
      setImmediate(begin);
    };
    const scoreInDetail = (request: ScoreRequest, turn: number) =>
      new Promise<ScoredCandidate>((resolve, reject) => {
        const before = waiting.findLastIndex((job) => job.turn <= turn);
        waiting.splice(before + 1, 0, { request, turn, resolve, reject });
        setImmediate(begin);
      });
    return {
      size: most,
      score: async (request, turn = 0) => (await scoreInDetail(request, turn)).result,
      scoreInDetail: (request) => scoreInDetail(request, 0),
      pids: () => [],
      countDeaths: () => 0,
      close: async () => {
        clearTimeout(timer);
        for (const { reject } of [...group, ...waiting.splice(0)]) reject(new Error('the pool is closed'));
      },
    };
  };
}
