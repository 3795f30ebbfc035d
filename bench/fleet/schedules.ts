// The scenario of many schedules that fire in the same minute.
import { createSchedule } from '../../client/schedules/create-schedule.js';
import { readOrder } from './searches.js';
import type { Stage } from './stage.js';

const MINUTE_MS = 60_000;
/** The default of `zeroscout schedule create`. A busy server begins some runs minutes late, and never later than this. */
const CATCHUP_MS = 600_000;
/** The most time to create the schedules, which must exist before their minute. */
const CREATION_MS = 90_000;
const AT_ONCE = 5;
/** A server that starts a thousand pollers may refuse a request. */
const ATTEMPTS = 5;

export interface SchedulesOptions {
  readonly schedules: number;
  /** The candidates of each search. */
  readonly candidates: number;
}

export async function runSchedules(stage: Stage, { schedules, candidates }: SchedulesOptions) {
  const due = new Date(Math.ceil((Date.now() + CREATION_MS) / MINUTE_MS) * MINUTE_MS);
  const cron = `${due.getUTCMinutes()} ${due.getUTCHours()} * * *`;
  const names = Array.from({ length: schedules }, (_, i) => `nightly-${i + 1}`);
  const creation = performance.now();
  for (let from = 0; from < names.length; from += AT_ONCE)
    await Promise.all(
      names
        .slice(from, from + AT_ONCE)
        .map((name, i) => create(stage, { name, cron, candidates, seed: 5_000 + from + i })),
    );
  const creationSeconds = (performance.now() - creation) / 1000;
  if (Date.now() >= due.getTime()) throw new Error('creating the schedules took too long');
  await new Promise((done) => setTimeout(done, due.getTime() - Date.now()));
  const usage = stage.watch();
  const runs = await waitForRuns(stage, schedules);
  const after = (date: Date) => (date.getTime() - due.getTime()) / 1000;
  const failed = runs.filter(({ status }) => status !== 'COMPLETED').length;
  if (failed > 0) throw new Error(`${failed} of ${schedules} scheduled searches did not complete`);
  return {
    schedules,
    candidates,
    creationSeconds,
    lastStartSeconds: Math.max(...runs.map(({ start }) => after(start))),
    firstEndSeconds: Math.min(...runs.map(({ end }) => after(end))),
    lastEndSeconds: Math.max(...runs.map(({ end }) => after(end))),
    usage: await usage.end(),
    disk: await stage.disk(),
  };
}

interface CreateArguments {
  readonly name: string;
  readonly cron: string;
  readonly candidates: number;
  readonly seed: number;
}

async function create({ client, store, device }: Stage, given: CreateArguments): Promise<void> {
  const { name, cron, candidates, seed } = given;
  const read = readOrder({ id: name, candidates, shardSize: 64, window: 8, seed }, device);
  const timing = { cron, timezone: 'UTC', jitter: 0, catchup: CATCHUP_MS, overlap: 'skip' } as const;
  for (let attempt = 1; ; attempt++) {
    try {
      return await createSchedule({ client, store, name, read, timing });
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
    }
  }
}

/** The runs of all schedules, once none of them runs. */
async function waitForRuns({ client }: Stage, count: number) {
  for (;;) {
    const runs: { status: string; start: Date; end: Date }[] = [];
    for await (const run of client.workflow.list({ query: 'WorkflowId STARTS_WITH "search-nightly-"' }))
      runs.push({ status: run.status.name, start: run.startTime, end: run.closeTime ?? new Date() });
    if (runs.length === count && runs.every(({ status }) => status !== 'RUNNING')) return runs;
    await new Promise((done) => setTimeout(done, 2_000));
  }
}
