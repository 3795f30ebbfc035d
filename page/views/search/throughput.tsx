// Renders the rate at which candidates are scored: the rate of the last minute, and a curve of the last 15
// minutes.
import { useMemo, useRef } from 'preact/hooks';
import type { LiveProgress } from '../../../http/answers.js';
import { formatDuration, formatValue } from '../../text/format.js';
import { createRates, type Rate } from '../searches/rates.js';

interface Sample {
  readonly at: number;
  readonly perSecond: number;
}

export interface ThroughputSamples {
  readonly rate: Rate | undefined;
  readonly curve: readonly Sample[];
}

const KEPT_MS = 15 * 60_000;
const SIZE = { width: 640, height: 80 };

export function useThroughput(progress: LiveProgress | undefined): ThroughputSamples {
  const rates = useRef(createRates());
  const curve = useRef<readonly Sample[]>([]);
  return useMemo(() => {
    if (!progress) return { rate: undefined, curve: curve.current };
    const at = Date.now();
    const counts = { ...progress, done: progress.now };
    rates.current.note([{ id: 'this', counts, ended: null }], at);
    const rate = rates.current.of({ id: 'this' });
    if (rate)
      curve.current = [
        ...curve.current.filter((sample) => at - sample.at < KEPT_MS),
        { at, perSecond: rate.perSecond },
      ];
    return { rate, curve: curve.current };
  }, [progress]);
}

export function Throughput({ samples: { curve } }: { readonly samples: ThroughputSamples }) {
  const [first, last] = [curve[0], curve.at(-1)];
  if (!first || !last || curve.length < 3) return null;
  const most = Math.max(...curve.map(({ perSecond }) => perSecond));
  const x = ({ at }: Sample) => ((at - first.at) / Math.max(1, last.at - first.at)) * SIZE.width;
  const y = ({ perSecond }: Sample) => SIZE.height - (perSecond / most) * (SIZE.height - 4);
  const line = curve.map((sample) => `${x(sample).toFixed(1)},${y(sample).toFixed(1)}`).join(' ');
  return (
    <figure>
      <figcaption>
        Candidates a second over the last {formatDuration((last.at - first.at) / 1000)}; at most{' '}
        {formatValue(most)}/s
      </figcaption>
      <svg
        class="curve"
        viewBox={`0 0 ${SIZE.width} ${SIZE.height}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`throughput, now ${formatValue(last.perSecond)} candidates a second`}
      >
        <polyline points={line} />
      </svg>
    </figure>
  );
}
