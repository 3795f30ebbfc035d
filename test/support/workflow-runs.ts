// Runs the built workflows against Temporal's server, with activities that each test defines, and records the inputs
// of these activities.
import { fileURLToPath } from 'node:url';
import { Client, Connection, QueryNotRegisteredError, type WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { afterAll, beforeAll } from 'vitest';
import type { SearchProgress, SearchResult } from '../../core/contract/search.js';
import type { SearchActivities } from '../../core/contract/search-activities.js';
import {
  CONTROL_QUEUE,
  SEARCH_WORKFLOW,
  scoreQueue,
  workflowIdOf,
} from '../../core/contract/search-queues.js';
import { checkSpecification, type Specification } from '../../core/specification/specification.js';
import { stagesOf } from '../../core/specification/stages.js';
import { type TestHome, testHome, until } from './home.js';
import { startTemporal, type TemporalServer } from './temporal.js';

const BUNDLE = fileURLToPath(new URL('../../dist/workflow-bundle.js', import.meta.url));

/** A candidate list of so many candidates. */
export const listOf = (count: number, digit = 'a') => ({ digest: digit.repeat(64), count });
export const NONE = listOf(0, '0');
export const PLAN = listOf(8);

export function specificationOf(changes: object = {}): Specification {
  const { execution = {}, ...rest } = changes as { execution?: object };
  const value = {
    name: 'test',
    space: 'nas-bench-201',
    aggregation: 'log-rank',
    execution: { shardSize: 2, window: 2, ...execution },
    ...rest,
  };
  return checkSpecification({ value, source: 'test' });
}

/** A screening of two rounds, of which the first keeps half. */
export const SCREENING = {
  strategy: {
    kind: 'screening',
    source: { kind: 'random', samples: PLAN.count },
    rounds: [
      { fidelity: { draws: 1, batch: 4, resolution: 8 }, keep: 0.5 },
      { fidelity: { draws: 2, batch: 4, resolution: 8 } },
    ],
  },
};

/** A failure of an activity, by whose type workflows decide. */
export const failureOf = (type: string, ...details: unknown[]) =>
  ApplicationFailure.create({ type, message: `a ${type}`, details });

export type Scene = Partial<SearchActivities>;
type Name = keyof SearchActivities;

/** One search, or one part of one, with the calls of its activities. */
export interface Play {
  readonly id: string;
  readonly handle: WorkflowHandle;
  /** The inputs of an activity, in the order of the calls. */
  inputs<N extends Name>(name: N): Parameters<SearchActivities[N]>[0][];
  progress(): Promise<SearchProgress>;
}

let home: TestHome;
let temporal: TemporalServer;
let connection: Connection;
let native: NativeConnection;
let running: Promise<unknown>;
let workers: readonly Worker[] = [];
let scene: Scene = {};
let calls: { readonly name: Name; readonly input: unknown }[] = [];
let audited = new Set<string>();
let count = 0;

/** Each stage is audited as without any score at first, and as complete after that. */
const USUAL: SearchActivities = {
  checkSearch: async () => {},
  checkPart: async () => {},
  addressScores: async ({ specification, engine = '1' }) => ({
    engine,
    scopes: stagesOf(specification).map((_, stage) => `${engine}-${stage}`),
  }),
  planCandidates: async () => PLAN,
  breedGeneration: async () => Promise.reject(failureOf('TerminalError')),
  auditScores: async ({ plan, part, address }) => {
    const key = JSON.stringify([plan.digest, part?.number, address?.scope]);
    if (audited.has(key)) return { todo: NONE, missing: 0, failed: 0 };
    audited.add(key);
    const own = plan.count / (part?.of ?? 1);
    return { todo: { ...plan, count: own }, missing: own, failed: 0 };
  },
  scoreShard: async ({ from, to }) => ({ scored: to - from, reused: 0, failed: 0 }),
  sampleScores: async ({ list: { count: scores } }) => ({
    list: NONE,
    ranges: [],
    scores,
    discarded: 0,
    barred: [],
    polling: ['one', 'two', 'three'],
  }),
  verifyScores: async () => ({ by: 'two', outcome: 'computed', agreed: 1, failed: 0, disagreements: [] }),
  pollingWorkers: async () => ['one', 'two', 'three'],
  setAsideWorkers: async () => ({ discarded: 0 }),
  rankCandidates: async () => ({ ranking: 'ranking', failures: 'failures' }),
  measureLatencies: async () => Promise.reject(failureOf('TerminalError')),
  keepBest: async () => listOf(4, 'b'),
  reportSearch: async () => ({ summary: 'summary', scopes: [] }),
  compareRuns: async () => ({ changes: 'changes' }),
  notify: async () => {},
};

function recorded<N extends Name>(name: N): SearchActivities[N] {
  return ((input: never) => {
    calls.push({ name, input });
    const act = scene[name] ?? USUAL[name];
    return (act as (input: never) => Promise<unknown>)(input);
  }) as SearchActivities[N];
}

/** The client of the server that `serveActivities` has started. */
export const workflowClient = () => new Client({ connection }).workflow;

/**
 * Starts a server, a control worker and a score worker with these activities before the tests of the file, and stops
 * them after it.
 */
export function serveActivities(activities: object): void {
  beforeAll(async () => {
    Runtime.install({ logger: new DefaultLogger('ERROR') });
    home = testHome();
    temporal = await startTemporal({ home });
    connection = await Connection.connect({ address: temporal.address });
    native = await NativeConnection.connect({ address: temporal.address });
    const common = { connection: native, activities };
    const { device } = specificationOf().execution;
    workers = [
      await Worker.create({ ...common, taskQueue: CONTROL_QUEUE, workflowBundle: { codePath: BUNDLE } }),
      await Worker.create({ ...common, taskQueue: scoreQueue(device) }),
    ];
    running = Promise.all(workers.map((worker) => worker.run()));
  }, 120_000);
  afterAll(async () => {
    for (const worker of workers) worker.shutdown();
    await running;
    await native?.close();
    await connection?.close();
    await temporal?.stop();
    await home.remove();
  }, 60_000);
}

/** The same with activities that behave as usual but for those of a scene. */
export function serveWorkflows(): void {
  const names = Object.keys(USUAL) as Name[];
  serveActivities(Object.fromEntries(names.map((name) => [name, recorded(name)])));
}

/** Starts a search whose activities behave as usual but for those of the scene. */
export async function startSearch(
  changes: object,
  { memo, ...acts }: Scene & { readonly memo?: Record<string, unknown> } = {},
): Promise<Play> {
  scene = acts;
  calls = [];
  audited = new Set();
  const id = `search-of-test-${count++}`;
  const workflow = workflowClient();
  await workflow.start(SEARCH_WORKFLOW, {
    taskQueue: CONTROL_QUEUE,
    workflowId: workflowIdOf(id),
    args: [{ specification: specificationOf(changes) }],
    ...(memo ? { memo } : {}),
  });
  const handle = workflow.getHandle(workflowIdOf(id));
  return {
    id,
    handle,
    inputs: (name) => calls.filter((call) => call.name === name).map(({ input }) => input) as never[],
    progress: () => handle.query<SearchProgress>('progress'),
  };
}

export async function resultOf({ handle }: Play): Promise<SearchResult> {
  return (await handle.result()) as SearchResult;
}

/** Waits until the progress of a search is as wanted, and returns it. */
export function progressWhere(
  play: Play,
  isWanted: (progress: SearchProgress) => boolean,
): Promise<SearchProgress> {
  return until(
    async () => {
      // A run that has just begun does not answer yet.
      const progress = await play.progress().catch((error: unknown) => {
        if (error instanceof QueryNotRegisteredError) return undefined;
        throw error;
      });
      return progress && isWanted(progress) ? progress : undefined;
    },
    { what: 'the search comes this far', timeoutMs: 60_000 },
  ) as Promise<SearchProgress>;
}

/** Handles of the parts that run. */
export const partOf = (workflowId: string): WorkflowHandle => workflowClient().getHandle(workflowId);

/** A gate at which activities wait until it is opened. */
export function createGate(): { readonly opened: Promise<void>; open(): void } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}
