// The scorer process: score requests come over IPC, one at a time, results go back. Ends when its parent is gone.
import { CandidateError } from '../core/spec/candidate-error.js';
import { SpecError } from '../core/spec/errors.js';
import type { FromScorer, ToScorer } from './protocol.js';
import { createScorer } from './scorer.js';

const scorer = await createScorer({ threads: Number(process.env.ZEROSCOUT_SCORER_THREADS ?? 1) });

function send(message: FromScorer): void {
  process.send?.(message, () => {});
}

async function answer({ id, request }: ToScorer): Promise<void> {
  try {
    const result = await scorer.score(request);
    for (const proxies of result)
      for (const [name, value] of Object.entries(proxies))
        if (Number.isNaN(value))
          throw new CandidateError({
            reason: 'not-a-number',
            detail: `${name} of ${request.candidate} is NaN`,
          });
    send({ type: 'scored', id, result, residentBytes: process.memoryUsage.rss() });
  } catch (error) {
    const reason =
      error instanceof CandidateError ? error.reason : error instanceof SpecError ? 'invalid' : 'error';
    send({ type: 'failed', id, reason, detail: error instanceof Error ? error.message : String(error) });
  }
}

process.on('message', (message: ToScorer) => void answer(message));
// The worker is gone: nobody would read another result.
process.on('disconnect', () => process.exit(0));
// A terminal's Ctrl-C reaches the whole group; the worker decides when its scorers end.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
send({ type: 'ready' });
