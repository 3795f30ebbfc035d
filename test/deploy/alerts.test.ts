// Tests that the expressions of the chart's alerts use metrics that are served, and that the runbook has a
// row for each alert.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { readQuery, servedSeries } from '../support/promql.js';
import { ROOT } from '../support/zeroscout.js';

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly annotations: { readonly summary: string };
}
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const { groups } = parse(read('deploy/chart/files/alerts.yaml')) as {
  groups: readonly { rules: readonly Rule[] }[];
};
const rules = groups.flatMap(({ rules }) => rules);
const served = await servedSeries();
/** Labels that Prometheus adds to every series, and a series that it has for every target. */
const OF_TARGETS = ['job', 'instance'];
const isOfPrometheus = (name: string) => name === 'up';
/** The cells of the runbook's rows: alert, expression, what to look at, what to do. */
const rows = [
  ...read('docs/operate/monitoring.md').matchAll(/^\| `(Zeroscout\w+)` \| `(.+?)` \| (.+?) \| (.+?) \|$/gm),
];

test.each(rules)('$alert', ({ alert, expr, annotations: { summary } }) => {
  const { series, grouped } = readQuery(expr);
  expect(series.length).toBeGreaterThan(0);
  for (const { name, labels } of series.filter(({ name }) => !isOfPrometheus(name))) {
    expect([...served.keys()]).toContain(name);
    for (const label of [...labels, ...grouped])
      expect([...served.get(name)!, ...OF_TARGETS], name).toContain(label);
  }
  const isGrouped = grouped.length > 0;
  for (const [, label] of summary.matchAll(/\$labels\.(\w+)/g))
    expect(isGrouped ? grouped : OF_TARGETS).toContain(label);
  // A table has no line breaks, and its vertical bars are escaped.
  const [, , written] = rows.find(([, name]) => name === alert) ?? [];
  expect(written?.replaceAll('\\|', '|')).toBe(expr);
});

test('the runbook knows no other alerts', () => {
  expect(rows.map(([, name]) => name).sort()).toEqual(rules.map(({ alert }) => alert).sort());
});
