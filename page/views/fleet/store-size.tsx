// Renders the size of what the store holds, by kind.
import type { Usage } from '../../../http/answers.js';
import { useAnswer } from '../../api/use-answer.js';
import { ProblemNote } from '../../parts/notes.js';
import { formatBytes, formatCount } from '../../text/format.js';

const NAMES: Readonly<Record<Usage['what'], string>> = {
  scores: 'scores',
  latencies: 'latencies',
  failures: 'reasons why candidates were set aside',
  blobs: 'rankings, candidate lists, and other files',
};

export function StoreSize() {
  const { data, problem } = useAnswer<readonly Usage[]>('/store');
  if (!data) return <ProblemNote problem={problem} />;
  const all = data.reduce((sum, { bytes }) => sum + bytes, 0);
  return (
    <section>
      <h2>Store</h2>
      <p class="quiet">
        {formatBytes(all)} in NATS. <code>zeroscout gc</code> deletes what old searches left.
      </p>
      <table>
        <thead>
          <tr>
            <th>what</th>
            <th class="number">messages</th>
            <th class="number">size</th>
          </tr>
        </thead>
        <tbody>
          {data.map(({ what, messages, bytes }) => (
            <tr key={what}>
              <td>{NAMES[what]}</td>
              <td class="number">{formatCount(messages)}</td>
              <td class="number">{formatBytes(bytes)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
