// Tests which reasons for waiting follow from which facts.
import { expect, test } from 'vitest';
import type { PendingActivity } from '../../../client/status/activities.js';
import { type Facts, listWaiting } from '../../../client/status/waiting.js';
import { factsIn } from '../../support/facts.js';

const now = Date.parse('2026-11-24T14:10:00Z');
const ago = (seconds: number) => now - 1000 * seconds;
const activity = (changes: Partial<PendingActivity>): PendingActivity => ({
  activity: 'scoreShard',
  state: 'scheduled',
  attempt: 1,
  scheduled: ago(60),
  ...changes,
});
const running: Facts = {
  now,
  phase: 'scoring',
  device: 'cuda',
  answers: true,
  workers: { control: 1, device: 1 },
  activities: [activity({ state: 'started' })],
};
/** What the search waits for, each with the numbers of its message. */
const reasons = (facts: Facts) =>
  listWaiting(facts).map(({ for: what, message }) => [what, ...factsIn(message)]);

test('a search that goes on waits for nothing', () => {
  expect(listWaiting(running)).toEqual([]);
  // One further attempt after a worker was lost counts as work.
  const again = activity({ state: 'started', attempt: 2, reason: 'its worker was lost' });
  expect(listWaiting({ ...running, activities: [again] })).toEqual([]);
});

test('servers that are away, since when, and whether they are started again', () => {
  const away = [
    { name: 'NATS', since: ago(12), isRestarted: true },
    { name: 'Temporal', since: ago(8), isRestarted: false },
  ] as const;
  expect(reasons({ now, away })).toEqual([
    ['nats', '12'],
    ['temporal', '8'],
  ]);
  expect(listWaiting({ now, away })[0]).toMatchObject({
    since: '2026-11-24T14:09:48.000Z',
    isRestarted: true,
  });
});

test('paused: since when, and how many shards finish still; workers are not missed meanwhile', () => {
  const paused = { since: ago(480), finishing: 0 };
  const idle = { ...running, activities: [], workers: { control: 1, device: 0 } };
  expect(reasons({ ...idle, paused })).toEqual([expect.arrayContaining(['resume', '02'])]);
  expect(reasons({ ...idle, paused: { finishing: 2 } })).toEqual([['resume', '2']]);
});

test('no worker of a kind; none is missed while its shards are under way, or workers start', () => {
  const waiting = [activity({}), activity({ scheduled: ago(30) })];
  const nobody = { ...running, activities: waiting, workers: { control: 1, device: 0 } };
  expect(reasons(nobody)).toEqual([['score-worker']]);
  expect(listWaiting(nobody)[0]).toMatchObject({ device: 'cuda', since: '2026-11-24T14:09:00.000Z' });
  expect(listWaiting({ ...nobody, isStartingWorkers: true })).toEqual([]);
  const unheard = {
    ...running,
    answers: false,
    activities: [],
    phase: 'planning',
    workers: { control: 0, device: 1 },
  };
  expect(reasons(unheard as Facts)).toEqual([['control-worker']]);
  expect(reasons({ ...nobody, phase: 'ranking', activities: [] })).toEqual([]);
});

test('steps that are tried again: those that fail alike are one reason', () => {
  const failed = activity({ attempt: 3, reason: 'no space left', failedAt: ago(5) });
  const activities = [failed, { ...failed, attempt: 4 }, activity({ state: 'started' })];
  expect(reasons({ ...running, activities })).toEqual([['retry', '2', '4', '5']]);
  expect(listWaiting({ ...running, activities })[0]!.message).toContain('no space left');
});

test('a step of verification has a name, and waits for a score worker', () => {
  const verifying = activity({ activity: 'verifyScores', scheduled: ago(30) });
  const failed = { ...verifying, attempt: 3, reason: 'no space left', failedAt: ago(5) };
  expect(listWaiting({ ...running, activities: [failed] })[0]!.message).toMatch(/^verifying scores: /);
  const nobody = { ...running, phase: 'auditing', activities: [verifying] } as const;
  expect(reasons({ ...nobody, workers: { control: 1, device: 0 } })).toEqual([['score-worker']]);
  expect(reasons({ ...nobody, workers: { control: 0, device: 1 } })).toEqual([]);
});

test('every worker is busy when all shards wait for longer than it takes to hand one out', () => {
  const activities = [activity({ scheduled: ago(40) }), activity({ scheduled: ago(20) })];
  expect(reasons({ ...running, activities })).toEqual([['busy-workers']]);
  expect(listWaiting({ ...running, activities: [activity({ scheduled: ago(2) })] })).toEqual([]);
  expect(listWaiting({ ...running, activities: [...activities, activity({ state: 'started' })] })).toEqual(
    [],
  );
});

test('planning and breeding: latency is measured, a constraint rejects nearly everything', () => {
  const drawn = { proposed: 1000, rejected: { 'flops.max': 970, 'layers.max': 26 }, duplicates: 0 };
  const details = { measured: 8, taken: 3, wanted: 20, drawn };
  const plan = activity({ activity: 'planCandidates', state: 'started', details });
  const planning = { ...running, phase: 'planning', activities: [plan] } as Facts;
  expect(reasons(planning)).toEqual([
    ['latency', '8', '3', '20'],
    ['candidates', '97', '3', '20', '999'],
  ]);
  expect(listWaiting(planning)[1]).toMatchObject({ by: 'flops.max', rejectedShare: 996 / 999 });
  const { measured: _, ...counted } = details;
  const few = { ...counted, drawn: { ...drawn, rejected: { 'flops.max': 2 } } };
  expect(listWaiting({ ...planning, activities: [{ ...plan, details: few }] })).toEqual([]);
});

test('only workers of another engine version are there: one reason for all shards, in the words of the worker that refused', () => {
  const reason = 'no worker of engine block-8; 3 workers have block-9';
  const refused = (changes: Partial<PendingActivity>) =>
    activity({ attempt: 9, reason, type: 'OtherEngineError', failedAt: ago(2), ...changes });
  const activities = [
    refused({}),
    refused({ state: 'started' }),
    refused({ reason: 'older', failedAt: ago(9) }),
  ];
  expect(listWaiting({ ...running, activities })).toMatchObject([{ for: 'engine', message: reason }]);
});
