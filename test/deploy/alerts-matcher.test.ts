// Tests that the chart's alerts look at the series of one installation alone where a matcher says which these are.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { debianProgram } from '../support/debian.js';
import { fetchDeployTools, type Manifest, type Rendered, toolsExist } from '../support/deploy-tools.js';
import { readQuery } from '../support/promql.js';
import { ROOT } from '../support/zeroscout.js';
import { secrets } from './chart-values.js';

const promtool = debianProgram('promtool');
const MATCHER = 'namespace="nas",cluster=~"a|b"';
const prometheusRule = { enabled: true, matcher: MATCHER, alertLabels: { namespace: 'nas' } };
const VALUES = {
  matched: { secrets, prometheusRule },
  plain: { secrets, prometheusRule: { enabled: true } },
  'a matcher without quotes': { secrets, prometheusRule: { enabled: true, matcher: 'namespace=nas' } },
};
type Case = keyof typeof VALUES;

describe.skipIf(!toolsExist)('alerts of the chart (Helm is fetched for linux-x64)', () => {
  let rendered: Readonly<Record<Case, Rendered>>;
  const specOf = (name: Case): Manifest =>
    rendered[name].manifests.find(({ kind }) => kind === 'PrometheusRule').spec;
  beforeAll(() => {
    rendered = fetchDeployTools().render<Case>(VALUES);
  }, 300_000);

  test('every series is matched, and nothing else of the rules changes', () => {
    const file = parse(readFileSync(join(ROOT, 'deploy/chart/files/alerts.yaml'), 'utf8'));
    expect(specOf('plain')).toEqual(file);
    const { groups } = specOf('matched');
    for (const { expr } of groups[0].rules)
      for (const { name, labels } of readQuery(expr).series)
        expect(labels, name).toEqual(expect.arrayContaining(['namespace', 'cluster']));
    const without = groups[0].rules.map(({ labels: { namespace, ...labels }, ...rule }: Manifest) => {
      expect(namespace).toBe('nas');
      return {
        ...rule,
        labels,
        expr: rule.expr.replaceAll(`{${MATCHER}}`, '').replaceAll(`${MATCHER},`, ''),
      };
    });
    expect([{ ...groups[0], rules: without }]).toEqual(file.groups);
  });

  test('what is no matcher is refused by name', () => {
    expect(rendered['a matcher without quotes'].refused).toContain('/prometheusRule/matcher');
  });

  test.skipIf(promtool === undefined)('another installation that works hides no alert of this one', () => {
    const dir = mkdtempSync(join(tmpdir(), 'zeroscout-alerts-'));
    const other = 'namespace="other",cluster="a",device="cpu"';
    const series = (labels: string, values: string) => ({ series: labels, values });
    const input_series = [
      series(
        'zeroscout_queue_age_seconds{queue="score",namespace="nas",cluster="a",device="cpu"}',
        '0+60x40',
      ),
      series(`zeroscout_candidates_total{outcome="scored",role="score",${other}}`, '0+10x40'),
      series(`zeroscout_candidates_total{outcome="reused",role="control",${other}}`, '0x40'),
    ];
    const expected = { severity: 'critical', namespace: 'nas' };
    const summaries = {
      ZeroscoutNobodyScores: 'Shards for cpu have waited for 30m 0s and nothing is scored',
      ZeroscoutControlGone: 'No control worker goes on with searches',
    };
    const alerts = (name: keyof typeof summaries, exp_labels: object) => ({
      eval_time: '30m',
      alertname: name,
      exp_alerts: [{ exp_labels, exp_annotations: { summary: summaries[name] } }],
    });
    const alert_rule_test = [
      alerts('ZeroscoutNobodyScores', { ...expected, device: 'cpu' }),
      // What is absent has the labels by which it was looked for.
      alerts('ZeroscoutControlGone', { ...expected, role: 'control' }),
    ];
    try {
      writeFileSync(join(dir, 'rules.yaml'), stringify(specOf('matched')));
      const tests = [{ interval: '1m', input_series, alert_rule_test }];
      writeFileSync(join(dir, 'cases.yaml'), stringify({ rule_files: ['rules.yaml'], tests }));
      const args = ['test', 'rules', join(dir, 'cases.yaml')];
      expect(execFileSync(promtool!, args, { encoding: 'utf8' })).toContain('SUCCESS');
      // Without a matcher neither alert fires, because the other installation scores and has a control worker.
      writeFileSync(join(dir, 'rules.yaml'), stringify(specOf('plain')));
      expect(() => execFileSync(promtool!, args, { stdio: 'pipe' })).toThrow('ZeroscoutControlGone');
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
});
