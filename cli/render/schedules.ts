// Formats schedules as tables and lines for people.
import type { ScheduleDetails, ScheduleRow } from '../../client/schedules/describe-schedule.js';
import { createTable } from './table.js';

export function formatScheduleTable(schedules: readonly ScheduleRow[]): string {
  const table = createTable(['name', 'cron', 'timezone', 'state', 'next', 'last run']);
  for (const { name, cron, timezone, state, next, last } of schedules)
    table.push([name, cron, timezone, state, next ?? '-', last ?? '-']);
  // Whoever reads the list sees why nothing has run.
  const notes = schedules.flatMap((row) =>
    row.state === 'paused' && row.note ? [`${row.name} is paused: ${explainPause(row)}`] : [],
  );
  return [table.toString(), ...notes].join('\n');
}

/** The reason why a schedule is paused, and the command that shows more. */
function explainPause({ note, failedRun }: Pick<ScheduleRow, 'note' | 'failedRun'>): string {
  return failedRun ? `${note}; zeroscout status ${failedRun} says why` : String(note);
}

export function detailsText(details: ScheduleDetails): string {
  const { name, state, cron, timezone, jitter, overlap, catchup, pauseOnFailure } = details;
  const lines = [
    `${name}: ${state}${state === 'paused' && details.note ? `: ${explainPause(details)}` : ''}`,
    `  at       ${cron} ${timezone}${/^0\w*$/.test(jitter) ? '' : `, up to ${jitter} later`}`,
    `  overlap  ${overlap}; ${details.skipped} skipped so far`,
    `  catch up ${catchup}; ${details.missed} missed so far`,
    `  failure  ${pauseOnFailure ? 'pauses it' : 'changes nothing'}`,
    `  searches ${details.specification.name}, ${details.specification.space.kind}`,
    ...(state === 'paused'
      ? []
      : details.coming.map((time, i) => `  ${i ? '        ' : 'coming  '} ${time}`)),
  ];
  if (!details.runs.length) return lines.join('\n');
  const table = createTable(['run', 'state', 'started']);
  for (const { id, state, started } of details.runs) table.push([id, state, started]);
  const { runs, started } = details;
  const rest =
    started > runs.length
      ? `\n\nthe last ${runs.length} of ${started} runs; zeroscout status --all shows every one that Temporal keeps`
      : '';
  return `${lines.join('\n')}\n\n${table.toString()}${rest}`;
}
