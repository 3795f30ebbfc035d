// In: deploy/grafana/zeroscout.json. Out: every query asks for metrics and labels that workers really serve.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { createMetrics } from '../../workers/metrics.js';
import { ROOT } from '../support/zeroscout.js';

interface Dashboard {
  readonly panels: readonly {
    readonly title: string;
    readonly targets: readonly { readonly expr: string; readonly legendFormat: string }[];
  }[];
}
const { panels } = JSON.parse(readFileSync(join(ROOT, 'deploy/grafana/zeroscout.json'), 'utf8')) as Dashboard;
const queries = panels.flatMap(({ title, targets }) =>
  targets.map(({ expr, legendFormat }) => [title, expr, legendFormat] as const),
);

/** Names of series, and the labels of each. */
const served = new Map<string, Set<string>>();
beforeAll(async () => {
  for (const role of ['control', 'score']) {
    const metrics = createMetrics({ role, device: 'cpu' });
    metrics.onStoreFault({ describe: 'storing scores', kind: 'transient' });
    for (const [, name, labels = ''] of (await metrics.text()).matchAll(/^(\w+)(?:\{(.*?)\})? /gm)) {
      const known = served.get(name!) ?? served.set(name!, new Set()).get(name!)!;
      for (const [, label] of labels.matchAll(/(\w+)="/g)) known.add(label!);
    }
  }
});

test.each(queries)('%s: %s', (_title, expr, legend) => {
  const [name, ...more] = [...expr.matchAll(/\b(?:zeroscout|nodejs|process)_\w+/g)].map(([word]) => word);
  expect(more).toEqual([]);
  expect([...served.keys()]).toContain(name);
  const grouped = expr.match(/\bby \(([^)]*)\)/)![1]!.split(', ');
  const matched = [...expr.matchAll(/(\w+)=~?"/g)].map(([, label]) => label!);
  for (const label of [...grouped, ...matched]) expect([...served.get(name!)!], name).toContain(label);
  for (const [, label] of legend.matchAll(/\{\{(\w+)\}\}/g)) expect(grouped).toContain(label);
});
