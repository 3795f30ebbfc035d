// Renders the schedules: their times, the outcome of their last runs, and buttons that change them.
import { useState } from 'preact/hooks';
import { Link } from 'wouter-preact';
import type { RequestedRun, ScheduleDetails, ScheduleRow } from '../../../http/answers.js';
import { type AskError, type AskOptions, ask, askAll, withQuery } from '../../api/ask.js';
import { useIsOperator } from '../../api/session.js';
import { asAskError, useAnswer, useRepeatedAnswer } from '../../api/use-answer.js';
import { Empty, ProblemNote } from '../../parts/notes.js';
import { StateBadge } from '../../parts/state-badge.js';
import { useTitle } from '../../parts/use-title.js';
import { formatTime } from '../../text/format.js';
import { Backfill } from './backfill.js';
import { NewSchedule } from './new-schedule.js';

export function SchedulesView() {
  useTitle('Schedules');
  const isOperator = useIsOperator();
  const { data, problem, again } = useAnswer('/schedules', readSchedules);
  if (!data) return problem ? <ProblemNote problem={problem} /> : <p class="quiet">Loading ...</p>;
  return (
    <>
      <h1>Schedules</h1>
      <ProblemNote problem={problem} />
      {data.length === 0 && (
        <Empty title="No schedule yet">
          <p>
            A schedule starts the same search at given times, each night for instance, reuses all scores, and
            says what changed since the run before. From a terminal:{' '}
            <code>npx zeroscout schedule create nightly search.yaml --cron "0 2 * * *"</code>
          </p>
        </Empty>
      )}
      {data.map((row) => (
        <Schedule key={row.name} row={row} onChange={again} />
      ))}
      {isOperator && <NewSchedule onCreated={again} />}
    </>
  );
}

interface SchedulePage {
  readonly schedules: readonly ScheduleRow[];
  readonly next: string | null;
}

function readSchedules(path: string, options: Pick<AskOptions, 'signal'>) {
  return askAll(path, ({ schedules }: SchedulePage) => schedules, options);
}

/** The interval at which the runs of a schedule are read again. */
const REFRESH_MS = 5_000;

interface ScheduleProps {
  readonly row: ScheduleRow;
  readonly onChange: () => void;
}

function Schedule({ row, onChange }: ScheduleProps) {
  const { name, cron, timezone, state, next, note } = row;
  const path = `/schedules/${encodeURIComponent(name)}`;
  const { data, problem, again } = useRepeatedAnswer<ScheduleDetails>(path, REFRESH_MS);
  const changed = () => {
    again();
    onChange();
  };
  return (
    <section>
      <div class="row between">
        <h2>
          {name} <StateBadge state={state} />
        </h2>
        <Actions path={path} state={state} onChange={changed} />
      </div>
      <p>
        <code>{cron}</code> {timezone}
        {next && ` · next ${formatTime(next)}`}
        {note && ` · ${note}`}
      </p>
      {data ? <Runs details={data} /> : <ProblemNote problem={problem} />}
    </section>
  );
}

interface ActionsProps {
  readonly path: string;
  readonly state: string;
  readonly onChange: () => void;
}

function Actions({ path, state, onChange }: ActionsProps) {
  const isOperator = useIsOperator();
  const [problem, setProblem] = useState<AskError>();
  const [isSure, setSure] = useState(false);
  const [waitsFor, setWaitsFor] = useState<string>();
  if (!isOperator) return null;
  const run = (rest: string, method: 'POST' | 'DELETE' = 'POST') =>
    ask<RequestedRun | undefined>(`${path}${rest}`, { method }).then(
      (answer) => {
        setProblem(undefined);
        setWaitsFor(answer?.id === null ? answer.after : undefined);
        onChange();
      },
      (error) => setProblem(asAskError(error)),
    );
  return (
    <div>
      <div class="row">
        <button type="button" onClick={() => run('/runs')}>
          Run now
        </button>
        <button type="button" onClick={() => run(state === 'paused' ? '/resume' : '/pause')}>
          {state === 'paused' ? 'Resume' : 'Pause'}
        </button>
        <Backfill path={path} onDone={onChange} />
        <button type="button" onClick={() => (isSure ? run('', 'DELETE') : setSure(true))}>
          {isSure ? 'Delete it: sure?' : 'Delete'}
        </button>
      </div>
      <ProblemNote problem={problem} />
      {waitsFor !== undefined && (
        <p class="quiet" role="status">
          The run starts when {waitsFor} has ended.
        </p>
      )}
    </div>
  );
}

/** The most searches that the comparison shows side by side. */
const MOST_COMPARED = 8;

/** Renders the list of a schedule's runs, and links to their comparison. */
function Runs({ details: { runs, started, skipped, missed } }: { readonly details: ScheduleDetails }) {
  const finished = runs.filter(({ state }) => state === 'completed');
  const inARow = finished.slice(0, MOST_COMPARED).reverse();
  return (
    <>
      <p class="quiet">
        {started} {started === 1 ? 'run' : 'runs'} so far{skipped > 0 && `, ${skipped} skipped`}
        {missed > 0 && `, ${missed} missed`}
      </p>
      <ol class="runs">
        {[...runs].reverse().map(({ id, state, started: at }) => (
          <li key={id}>
            <Link href={`/searches/${encodeURIComponent(id)}`}>{formatTime(at)}</Link>{' '}
            <StateBadge state={state} />
          </li>
        ))}
      </ol>
      {inARow.length > 1 && (
        <p class="row">
          <Link href={comparisonOf(inARow.slice(-2))}>Compare the last two</Link>
          {inARow.length > 2 && (
            <Link href={comparisonOf(inARow)}>The last {inARow.length} nights as a time line</Link>
          )}
        </p>
      )}
    </>
  );
}

function comparisonOf(runs: readonly { readonly id: string }[]): string {
  return withQuery('/compare', { ids: runs.map(({ id }) => id).join(',') });
}
