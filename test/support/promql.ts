// Lists the series and labels that a PromQL query uses, by Prometheus' own grammar.
import { parser } from '@prometheus-io/lezer-promql';
import { createMetrics } from '../../workers/metrics.js';

export interface Query {
  readonly series: readonly { readonly name: string; readonly labels: readonly string[] }[];
  /** The labels of every `by`. */
  readonly grouped: readonly string[];
}

export function readQuery(text: string): Query {
  const series: { name: string; labels: string[] }[] = [];
  const grouped: string[] = [];
  const parents: string[] = [];
  parser.parse(text).iterate({
    enter: ({ name, type, from, to }) => {
      if (type.isError) throw new Error(`no PromQL at ${from}: ${text}`);
      const word = text.slice(from, to);
      if (name === 'Identifier') series.push({ name: word, labels: [] });
      if (name === 'LabelName') {
        if (parents.includes('GroupingLabels')) grouped.push(word);
        else series.at(-1)!.labels.push(word);
      }
      parents.push(name);
    },
    leave: () => void parents.pop(),
  });
  return { series, grouped };
}

/** The labels that workers serve, by name of series. */
export async function servedSeries(): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const served = new Map<string, Set<string>>();
  for (const role of ['control', 'score']) {
    const metrics = createMetrics({ role, device: 'cpu' });
    metrics.onStoreFault({ describe: 'storing scores', kind: 'transient' });
    metrics.watchQueues(async () => [{ queue: 'score', device: 'cpu', tasks: 1, seconds: 1 }]);
    for (const [, name, labels = ''] of (await metrics.text()).matchAll(/^(\w+)(?:\{(.*?)\})? /gm)) {
      const known = served.get(name!) ?? served.set(name!, new Set()).get(name!)!;
      for (const [, label] of labels.matchAll(/(\w+)="/g)) known.add(label!);
    }
  }
  return served;
}
