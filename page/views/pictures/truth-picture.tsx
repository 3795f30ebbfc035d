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
import { parseTable } from '../../text/csv.js';

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
      {truth && <TruthScatter id={id} text={truth.text} colours={colours} />}
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
              <td class="number">{written.kendall?.toFixed(3) ?? '–'}</td>
              <td class="number">{written.spearman?.toFixed(3) ?? '–'}</td>
              <td class="number">{trueBest.toFixed(2)}</td>
              <td class="number">{top.find(({ k }) => k === 10)?.best.toFixed(2) ?? '–'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface TruthScatterProps {
  readonly id: string;
  readonly text: string;
  readonly colours: Colours;
}

function TruthScatter({ id, text, colours }: TruthScatterProps) {
  const { header, rows } = useMemo(() => parseTable(text), [text]);
  const datasets = header.slice(1);
  const [dataset, setDataset] = useState(datasets[0] ?? '');
  const { data } = useAnswer<readonly RankingCells[]>(searchPath(id, '/ranking/sample?size=5000'));
  const option = useMemo(() => {
    const column = header.indexOf(dataset);
    const known = new Map(rows.map((cells) => [cells[0], Number.parseFloat(cells[column] ?? '')]));
    const points = (data ?? []).flatMap(({ rank, candidate, score }) => {
      const accuracy = known.get(String(candidate));
      if (typeof score !== 'number' || accuracy === undefined || Number.isNaN(accuracy)) return [];
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
  }, [header, rows, dataset, data, colours]);
  return (
    <Chart
      title="Score against accuracy"
      option={option}
      about="Each point is a candidate whose accuracy the table knows under the same text, 5,000 at most."
    >
      <label>
        Dataset{' '}
        <select value={dataset} onChange={(event) => setDataset(event.currentTarget.value)}>
          {datasets.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
    </Chart>
  );
}
