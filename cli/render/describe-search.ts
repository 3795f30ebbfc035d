// This file answers `zeroscout status ID`: what one search does or did, what it waits for, why it ended.
import type { WorkflowExecutionDescription, WorkflowHandle } from '@temporalio/client';
import { readResults } from '../../client/results/results.js';
import { findSearch, stateOf } from '../../client/searches/find-search.js';
import { spellDuration } from '../../client/spell.js';
import type { PendingActivity } from '../../client/status/activities.js';
import { resultOf } from '../../client/status/ending.js';
import { createLooker, type Look } from '../../client/status/facts.js';
import { type Waiting, waitingFor } from '../../client/status/waiting.js';
import { countsText } from '../../core/contract/counts-text.js';
import type { SearchMemo, SearchResult } from '../../core/contract/search.js';
import type { RankingDiff } from '../../core/report/ranking-diff.js';
import type { StatusSession } from '../session.js';
import { changesLine, readChanges } from './changes.js';
import { paint, print, printJson } from './terminal.js';
import { verificationLines } from './verification.js';

export async function describeSearch(
  session: StatusSession,
  given: string,
  { json }: { readonly json?: true },
): Promise<void> {
  const { id, handle, description } = await findSearch({ client: session.client, id: given });
  const isRunning = description.status.name === 'RUNNING';
  const head = headOf({ id, description });
  const rest = isRunning ? await running(session, handle) : await over(session, { id, handle, description });
  if (json) return printJson({ ...head, ...rest.json });
  const { name, space, schedule } = head;
  print(`${id}: ${head.state}`);
  print(`  ${name}, ${space}, started ${head.started}${schedule ? ` by schedule ${schedule}` : ''}`);
  for (const line of rest.lines) print(`  ${line}`);
}

interface Part {
  readonly json: object;
  readonly lines: readonly string[];
}

function headOf({ id, description }: { id: string; description: WorkflowExecutionDescription }) {
  const { name, space, schedule } = (description.memo ?? {}) as Partial<SearchMemo>;
  const { startTime, closeTime } = description;
  return {
    id,
    name,
    space,
    state: stateOf(description),
    started: startTime.toISOString(),
    ...(closeTime ? { ended: closeTime.toISOString() } : {}),
    ...(schedule ? { schedule } : {}),
  };
}

async function running({ client, store, temporal }: StatusSession, handle: WorkflowHandle): Promise<Part> {
  const isLocal = temporal.source === 'embedded';
  const away = store ? [] : [{ name: 'NATS', isRestarted: false } as const];
  const look = await createLooker({ client, handle, isLocal }).look(away);
  const { progress, facts, description } = look;
  const reasons = waitingFor(facts);
  const retrying = (facts.activities ?? []).filter(({ attempt, reason }) => attempt > 1 && reason);
  const idle = reasons.find((reason) => reason.for === 'score-worker')?.device;
  const [first, ...also] = reasons;
  return {
    json: {
      ...(progress?.engine ? { engine: progress.engine } : {}),
      ...(progress ? { progress } : {}),
      ...(first ? { waiting: { ...first, ...(also.length ? { also } : {}) } } : {}),
      ...(retrying.length ? { retrying: retrying.map(attemptOf) } : {}),
      ...(idle ? { noWorkerFor: idle } : {}),
    },
    lines: [
      ...(progress ? progressLines(progress) : [String(description.memo?.progress ?? 'not begun')]),
      ...reasons.map(waitingLine),
      ...(progress || reasons.length ? [] : ['no control worker answers']),
    ],
  };
}

export function waitingLine({ message }: Waiting): string {
  return paint.yellow(`waiting: ${message}`);
}

function attemptOf({ activity, attempt, reason, failedAt }: PendingActivity) {
  return { activity, attempt, reason, ...(failedAt ? { failed: new Date(failedAt).toISOString() } : {}) };
}

/** The same numbers that the bar shows: both come from the search itself, now. */
function progressLines(progress: NonNullable<Look['progress']>): string[] {
  const { shards, parts, round } = progress;
  const stage = round.of > 1 ? `round ${round.number} of ${round.of}, ` : '';
  if (progress.candidates === 0) return [`${stage}${progress.phase}`];
  if (shards.total === 0) return [`${stage}${progress.phase}: ${countsText(progress)}`];
  return [
    `${stage}${progress.phase}: ${countsText(progress)}`,
    `shards: ${shards.done} of ${shards.total} done, ${shards.running.length} running`,
    ...(parts ? [`parts: ${parts.done} of ${parts.total} done, ${parts.running.length} running`] : []),
    ...(progress.verification ? verificationLines(progress.verification) : []),
  ];
}

async function over(
  { store }: StatusSession,
  {
    id,
    handle,
    description,
  }: { id: string; handle: WorkflowHandle; description: WorkflowExecutionDescription },
): Promise<Part> {
  const { progress, best, counts } = (description.memo ?? {}) as Partial<SearchMemo>;
  const known = progress && counts?.candidates !== 0 ? [progress] : [];
  const outcome = await resultOf({ id, handle });
  if ('ending' in outcome) {
    const { ending } = outcome;
    return {
      json: { ...(counts ? { counts } : {}), failure: ending },
      lines: [...known, paint.red(`why: ${ending.reason}`), `what now: ${ending.advice}`],
    };
  }
  const { result } = outcome;
  const changes: RankingDiff | undefined = store && (await readChanges({ store, result }));
  const verification = store && (await verificationOf({ store, result }));
  const { startTime, closeTime } = description;
  const took = closeTime ? [`took ${spellDuration(closeTime.getTime() - startTime.getTime())}`] : [];
  return {
    json: {
      ...(result.engine ? { engine: result.engine } : {}),
      ...(counts ? { counts } : {}),
      ...(best ? { best } : {}),
      ...(changes ? { changes } : {}),
      ...(verification ? { verification } : {}),
      ...(result.notCompared ? { notCompared: result.notCompared } : {}),
      ...(result.notNotified ? { notNotified: result.notNotified } : {}),
    },
    lines: [
      ...known,
      ...took,
      ...(changes ? [changesLine(changes)] : []),
      ...(verification ? verificationLines(verification) : []),
      ...(result.notCompared
        ? [paint.yellow(`not compared with the run before: ${result.notCompared}`)]
        : []),
      ...(result.notNotified ? [paint.yellow(`nobody was told: ${result.notNotified}`)] : []),
    ],
  };
}

/** What the summary of a finished search says of it; a summary that cannot be read is no reason to show nothing else. */
async function verificationOf(given: {
  readonly store: NonNullable<StatusSession['store']>;
  readonly result: SearchResult;
}) {
  return (await readResults(given).catch(() => undefined))?.summary.verification;
}
