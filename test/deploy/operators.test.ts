// Tests the chart's objects for the operators of KEDA and Prometheus against the schemas of their resource
// definitions, the keys of KEDA's trigger against the version that the chart names, and the packed chart.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import {
  type DeployTools,
  fetchDeployTools,
  fetchModels,
  type Manifest,
  type Rendered,
  toolsExist,
} from '../support/deploy-tools.js';
import { ROOT } from '../support/zeroscout.js';
import { GOOD } from './chart-values.js';

/**
 * What the Temporal scaler of KEDA reads, from its documentation for this version (keda.sh/docs/2.21/scalers/temporal).
 * KEDA ignores other keys without a word.
 */
const KEDA = {
  version: '2.21',
  trigger: [
    'endpoint',
    'endpointFromEnv',
    'namespace',
    'activationTargetQueueSize',
    'targetQueueSize',
    'taskQueue',
    'queueTypes',
    'workerDeploymentName',
    'workerDeploymentBuildId',
    'includeRunningWorkflowCount',
    'workflowTaskQueueForCount',
    'apiKeyFromEnv',
    'minConnectTimeout',
    'unsafeSsl',
    'tlsServerName',
    'enableTLS',
  ],
  authentication: ['apiKey', 'ca', 'cert', 'key', 'keyPassword'],
};
const OPERATORS = /^(keda\.sh|monitoring\.coreos\.com)\//;

describe.skipIf(!toolsExist)('the chart (Helm is fetched for linux-x64)', () => {
  let tools: DeployTools;
  let modelOf: Awaited<ReturnType<typeof fetchModels>>;
  let rendered: Readonly<Record<string, Rendered>>;
  const objects = (): Manifest[] =>
    Object.values(rendered)
      .flatMap(({ manifests }) => manifests)
      .filter(({ apiVersion }) => OPERATORS.test(apiVersion));
  const of = (kind: string) => objects().filter((one) => one.kind === kind);
  const faultOf = (manifest: Manifest): string => {
    const Model = modelOf(manifest);
    if (!Model) return `no model of ${manifest.apiVersion} ${manifest.kind}`;
    try {
      new Model(manifest).validate();
      return '';
    } catch (error) {
      return `${error}`;
    }
  };

  beforeAll(async () => {
    tools = fetchDeployTools();
    modelOf = await fetchModels();
    rendered = tools.render<string>(GOOD);
  }, 300_000);

  test('the operators accept their objects', () => {
    expect(new Set(objects().map(({ kind }) => kind))).toEqual(
      new Set(['ScaledObject', 'TriggerAuthentication', 'PodMonitor', 'PrometheusRule']),
    );
    for (const manifest of objects()) expect(faultOf(manifest), manifest.kind).toBe('');
  });

  test('they would refuse wrong ones', () => {
    const [scaled] = of('ScaledObject');
    expect(faultOf({ ...scaled, spec: { ...scaled.spec, pollingInterval: 'often' } })).toContain(
      'pollingInterval',
    );
    const [monitor] = of('PodMonitor');
    const podMetricsEndpoints = [{ port: 'metrics', interval: 'soon' }];
    expect(faultOf({ ...monitor, spec: { ...monitor.spec, podMetricsEndpoints } })).toContain('interval');
  });

  test('the version of KEDA that the chart names has every key that it sets', () => {
    const notes = readFileSync(join(ROOT, 'deploy/chart/templates/NOTES.txt'), 'utf8');
    expect(notes).toContain(`KEDA ${KEDA.version} or newer`);
    const keys = of('ScaledObject').flatMap(({ spec }) =>
      spec.triggers.flatMap(({ metadata }: Manifest) => Object.keys(metadata)),
    );
    expect(KEDA.trigger).toEqual(expect.arrayContaining(keys));
    const parameters = of('TriggerAuthentication').flatMap(({ spec }) =>
      spec.secretTargetRef.map(({ parameter }: Manifest) => parameter),
    );
    expect(parameters.length).toBeGreaterThan(0);
    expect(KEDA.authentication).toEqual(expect.arrayContaining(parameters));
  });

  test('Helm packs it under its version', () => {
    const folder = mkdtempSync(join(tmpdir(), 'zeroscout-chart-'));
    const { version } = parse(readFileSync(join(ROOT, 'deploy/chart/Chart.yaml'), 'utf8'));
    expect(basename(tools.pack(folder))).toBe(`zeroscout-${version}.tgz`);
    rmSync(folder, { recursive: true });
  });
});
