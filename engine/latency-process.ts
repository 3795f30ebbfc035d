// Runs as the process that measures latencies. It uses the protocol of a scorer, with the latency in
// milliseconds as the answer.

import { allowModules } from '../core/spaces/module/definition.js';
import { measureLatency } from './latency.js';
import { endWithParent } from './lifeline.js';
import { loadModule } from './load-module.js';
import { outcomeOfError } from './outcome.js';
import type { FromScorer, Outcome, ScoreRequest, ToScorer } from './protocol.js';

// The person who started the worker allowed modules; see scorer-process.ts.
if (process.env.ZEROSCOUT_ALLOW_MODULES === '1') allowModules(loadModule);

const send = (message: FromScorer) => process.send?.(message);
const outcomeOf = (request: ScoreRequest): Promise<Outcome> =>
  measureLatency(request).then((measured) => ({ result: [{ ...measured }] }), outcomeOfError);

endWithParent();
// Ctrl-C in a terminal reaches the whole process group, but the worker decides when this process ends.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
process.on('message', async ({ id, requests }: ToScorer) => {
  const outcomes: Outcome[] = [];
  for (const request of requests) outcomes.push(await outcomeOf(request));
  send({ type: 'scored', id, outcomes, residentBytes: process.memoryUsage.rss() });
});
send({ type: 'ready' });
