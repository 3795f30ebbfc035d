// Renders the workers by device, the tasks that wait for them, and the excluded workers, and the last
// hour.
import { useState } from 'preact/hooks';
import type { QueueOfWorkers } from '../../../http/answers.js';
import { type AskError, ask } from '../../api/ask.js';
import { useIsOperator } from '../../api/session.js';
import { asAskError } from '../../api/use-answer.js';
import { useEvents } from '../../api/use-events.js';
import { CopyButton } from '../../parts/copy-button.js';
import { Empty, ProblemNote } from '../../parts/notes.js';
import { useNow } from '../../parts/use-now.js';
import { useTitle } from '../../parts/use-title.js';
import { formatAge, formatAmount, formatCount, formatDuration } from '../../text/format.js';
import { History } from './history.js';
import { StoreSize } from './store-size.js';
import { Tasks, type TasksByWorker, useTasks } from './tasks.js';

export function FleetView() {
  useTitle('Fleet');
  const [queues, setQueues] = useState<readonly QueueOfWorkers[]>();
  const tasks = useTasks();
  useEvents('/workers/events', {
    on: {
      fleet: (fleet: readonly QueueOfWorkers[]) => setQueues(fleet),
    },
  });
  if (!queues) return <p class="quiet">Loading ...</p>;
  const used = queues.filter(
    ({ workers, waiting, records }) => workers.length + waiting + records.length > 0,
  );
  return (
    <>
      <h1>Fleet</h1>
      {used.length === 0 && <NoWorkers />}
      {used.map((queue) => (
        <Queue key={queue.name} queue={queue} tasks={tasks} />
      ))}
      <History />
      <StoreSize />
    </>
  );
}

function NoWorkers() {
  const command = 'npx zeroscout worker --device cpu';
  return (
    <Empty title="No worker is there">
      <p>
        Searches that start on this machine bring their own workers. On other machines start some that stay;
        they need the addresses of Temporal and NATS.
      </p>
      <pre class="code" tabIndex={0}>
        {command}
      </pre>
      <CopyButton text={command} />
    </Empty>
  );
}

interface QueueProps {
  readonly queue: QueueOfWorkers;
  readonly tasks: TasksByWorker | undefined;
}

function Queue({ queue, tasks }: QueueProps) {
  const { device, workers, waiting, seconds } = queue;
  const now = useNow(5_000);
  return (
    <section>
      <h2>{device ? `Score workers: ${device}` : 'Control workers'}</h2>
      <p class={workers.length === 0 ? 'warn' : 'quiet'}>
        {workers.length === 0
          ? 'no worker lives'
          : `${workers.length} ${workers.length === 1 ? 'worker' : 'workers'}`}
        {waiting > 0
          ? ` · ${formatCount(waiting)} tasks wait, the oldest for ${formatDuration(seconds)}`
          : ' · nothing waits'}
      </p>
      {workers.length > 0 && (
        <div class="scroll" tabIndex={0} role="region" aria-label={`Workers of ${queue.name}`}>
          <table class="cards">
            <thead>
              <tr>
                <th>worker</th>
                <th class="number">at once</th>
                <th>does</th>
                <th>engine</th>
                <th>asked for work</th>
                <th>started</th>
              </tr>
            </thead>
            <tbody>
              {workers.map(({ identity, worker, seen, started, restarts }) => (
                <tr key={identity}>
                  <td>{worker?.place ?? identity}</td>
                  <td data-name="at once" class="number">
                    {worker?.role === 'score' ? worker.concurrency : '–'}
                  </td>
                  <td data-name="does">
                    <Tasks tasks={tasks?.get(identity)} isControl={worker?.role === 'control'} now={now} />
                  </td>
                  <td data-name="engine" title={worker?.engine}>
                    {engineOf(worker?.engine)}
                  </td>
                  <td data-name="asked for work">{formatAge(new Date(seen).toISOString(), now)}</td>
                  <td data-name="started">{formatStart({ started, restarts, now })}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <Records records={queue.records} />
    </section>
  );
}

function Records({ records }: Pick<QueueOfWorkers, 'records'>) {
  const isOperator = useIsOperator();
  const [problem, setProblem] = useState<AskError>();
  const release = (name: string) =>
    ask(`/workers/${encodeURIComponent(name)}/release`, { method: 'POST' }).then(
      () => setProblem(undefined),
      (error) => setProblem(asAskError(error)),
    );
  if (records.length === 0) return null;
  return (
    <>
      <h3>Workers whose scores others could not confirm</h3>
      <ul>
        {records.map(({ worker, state }) => (
          <li key={worker}>
            {worker}: {state}{' '}
            {isOperator && (
              <button type="button" onClick={() => release(worker)}>
                Let it work again
              </button>
            )}
          </li>
        ))}
      </ul>
      <ProblemNote problem={problem} />
    </>
  );
}

interface Start {
  readonly started: number | undefined;
  readonly restarts: number | undefined;
  readonly now: number;
}

/** Temporal knows the start of a worker a minute later. */
function formatStart({ started, restarts = 0, now }: Start): string {
  if (started === undefined) return '–';
  const age = formatAge(new Date(started).toISOString(), now);
  return restarts > 0 ? `${age}, ${formatAmount(restarts, 'restart')} before` : age;
}

/** The versions of the other families of proxies follow the first plus sign. */
function engineOf(engine: string | undefined): string {
  const [first = '–', ...families] = engine?.split('+') ?? [];
  return families.length > 0 ? `${first} and ${families.length} families` : first;
}
