// Renders the last hour of the fleet, as the server recorded it minute by minute: workers by device, rate, waiting
// tasks and the age of the oldest.
import type { FleetMinute } from '../../../http/answers.js';
import { useRepeatedAnswer } from '../../api/use-answer.js';
import { ProblemNote } from '../../parts/notes.js';
import { formatCount, formatDuration, formatValue } from '../../text/format.js';

const REFRESH_MS = 30_000;
const SIZE = { width: 320, height: 56 };

interface Curve {
  readonly name: string;
  readonly value: (minute: FleetMinute) => number;
  readonly write: (value: number) => string;
}

export function History() {
  const { data, problem } = useRepeatedAnswer<readonly FleetMinute[]>('/workers/history', REFRESH_MS);
  if (!data) return <ProblemNote problem={problem} />;
  if (data.length === 0) return null;
  return (
    <section>
      <h2>The last hour</h2>
      <p class="quiet">
        One reading a minute{data.length < 60 && `, since ${timeOf(data[0]!)}, when this server started`}.
      </p>
      {data.length > 1 && (
        <div class="curves">
          {curvesOf(data).map((curve) => (
            <Picture key={curve.name} curve={curve} minutes={data} />
          ))}
        </div>
      )}
    </section>
  );
}

function curvesOf(minutes: readonly FleetMinute[]): readonly Curve[] {
  const devices = [...new Set(minutes.flatMap(({ workers }) => Object.keys(workers)))].sort();
  return [
    { name: 'candidates a second', value: ({ rate }) => rate ?? 0, write: formatValue },
    { name: 'waiting tasks', value: ({ waiting }) => waiting, write: formatCount },
    {
      name: 'age of the oldest waiting task',
      value: ({ oldest }) => oldest,
      write: (seconds) => (seconds > 0 ? formatDuration(seconds) : 'none'),
    },
    { name: 'workers that started', value: ({ begun }) => begun, write: formatCount },
    { name: 'workers that ended', value: ({ gone }) => gone, write: formatCount },
    ...devices.map((device) => ({
      name: device === 'control' ? 'control workers' : `score workers: ${device}`,
      value: ({ workers }: FleetMinute) => workers[device] ?? 0,
      write: formatCount,
    })),
  ];
}

function Picture({
  curve: { name, value, write },
  minutes,
}: {
  readonly curve: Curve;
  readonly minutes: readonly FleetMinute[];
}) {
  const [first, last] = [minutes[0]!, minutes.at(-1)!];
  const [from, to] = [Date.parse(first.at), Date.parse(last.at)];
  const most = Math.max(...minutes.map(value));
  const x = ({ at }: FleetMinute) => ((Date.parse(at) - from) / Math.max(1, to - from)) * SIZE.width;
  const y = (minute: FleetMinute) =>
    SIZE.height - 2 - (value(minute) / Math.max(most, 1e-9)) * (SIZE.height - 4);
  // A number holds until the next reading, so the curve has steps.
  const line = minutes
    .flatMap((minute, i) => {
      const before = minutes[i - 1];
      return before
        ? [`${x(minute)},${y(before)}`, `${x(minute)},${y(minute)}`]
        : [`${x(minute)},${y(minute)}`];
    })
    .join(' ');
  return (
    <figure>
      <figcaption>
        {name}: <strong>{write(value(last))}</strong>
        <span class="quiet">, at most {write(most)}</span>
      </figcaption>
      <svg
        class="curve"
        viewBox={`0 0 ${SIZE.width} ${SIZE.height}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${name} from ${timeOf(first)} to ${timeOf(last)}, from 0 to ${write(most)}`}
      >
        <polyline points={line} />
      </svg>
      <div class="row between quiet">
        <span>{timeOf(first)}</span>
        <span>{timeOf(last)}</span>
      </div>
    </figure>
  );
}

/** The time of day where the visitor is. */
function timeOf({ at }: FleetMinute): string {
  return new Date(at).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
}
