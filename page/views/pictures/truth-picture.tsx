// Renders score against known accuracies from a CSV file that the visitor opens, and their agreement.
import { useMemo, useState } from 'preact/hooks';
import type { Correlation } from '../../../http/answers.js';
import { type AskError, ask, searchPath } from '../../api/ask.js';
import { asAskError, useAnswer } from '../../api/use-answer.js';
import { Chart } from '../../charts/chart.js';
import type { Colours } from '../../charts/colours.js';
import { scatterOption } from '../../charts/options.js';
import { ProblemNote } from '../../parts/notes.js';
import type { RankingCells } from '../../table/use-ranking-pages.js';
import { accuraciesOf } from '../../text/csv.js';
import { formatCorrelation, formatValue } from '../../text/format.js';

interface Truth {
  readonly text: string;
  readonly correlation: Correlation;
}

export function TruthPicture({ id, colours }: { readonly id: string; readonly colours: Colours }) {
  const [truth, setTruth] = useState<Truth>();
  const [problem, setProblem] = useState<AskError>();
  const read = async (file: File | undefined) => {
    if (!file) return;
    setProblem(undefined);
    try {
      const text = await file.text();
      const correlation = await ask<Correlation>(searchPath(id, '/correlate'), {
        method: 'POST',
        body: text,
        type: 'text/csv',
      });
      setTruth({ text, correlation });
    } catch (error) {
      setTruth(undefined);
      setProblem(asAskError(error));
    }
  };
  return (
    <>
      <section>
        <h2>Score against known accuracies</h2>
        <p class="quiet">
          A CSV with a column <code>arch</code> and one for each dataset. It is compared and not stored.
        </p>
        <input
          type="file"
          accept=".csv,text/csv"
          aria-label="CSV of known accuracies"
          onChange={(event) => read(event.currentTarget.files?.[0])}
        />
        <ProblemNote problem={problem} />
        {truth && <Agreements correlation={truth.correlation} />}
      </section>
      {truth && <TruthScatter id={id} truth={truth} colours={colours} />}
    </>
  );
}

function Agreements({ correlation: { datasets } }: { readonly correlation: Correlation }) {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Agreement with known accuracies">
      <table>
        <thead>
          <tr>
            <th>dataset</th>
            <th class="number">Kendall’s τ</th>
            <th class="number">Spearman’s ρ</th>
            <th class="number">best known</th>
            <th class="number">best of the first 10</th>
          </tr>
        </thead>
        <tbody>
          {datasets.map(({ dataset, written, trueBest, top }) => (
            <tr key={dataset}>
              <td>{dataset}</td>
              <td class="number">{formatCorrelation(written.kendall, 3)}</td>
              <td class="number">{formatCorrelation(written.spearman, 3)}</td>
              <td class="number">{formatValue(trueBest)}</td>
              <td class="number">{formatValue(top.find(({ k }) => k === 10)?.best)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface TruthScatterProps {
  readonly id: string;
  readonly truth: Truth;
  readonly colours: Colours;
}

function TruthScatter({ id, truth: { text, correlation }, colours }: TruthScatterProps) {
  const datasets = correlation.datasets.map((known) => known.dataset);
  const [chosen, setChosen] = useState('');
  // Another file may have other datasets.
  const dataset = datasets.includes(chosen) ? chosen : (datasets[0] ?? '');
  const { data, problem } = useAnswer<readonly RankingCells[]>(searchPath(id, '/ranking/sample?size=5000'));
  const option = useMemo(() => {
    const known = accuraciesOf(text, dataset);
    const points = (data ?? []).flatMap(({ rank, candidate, score }) => {
      const accuracy = known.get(String(candidate));
      if (typeof score !== 'number' || accuracy === undefined) return [];
      return [{ value: [score, accuracy] as const, rank: Number(rank), candidate: String(candidate) }];
    });
    return scatterOption({
      colours,
      x: 'score',
      y: `accuracy, ${dataset}`,
      points,
      grid: undefined,
      front: [],
    });
  }, [text, dataset, data, colours]);
  return (
    <Chart
      title="Score against accuracy"
      option={option}
      about="Each point is a candidate whose accuracy the table knows under the same text, 5,000 at most."
    >
      <ProblemNote problem={problem} />
      <label>
        Dataset{' '}
        <select value={dataset} onChange={(event) => setChosen(event.currentTarget.value)}>
          {datasets.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
    </Chart>
  );
}
