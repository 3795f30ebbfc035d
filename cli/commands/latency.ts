// In: `zeroscout latency measure ID`. Out: latencies of the best of a finished search, measured by a control worker, with machine and spread.
import { type Client, WorkflowExecutionAlreadyStartedError, type WorkflowHandle } from '@temporalio/client';
import type { Command } from 'commander';
import { followMeasuring } from '../../client/latency/follow-measuring.js';
import { busyWarning, latencyCells, latencyJson, machineText } from '../../client/results/latencies.js';
import { readResults } from '../../client/results/results.js';
import { finishedSearch } from '../../client/searches/find-search.js';
import { startControlWorker } from '../../client/workers/local-workers.js';
import type { LatencyInput, LatencyResult } from '../../core/contract/latency.js';
import { CONTROL_QUEUE, LATENCY_WORKFLOW, latencyWorkflowIdOf } from '../../core/contract/search-queues.js';
import { Interrupted, wholeNumber } from '../arguments.js';
import { plainTable } from '../render/table.js';
import { note, paint, print, printJson } from '../render/terminal.js';
import { type Session, withSession } from '../session.js';

const TOP = 20;

interface Options {
  readonly top: number;
  readonly again?: true;
  readonly json?: true;
}

export function addLatencyCommand(program: Command): void {
  program
    .command('latency')
    .description('how long networks take')
    .command('measure')
    .description('latency of the best candidates of a finished search, on the machine of a control worker')
    .argument('<ID>')
    .option('--top <N>', 'the first N', wholeNumber({ min: 1, max: 100_000 }), TOP)
    .option('--again', 'measure those too that have been measured; the last measurement counts from now on')
    .option('--json', 'for programs')
    .action((id: string, options: Options) =>
      withSession({ start: 'if-needed' }, (session) => measure(session, id, options)),
    );
}

async function measure(session: Session, given: string, { top, again, json }: Options): Promise<void> {
  const { client, store, connections, home } = session;
  const { memo, result } = await finishedSearch({ client, id: given });
  const { id } = result;
  const input: LatencyInput = {
    ...{ specification: memo.specification, ranking: result.ranking, top },
    which: again ? 'all' : 'missing',
  };
  const handle = await startOrJoin({ client, id, input });
  const stop = new AbortController();
  const interrupt = () => stop.abort();
  process.once('SIGINT', interrupt);
  const workers = connections.embedded ? startControlWorker({ home, onNote: note }) : undefined;
  try {
    const isLocal = connections.temporal.source === 'embedded';
    const ended = await followMeasuring({ client, handle, stop: stop.signal, isLocal, onStep: note });
    if (ended === 'stopped')
      throw new Interrupted(`what is measured stays; go on with: zeroscout latency measure ${id}`);
    const measured: LatencyResult = ended;
    const results = await readResults({ store, result, measured: measured.latencies });
    const rows = await results.first(top);
    const latencies = await results.latencies(rows);
    if (json) {
      const candidates = rows.map(({ rank, candidate }) => ({
        ...{ rank, candidate },
        ...latencyJson(latencies.get(candidate)),
      }));
      const { measured: now, failed, resolution } = measured;
      const machines = Object.values(measured.latencies);
      return printJson({ id, measured: now, failed, resolution, machines, candidates });
    }
    const table = plainTable(['rank', 'candidate', 'ms', 'quartiles']);
    for (const { rank, candidate } of rows)
      table.push([String(rank), candidate, ...latencyCells(latencies.get(candidate))]);
    print(`${table.toString()}\n`);
    const { failed, resolution } = measured;
    const rest = failed > 0 ? `, ${failed} could not be run` : '';
    print(
      `${measured.measured} of ${measured.candidates} measured now${rest}; images of ${resolution} x ${resolution}`,
    );
    for (const machine of Object.values(measured.latencies)) print(machineText(machine));
    const warning = busyWarning({ latencies, id });
    if (warning) print(paint.yellow(warning));
  } finally {
    process.off('SIGINT', interrupt);
    await workers?.stop();
  }
}

/** Two measurements at once would disturb each other: who asks while one runs waits for it. */
async function startOrJoin({
  client,
  id,
  input,
}: {
  client: Client;
  id: string;
  input: LatencyInput;
}): Promise<WorkflowHandle> {
  const workflowId = latencyWorkflowIdOf(id);
  try {
    return await client.workflow.start(LATENCY_WORKFLOW, {
      ...{ workflowId, taskQueue: CONTROL_QUEUE, args: [input] },
      staticSummary: `latencies of search ${id}`,
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    note(`latencies of ${id} are being measured; attached to it`);
    return client.workflow.getHandle(workflowId);
  }
}
