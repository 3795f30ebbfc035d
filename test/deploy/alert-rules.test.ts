// Tests when each alert fires, with Prometheus' own unit tests of rules (test/deploy/alerts.test.yaml).
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { debianProgram } from '../support/debian.js';
import { ROOT } from '../support/zeroscout.js';

const promtool = debianProgram('promtool');
const CASES = join(ROOT, 'test/deploy/alerts.test.yaml');
const RULES = join(ROOT, 'deploy/chart/files/alerts.yaml');

interface RuleCase {
  readonly alert_rule_test: readonly {
    readonly alertname: string;
    readonly exp_alerts: readonly unknown[];
  }[];
}

test('every alert has a case in which it fires and one in which it does not', () => {
  const { tests } = parse(readFileSync(CASES, 'utf8')) as { tests: readonly RuleCase[] };
  const expectations = tests.flatMap(({ alert_rule_test }) => alert_rule_test);
  const names = (fires: boolean) =>
    [
      ...new Set(
        expectations
          .filter(({ exp_alerts }) => exp_alerts.length > 0 === fires)
          .map(({ alertname }) => alertname),
      ),
    ].sort();
  const { groups } = parse(readFileSync(RULES, 'utf8')) as {
    groups: readonly { rules: readonly { alert: string }[] }[];
  };
  const alerts = groups.flatMap(({ rules }) => rules.map(({ alert }) => alert)).sort();
  expect(names(true)).toEqual(alerts);
  expect(names(false)).toEqual(alerts);
});

describe.skipIf(promtool === undefined)('promtool', () => {
  test('has nothing against the rules', () => {
    expect(execFileSync(promtool!, ['check', 'rules', RULES], { encoding: 'utf8' })).toContain('SUCCESS');
  });

  test('sees every case fire as expected', () => {
    expect(execFileSync(promtool!, ['test', 'rules', CASES], { encoding: 'utf8' })).toContain('SUCCESS');
  });
});
