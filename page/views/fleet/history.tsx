// Records the numbers of workers and waiting tasks of the last hour while the page is open, and plots them.
import type { QueueOfWorkers } from '../../../http/answers.js';
import { formatCount, formatDuration } from '../../text/format.js';

interface Sample {
  readonly at: number;
  readonly workers: number;
  readonly waiting: number;
}

const KEPT_MS = 3_600_000;
const SIZE = { width: 640, height: 70 };
let samples: readonly Sample[] = [];

export function noteFleet(queues: readonly QueueOfWorkers[], at: number): void {
  const sum = (count: (queue: QueueOfWorkers) => number) =>
    queues.reduce((total, queue) => total + count(queue), 0);
  const sample = {
    at,
    workers: sum(({ workers }) => workers.length),
    waiting: sum(({ waiting }) => waiting),
  };
  samples = [...samples.filter((each) => at - each.at < KEPT_MS), sample];
}

export function History() {
  if (samples.length < 2) return null;
  return (
    <section>
      <div class="columns">
        <Curve name="workers" value={({ workers }) => workers} />
        <Curve name="waiting tasks" value={({ waiting }) => waiting} />
      </div>
    </section>
  );
}

function Curve({ name, value }: { readonly name: string; readonly value: (sample: Sample) => number }) {
  const [first, last] = [samples[0]!, samples.at(-1)!];
  const most = Math.max(1, ...samples.map(value));
  const x = ({ at }: Sample) => ((at - first.at) / Math.max(1, last.at - first.at)) * SIZE.width;
  const y = (sample: Sample) => SIZE.height - (value(sample) / most) * (SIZE.height - 4);
  // A number holds until the next reading, so the curve has steps.
  const line = samples
    .flatMap((sample, i) => {
      const before = samples[i - 1];
      return before
        ? [`${x(sample)},${y(before)}`, `${x(sample)},${y(sample)}`]
        : [`${x(sample)},${y(sample)}`];
    })
    .join(' ');
  return (
    <figure>
      <figcaption>
        {formatCount(value(last))} {name}; at most {formatCount(most)} in the last{' '}
        {formatDuration((last.at - first.at) / 1000)}
      </figcaption>
      <svg
        class="curve"
        viewBox={`0 0 ${SIZE.width} ${SIZE.height}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`history of ${name}`}
      >
        <polyline points={line} />
      </svg>
    </figure>
  );
}
