// Tests which other workers a worker finds: those that poll its queue, and those that work on steps, but not itself nor
// those of other queues.
import { spawnSync } from 'node:child_process';
import { hostname } from 'node:os';
import type { NativeConnection } from '@temporalio/worker';
import { expect, test } from 'vitest';
import { scoreQueue } from '../../core/contract/search-queues.js';
import { formatIdentity } from '../../core/contract/worker-identity.js';
import { createFleet, hasEnded } from '../../workers/fleet.js';

const cpu = (place: string, engine = '1') =>
  formatIdentity({ role: 'score', device: 'cpu', concurrency: 1, place, engine });
const [SCHEDULED, STARTED] = [1, 2];

interface Pending {
  readonly state: number;
  readonly activityId: string;
  readonly lastWorkerIdentity: string;
}

function fleetOf(polling: readonly string[], pendingActivities: readonly Pending[]) {
  const connection = {
    workflowService: {
      describeTaskQueue: async () => ({ pollers: polling.map((identity) => ({ identity })) }),
      describeWorkflowExecution: async () => ({ pendingActivities }),
    },
  } as unknown as NativeConnection;
  return createFleet({ connection, namespace: 'default', queue: scoreQueue('cpu') });
}

const STEP = { activityId: '7', workflowExecution: { workflowId: 'search-a', runId: 'r' } } as never;
const step = (activityId: string, lastWorkerIdentity: string, state = STARTED): Pending => ({
  state,
  activityId,
  lastWorkerIdentity,
});

test('peers poll or work on another step of this queue', async () => {
  const { peers } = fleetOf(
    [cpu('a@far'), 'somebody else', formatIdentity({ role: 'control', place: 'c@far', engine: '1' })],
    [
      step('1', cpu('busy@far')),
      // Its own step, a step that nobody has taken again, and one of another queue.
      step('7', cpu('me@far')),
      step('2', cpu('gone@far'), SCHEDULED),
      step(
        '3',
        formatIdentity({ role: 'score', device: 'cuda', concurrency: 1, place: 'gpu@far', engine: '1' }),
      ),
      step('4', cpu('a@far')),
    ],
  );
  expect(await peers(STEP)).toBe(2);
});

test('a process of this machine that has ended is no peer, one of another machine may live', async () => {
  const { pid } = spawnSync(process.execPath, ['--version']);
  const [ended, alive, far] = [`${pid}@${hostname()}`, `${process.pid}@${hostname()}`, `${pid}@far`];
  expect([ended, alive, far].map((place) => hasEnded({ place }))).toEqual([true, false, false]);
  // A process of another user cannot be signalled, and lives.
  if (process.getuid?.() !== 0) expect(hasEnded({ place: `1@${hostname()}` })).toBe(false);
  expect(await fleetOf([cpu(ended), cpu(alive), cpu(far)], []).peers(STEP)).toBe(2);
});
