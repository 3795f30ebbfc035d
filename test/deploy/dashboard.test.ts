// Tests that every query of the Grafana dashboard uses metrics and labels that workers serve.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readQuery, servedSeries } from '../support/promql.js';
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
const served = await servedSeries();

test.each(queries)('%s: %s', (_title, expr, legend) => {
  const { series, grouped } = readQuery(expr.replaceAll('$__rate_interval', '5m'));
  expect(series).toHaveLength(1);
  const { name, labels } = series[0]!;
  expect([...served.keys()]).toContain(name);
  for (const label of [...grouped, ...labels]) expect([...served.get(name)!], name).toContain(label);
  for (const [, label] of legend.matchAll(/\{\{(\w+)\}\}/g)) expect(grouped).toContain(label);
});
