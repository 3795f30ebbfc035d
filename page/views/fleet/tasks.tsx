// Renders what a worker does: the steps that it has taken, their searches, and its rate.
import { useMemo } from 'preact/hooks';
import { Link } from 'wouter-preact';
import type { WorkerTask } from '../../../http/answers.js';
import { type AskOptions, askAll } from '../../api/ask.js';
import { useRepeatedAnswer } from '../../api/use-answer.js';
import { formatAmount, formatDuration, formatValue } from '../../text/format.js';

const REFRESH_MS = 4_000;
/** The most steps of one worker that are listed. */
const LISTED = 3;

export type TasksByWorker = ReadonlyMap<string, readonly WorkerTask[]>;

/** The steps by the identity of their worker, read again every few seconds; undefined before the first answer. */
export function useTasks(): TasksByWorker | undefined {
  const { data } = useRepeatedAnswer('/workers/tasks', REFRESH_MS, readTasks);
  return useMemo(() => data && groupByWorker(data), [data]);
}

interface TaskPage {
  readonly tasks: readonly WorkerTask[];
  readonly next: string | null;
}

function readTasks(path: string, options: Pick<AskOptions, 'signal'>) {
  return askAll(path, ({ tasks }: TaskPage) => tasks, options);
}

function groupByWorker(tasks: readonly WorkerTask[]): TasksByWorker {
  const groups = new Map<string, WorkerTask[]>();
  for (const task of tasks) groups.set(task.identity, [...(groups.get(task.identity) ?? []), task]);
  return groups;
}

export interface TasksProps {
  readonly tasks: readonly WorkerTask[] | undefined;
  readonly isControl: boolean;
  readonly now: number;
}

export function Tasks({ tasks = [], isControl, now }: TasksProps) {
  // A control worker mostly runs workflows, which take no step of their own.
  const scorerRestarts = Math.max(0, ...tasks.map((task) => task.scorerRestarts ?? 0));
  if (tasks.length === 0) return <span class="quiet">{isControl ? 'plans and decides' : 'nothing'}</span>;
  return (
    <>
      {tasks.slice(0, LISTED).map(({ search, step, started, rate }) => (
        <span key={`${search} ${step} ${started}`} class="task">
          {STEPS[step] ?? step} of <Link href={`/searches/${encodeURIComponent(search)}`}>{search}</Link> for{' '}
          {formatDuration(Math.max(0, now - Date.parse(started)) / 1_000)}
          {rate !== undefined && ` · ${formatValue(rate)}/s`}
        </span>
      ))}
      {scorerRestarts > 0 && (
        <span class="task warn">{formatAmount(scorerRestarts, 'restart')} of its scorers</span>
      )}
      {tasks.length > LISTED && <span class="task quiet">and {tasks.length - LISTED} more</span>}
    </>
  );
}

const STEPS: Readonly<Record<string, string>> = {
  addressScores: 'chooses the engine version',
  planCandidates: 'plans the candidates',
  breedGeneration: 'breeds a generation',
  auditScores: 'looks up scores',
  scoreShard: 'scores a shard',
  verifyScores: 'computes scores again',
  measureLatencies: 'measures latencies',
  rankCandidates: 'ranks the candidates',
  keepBest: 'keeps the best',
  reportSearch: 'writes the summary',
  compareRuns: 'compares with the run before',
};
