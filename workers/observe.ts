// Serves the metrics and the health of a running worker over HTTP.
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import type { NativeConnection } from '@temporalio/worker';
import { CONTROL_QUEUE, scoreQueue } from '../core/contract/search-queues.js';
import { DEVICES, type Device } from '../core/specification/devices.js';
import type { Store } from '../store/store.js';
import type { Backlog, Metrics } from './metrics.js';
import { type Monitor, startMonitor } from './monitor.js';

const ANSWER_MS = 2_000;
/** temporal.api.enums.v1.TaskQueueType */
const QUEUE_TYPE = { control: 1, score: 2 } as const;

export interface MonitorOptions {
  readonly host: string;
  readonly port: number;
  readonly metrics: Metrics;
}

/** The worker that is observed. */
interface Observed {
  readonly temporal: {
    readonly connection: NativeConnection;
    readonly namespace: string;
    /** The address at which Temporal's SDK serves its own metrics. */
    readonly metricsAddress: string;
  };
  readonly role: 'control' | 'score';
  readonly device: Device;
  readonly store: Store;
  readonly isRunning: () => boolean;
}

export async function observe(
  { host, port, metrics }: MonitorOptions,
  { temporal: { connection, namespace, metricsAddress }, role, device, store, isRunning }: Observed,
): Promise<Monitor> {
  const soon = <T>(ask: () => Promise<T>) => connection.withDeadline(Date.now() + ANSWER_MS, ask);
  const backlogOf = async ({ name, ...queue }: Queue): Promise<Backlog> => {
    const { stats } = await connection.workflowService.describeTaskQueue({
      namespace,
      taskQueue: { name },
      taskQueueType: QUEUE_TYPE[queue.queue],
      reportStats: true,
    });
    const { seconds, nanos } = stats?.approximateBacklogAge ?? {};
    return {
      ...queue,
      tasks: Number(stats?.approximateBacklogCount ?? 0),
      seconds: Number(seconds ?? 0) + (nanos ?? 0) / 1e9,
    };
  };
  metrics.watchQueues(() => soon(() => Promise.all(queuesOf({ role, device }).map(backlogOf))));
  const answers = () =>
    soon(() => connection.workflowService.getSystemInfo({})).then(
      () => true,
      () => false,
    );
  const readiness = async () => {
    const [temporal, stored] = await Promise.all([answers(), store.answers(ANSWER_MS)]);
    return { worker: isRunning(), temporal, store: stored };
  };
  return startMonitor({ host, port, metrics, temporal: metricsAddress, readiness });
}

type Queue = Pick<Backlog, 'queue' | 'device'> & { readonly name: string };

/**
 * A control worker reports every queue, because a queue without workers has no other process to report it.
 */
function queuesOf({
  role,
  device,
}: {
  readonly role: 'control' | 'score';
  readonly device: Device;
}): readonly Queue[] {
  const score = (of: Device): Queue => ({ queue: 'score', device: of, name: scoreQueue(of) });
  return role === 'score'
    ? [score(device)]
    : [{ queue: 'control', name: CONTROL_QUEUE }, ...DEVICES.map(score)];
}

/** Finds a free port on the loopback interface. */
export async function freeAddress(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return `127.0.0.1:${port}`;
}
