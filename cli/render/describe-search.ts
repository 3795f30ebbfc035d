// Formats the description of one search: its state, what it waits for, and why it ended.

import { formatDuration } from '../../client/format-time.js';
import { describeSearch, type SearchDescription } from '../../client/searches/describe-search.js';
import { countsText } from '../../core/contract/counts-text.js';
import type { SearchMemo, SearchProgress } from '../../core/contract/search.js';
import { adviceInCommands } from '../advice.js';
import type { StatusSession } from '../session.js';
import { formatChangesLine } from './changes.js';
import { formatRankedBy } from './results.js';
import { paint, print, printJson } from './terminal.js';
import { formatVerification } from './verification.js';
import { formatWaitingLine } from './waiting.js';

export async function showSearch(
  { client, store, temporal }: StatusSession,
  given: string,
  { json }: { readonly json?: true },
): Promise<void> {
  const isLocal = temporal.source === 'embedded';
  const { memo, ...description } = await describeSearch({ client, store, isLocal }, given);
  if (json) return printJson(description);
  const { id, name, space, state, started, ended, schedule } = description;
  print(`${id}: ${state}`);
  print(`  ${name}, ${space}, started ${started}${schedule ? ` by schedule ${schedule}` : ''}`);
  if (memo.specification) print(`  ${formatRankedBy(memo.specification)}`);
  const lines = ended === undefined ? runningLines(description, memo) : formatEnding(description, memo);
  for (const line of lines) print(`  ${line}`);
}

function runningLines(
  { progress, waiting, cancelling }: SearchDescription,
  memo: Partial<SearchMemo>,
): string[] {
  const reasons = waiting ? [waiting, ...(waiting.also ?? [])] : [];
  return [
    ...(cancelling ? ['cancelled: it ends as soon as a control worker answers'] : []),
    ...(progress ? progressLines(progress) : [String(memo.progress ?? 'not begun')]),
    ...reasons.map(formatWaitingLine),
    ...(progress || reasons.length ? [] : ['no control worker answers']),
  ];
}

/** The same numbers as in the progress bar, since both come from the search itself. */
function progressLines(progress: SearchProgress): string[] {
  const { shards, parts, round } = progress;
  const stage = round.of > 1 ? `round ${round.number} of ${round.of}, ` : '';
  if (progress.candidates === 0) return [`${stage}${progress.phase}`];
  if (shards.total === 0) return [`${stage}${progress.phase}: ${countsText(progress)}`];
  return [
    `${stage}${progress.phase}: ${countsText(progress)}`,
    `shards: ${shards.done} of ${shards.total} done, ${shards.running.length} running`,
    ...(parts ? [`parts: ${parts.done} of ${parts.total} done, ${parts.running.length} running`] : []),
    ...(progress.verification ? formatVerification(progress.verification) : []),
  ];
}

/** What is known of a search that has ended. The counts of a screening are those of its last round. */
export function formatEnding(
  description: Omit<SearchDescription, 'memo'>,
  { progress, specification }: Partial<SearchMemo>,
): string[] {
  const { counts, failure, started, ended, changes, verification, notCompared, notNotified } = description;
  const known = progress && counts?.candidates !== 0 ? [progress] : [];
  const strategy = specification?.strategy;
  const last = strategy?.kind === 'screening' ? `last of ${strategy.rounds.length} rounds: ` : '';
  if (failure) {
    const advice = adviceInCommands({ code: failure.adviceCode });
    return [...known, paint.red(`why: ${failure.reason}`), `what now: ${advice}`];
  }
  return [
    ...known.map((counted) => `${last}${counted}`),
    ...(ended ? [`took ${formatDuration(Date.parse(ended) - Date.parse(started))}`] : []),
    ...(changes ? [formatChangesLine(changes)] : []),
    ...(verification ? formatVerification(verification) : []),
    ...(notCompared ? [paint.yellow(`not compared with the previous run: ${notCompared}`)] : []),
    ...(notNotified ? [paint.yellow(`the notification failed: ${notNotified}`)] : []),
  ];
}
