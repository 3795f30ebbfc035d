// Renders the progress of a search, what it waits for, and how it ended.
import { Link } from 'wouter-preact';
import type { SearchDescription, SearchLook, Waiting } from '../../../http/answers.js';
import { ProgressBar } from '../../parts/progress-bar.js';
import { useNow } from '../../parts/use-now.js';
import { formatCount, formatDuration, formatPercent, formatTime, formatValue } from '../../text/format.js';
import { Failures } from './failures.js';
import type { SearchTabProps } from './search-view.js';
import { Stages } from './stages.js';
import { SummaryPart } from './summary-part.js';
import { Throughput, useThroughput } from './throughput.js';

export function OverviewTab({ id, search, look }: SearchTabProps) {
  return (
    <>
      {search.ended === undefined ? (
        <Running search={search} look={look} />
      ) : (
        <Ended id={id} search={search} />
      )}
      <Times search={search} />
      {search.state === 'completed' && <Failures id={id} />}
    </>
  );
}

function Running({ search, look }: Pick<SearchTabProps, 'search' | 'look'>) {
  const progress: SearchLook['progress'] =
    look?.progress ?? (search.progress && { ...search.progress, now: search.progress.done });
  const samples = useThroughput(progress);
  const waiting = look?.waiting ?? waitingOf(search);
  return (
    <>
      {waiting.map((reason) => (
        <p key={reason.for} class="note warn">
          {reason.message}
          {adviceFor(reason)}
        </p>
      ))}
      {search.retrying?.map(({ activity, attempt, reason }) => (
        <p key={activity} class="note warn">
          step {activity} is tried again (attempt {attempt}): {reason}
        </p>
      ))}
      {progress ? (
        <section>
          <h2>Progress</h2>
          <Stages progress={progress} />
          <div class="big">
            <ProgressBar done={progress.now} of={progress.planned} name="candidates scored" />
            <p>
              <strong>{formatCount(progress.now)}</strong> of {formatCount(progress.planned)}{' '}
              {progress.scoredAs === 'functions' ? 'functions' : 'candidates'} scored
              {samples.rate &&
                ` · ${formatValue(samples.rate.perSecond)}/s · ${formatDuration(samples.rate.left)} left`}
            </p>
          </div>
          <Counts progress={progress} />
          <Throughput samples={samples} />
        </section>
      ) : (
        <p class="quiet">No control worker has told yet how far it is.</p>
      )}
    </>
  );
}

function Counts({ progress }: { readonly progress: NonNullable<SearchLook['progress']> }) {
  const { candidates, reused, failed, shards, parts, generation, rejectedShare, engine } = progress;
  const entries: [string, string][] = [
    ['candidates', formatCount(candidates)],
    ['scores reused', formatCount(reused)],
    ['set aside', formatCount(failed)],
    [
      'shards',
      `${formatCount(shards.done)} of ${formatCount(shards.total)} done, ${shards.running.length} run`,
    ],
  ];
  if (shards.running.length > 0) entries.push(['shards that run', listNumbers(shards.running)]);
  if (parts) entries.push(['parts', `${parts.done} of ${parts.total} done, ${parts.running.length} run`]);
  if (generation !== undefined) entries.push(['generation', formatCount(generation)]);
  if (rejectedShare) entries.push(['rejected by constraints', formatPercent(rejectedShare)]);
  if (engine) entries.push(['engine', engine]);
  return (
    <dl class="facts">
      {entries.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Ended({ id, search }: Pick<SearchTabProps, 'id' | 'search'>) {
  const { failure, best, state, changes, notCompared, notNotified } = search;
  return (
    <>
      {failure && (
        <div class="note bad">
          <p>
            <strong>{state}</strong>: {failure.reason}
          </p>
          <p>{failure.advice}</p>
        </div>
      )}
      {best && (
        <section>
          <h2>Best candidate</h2>
          <p class="best">
            <Link href={`/searches/${encodeURIComponent(id)}/candidate/1`} class="mono">
              {best.candidate}
            </Link>
          </p>
          <p class="quiet">score {formatValue(best.score)}</p>
        </section>
      )}
      {state === 'completed' && (
        <p>
          <Link href={`/compare?ids=${encodeURIComponent(id)}`}>How far can this ranking be trusted?</Link>
        </p>
      )}
      {state === 'completed' && <SummaryPart id={id} />}
      {changes && <Changes changes={changes} />}
      {notCompared && <p class="note warn">Not compared with the run before: {notCompared}</p>}
      {notNotified && <p class="note warn">The notification failed: {notNotified}</p>}
    </>
  );
}

function Changes({ changes }: { readonly changes: NonNullable<SearchDescription['changes']> }) {
  return (
    <section>
      <h2>Since the run before</h2>
      <p>
        Of the first {changes.top}: {changes.entered.count} entered, {changes.left.count} left.
      </p>
    </section>
  );
}

function Times({ search: { started, ended } }: Pick<SearchTabProps, 'search'>) {
  const now = useNow();
  const until = ended === undefined ? now : Date.parse(ended);
  return (
    <dl class="facts">
      <div>
        <dt>started</dt>
        <dd>{formatTime(started)}</dd>
      </div>
      <div>
        <dt>{ended ? 'took' : 'runs for'}</dt>
        <dd>{formatDuration((until - Date.parse(started)) / 1000)}</dd>
      </div>
    </dl>
  );
}

function waitingOf({ waiting }: SearchDescription): readonly Waiting[] {
  return waiting ? [waiting, ...(waiting.also ?? [])] : [];
}

function adviceFor({ for: what, device }: Waiting): string {
  if (what === 'control-worker') return ': start one with `zeroscout worker --role control`';
  if (what === 'score-worker') return `: start one with \`zeroscout worker --device ${device}\``;
  return '';
}

function listNumbers(numbers: readonly number[]): string {
  const shown = numbers.slice(0, 12).join(', ');
  return numbers.length > 12 ? `${shown} and ${numbers.length - 12} more` : shown;
}
