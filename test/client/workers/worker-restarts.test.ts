// Tests what is known of restarts: of workers, from Temporal's list of them, and of scorers, from heartbeats.
import type { Client } from '@temporalio/client';
import { defaultDataConverter, defaultPayloadConverter } from '@temporalio/common';
import { msToTs } from '@temporalio/common/lib/time.js';
import { MockActivityEnvironment } from '@temporalio/testing';
import { expect, test } from 'vitest';
import { createShardCounts } from '../../../activities/shard-counts.js';
import { readWorkerStarts } from '../../../client/workers/worker-starts.js';
import { listWorkerTasks } from '../../../client/workers/worker-tasks.js';

type Listed = Readonly<Record<string, unknown>>;

const run = (workerIdentity: string, workerGroupingKey: string, seconds: number): Listed => ({
  taskQueue: 'q',
  workerIdentity,
  workerGroupingKey,
  startTime: { seconds },
});

/** A Temporal that lists these workers, a page after the other. */
function clientOf(listWorkers: (token: Uint8Array) => Promise<unknown>): Client {
  const workflowService = {
    listWorkers: ({ nextPageToken }: { nextPageToken: Uint8Array }) => listWorkers(nextPageToken),
  };
  return { options: { namespace: 'n' }, connection: { workflowService } } as unknown as Client;
}

test('a worker that came back under its name has restarts; the SDK workers of a process are one', async () => {
  const pages = [
    [run('gpu-1', 'a', 100), run('gpu-1', 'b', 300), run('gpu-2', 'c', 200)],
    [run('gpu-1', 'b', 305), run('gpu-1', 'd', 250), { ...run('gpu-1', 'e', 900), taskQueue: 'another' }],
  ];
  const startsOf = await readWorkerStarts(
    clientOf(async ([page = 0]) => ({
      workers: pages[page],
      nextPageToken: page === 0 ? new Uint8Array([1]) : new Uint8Array(),
    })),
  );
  expect(startsOf({ queue: 'q', identity: 'gpu-1' })).toEqual({ started: 300_000, restarts: 2 });
  expect(startsOf({ queue: 'q', identity: 'gpu-2' })).toEqual({ started: 200_000, restarts: 0 });
  expect(startsOf({ queue: 'q', identity: 'gpu-3' })).toBeUndefined();
});

test('a Temporal that lists no workers knows of no start', async () => {
  const startsOf = await readWorkerStarts(clientOf(() => Promise.reject(new Error('12 UNIMPLEMENTED'))));
  expect(startsOf({ queue: 'q', identity: 'gpu-1' })).toBeUndefined();
});

/** The details of the heartbeat with which a shard reports. */
async function heartbeatOf(scorerDeaths: number): Promise<Listed> {
  const environment = new MockActivityEnvironment();
  const sent: Listed[] = [];
  environment.on('heartbeat', (details: Listed) => sent.push(details));
  const progress = { publish: () => {} } as unknown as Parameters<typeof createShardCounts>[0]['progress'];
  const shard = { input: { search: 's', shard: 0 }, size: 4, progress, countDeaths: () => scorerDeaths };
  const fails = () => Promise.reject(new Error('the shard ends'));
  await environment.run(() => createShardCounts(shard).publishWhile(fails)).catch(() => {});
  return sent.at(-1)!;
}

test('heartbeats of shards tell how many scorers died; those of earlier releases do not', async () => {
  const earlier = { cursor: 1, scored: 1, reused: 0, failed: 0 };
  const activities = [earlier, await heartbeatOf(3)].map((details, i) => ({
    activityType: { name: 'scoreShard' },
    state: 2,
    lastWorkerIdentity: `w${i}`,
    lastStartedTime: msToTs(1_000),
    heartbeatDetails: { payloads: [defaultPayloadConverter.toPayload(details)] },
  }));
  const client = {
    options: { loadedDataConverter: { ...defaultDataConverter, payloadCodecs: [] } },
    workflow: {
      list: async function* () {
        yield { workflowId: 'search-s' };
      },
      getHandle: () => ({ describe: async () => ({ raw: { pendingActivities: activities } }) }),
    },
  } as unknown as Client;
  const tasks = await listWorkerTasks(client);
  expect(tasks.map(({ identity, scorerRestarts }) => [identity, scorerRestarts])).toEqual([
    ['w0', undefined],
    ['w1', 3],
  ]);
});
