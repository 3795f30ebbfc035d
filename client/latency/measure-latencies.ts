// Measures the latencies of the best candidates of a finished search, on the machine of a control worker.
import type { LatencyInput, LatencyResult } from '../../core/contract/latency.js';
import type { RankingRow } from '../../core/report/ranking-csv.js';
import type { Session } from '../connections/session.js';
import type { Latencies } from '../results/latencies.js';
import { readResults } from '../results/results.js';
import { findFinishedSearch } from '../searches/find-search.js';
import { checkSettings } from '../specification/check-settings.js';
import { createEnvironment } from '../specification/module-permission.js';
import { startControlWorker } from '../workers/local-workers.js';
import { measureInTurn } from './measure-in-turn.js';

export interface MeasureRequest {
  readonly id: string;
  /** The number of candidates from the top of the ranking. */
  readonly top: number;
  /** Whether candidates that have a latency are measured again; the last measurement counts. */
  readonly which: 'all' | 'missing';
  /** Called with one line after every change of state. */
  readonly onStep: (text: string) => void;
  /** Ends a measurement that this request has started, and else only the wait for it; what was measured is kept. */
  readonly stop: AbortSignal;
}

export interface MeasuredLatencies {
  readonly id: string;
  /** How many candidates were measured, how many could not be run, and on which machines. */
  readonly measuring: LatencyResult;
  readonly rows: readonly RankingRow[];
  readonly latencies: Latencies;
}

export async function measureLatencies(
  session: Session,
  { id: given, top, which, onStep, stop }: MeasureRequest,
): Promise<MeasuredLatencies | 'stopped'> {
  const { client, store, connections, home, modules, onNote } = session;
  if (connections.embedded) checkSettings(createEnvironment(modules));
  const { memo, result } = await findFinishedSearch({ client, id: given });
  const { id } = result;
  const input: LatencyInput = { specification: memo.specification, ranking: result.ranking, top, which };
  const workers = connections.embedded ? startControlWorker({ home, modules, onNote }) : undefined;
  try {
    const isLocal = connections.temporal.source === 'embedded';
    const measuring = await measureInTurn({ client, id, input, stop, isLocal, onStep });
    if (measuring === 'stopped') return 'stopped';
    const results = await readResults({ store, result, measured: measuring.latencies });
    const rows = await results.first(top);
    return { id, measuring, rows, latencies: await results.latencies(rows) };
  } finally {
    await workers?.stop();
  }
}
