// Tests what an upgrade of the chart changes, and the control workers of several builds that it may run at once.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { fetchDeployTools, type Manifest, type Rendered, toolsExist } from '../support/deploy-tools.js';
import { ROOT } from '../support/zeroscout.js';
import { DIGEST, secrets } from './chart-values.js';

const TOLERATIONS = [{ key: 'servers', operator: 'Exists' }];
const VALUES = {
  plain: { secrets },
  trusted: { secrets, imagePullSecrets: [{ name: 'registry' }] },
  placed: { secrets, temporal: { tolerations: TOLERATIONS } },
  versioned: {
    secrets,
    image: { tag: '0.2.0' },
    control: {
      deployment: 'zeroscout',
      allowCommands: true,
      replicas: 3,
      earlier: {
        'v0-1': { tag: '0.1.0' },
        own: { tag: `0.1.0@${DIGEST}`, build: 'own-1', replicas: 2 },
      },
    },
    networkPolicy: { controlEgress: [{ ports: [{ port: 443 }] }] },
  },
  named: { secrets, control: { deployment: 'zeroscout', build: 'own-2' } },
  'a build of no deployment': { secrets, control: { build: '1' } },
  'an earlier build of no deployment': { secrets, control: { earlier: { one: { tag: '0.1.0' } } } },
  'an earlier build without an image': { secrets, control: { deployment: 'a', earlier: { one: {} } } },
};
type Case = keyof typeof VALUES;

/** Renders a copy of the chart in which this file has another text. */
function renderChanged(file: string, change: (text: string) => string): Rendered {
  const folder = mkdtempSync(join(tmpdir(), 'zeroscout-chart-'));
  try {
    cpSync(join(ROOT, 'deploy/chart'), folder, { recursive: true });
    const path = join(folder, file);
    writeFileSync(path, change(readFileSync(path, 'utf8')));
    return fetchDeployTools().render<'plain'>({ plain: VALUES.plain }, folder).plain;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe.skipIf(!toolsExist)('upgrades of the chart (Helm is fetched for linux-x64)', () => {
  let rendered: Readonly<Record<Case, Rendered>>;
  let next: Rendered;
  beforeAll(() => {
    rendered = fetchDeployTools().render<Case>(VALUES);
    next = renderChanged('Chart.yaml', (text) => text.replaceAll(/(ersion:) [\d.]+$/gm, '$1 9.9.9'));
  }, 300_000);
  const find = ({ manifests }: Rendered, kind: string, end: string): Manifest =>
    manifests.find((one) => one.kind === kind && one.metadata.name.endsWith(end));

  test('another version of the chart restarts workers, and no server that stays the same', () => {
    const template = (from: Rendered, kind: string, end: string) => find(from, kind, end).spec.template;
    for (const [kind, end] of [
      ['Deployment', '-temporal'],
      ['StatefulSet', '-postgresql'],
      ['StatefulSet', '-nats'],
    ] as const)
      expect(template(next, kind, end), end).toEqual(template(rendered.plain, kind, end));
    const [before, after] = [rendered.plain, next].map((from) => template(from, 'Deployment', '-control'));
    expect(after.spec.containers[0].image).toBe('zeroscout:9.9.9');
    expect(before.metadata.labels['helm.sh/chart']).not.toBe(after.metadata.labels['helm.sh/chart']);
  });

  test('a Job that would be another one has another name, as Kubernetes refuses to change a Job', () => {
    const jobOf = ({ manifests }: Rendered): Manifest => manifests.find(({ kind }) => kind === 'Job');
    const jobs = [rendered.plain, rendered.trusted, rendered.placed].map(jobOf);
    expect(new Set(jobs.map(({ metadata }) => metadata.name)).size).toBe(3);
    expect(jobs[1].spec.template.spec.imagePullSecrets).toEqual([{ name: 'registry' }]);
    expect(jobs[2].spec.template.spec.tolerations).toEqual(TOLERATIONS);
    const after = jobOf(next);
    expect([after.metadata.name, after.spec]).toEqual([jobs[0].metadata.name, jobs[0].spec]);
  });

  test('a server restarts where its settings change', () => {
    const checksum = (from: Rendered, kind: string, end: string): string =>
      find(from, kind, end).spec.template.metadata.annotations['checksum/config'];
    const slower = renderChanged('templates/nats.yaml', (text) => text.replace('"3s"', '"4s"'));
    const more = renderChanged('templates/temporal.yaml', (text) => text.replace('20000', '30000'));
    for (const [kind, end, changed] of [
      ['StatefulSet', '-nats', slower],
      ['Deployment', '-temporal', more],
    ] as const) {
      expect(checksum(rendered.plain, kind, end)).toMatch(/^[0-9a-f]{64}$/);
      expect(checksum(changed, kind, end)).not.toBe(checksum(rendered.plain, kind, end));
    }
  });

  test('control workers have a version in Temporal, and those of earlier builds stay beside them', () => {
    expect(rendered.versioned.problems).toEqual([]);
    const runs = rendered.versioned.manifests
      .filter(({ kind, metadata }) => kind === 'Deployment' && /-control/.test(metadata.name))
      .map(({ metadata, spec }) => {
        const [{ image, args }] = spec.template.spec.containers;
        return [metadata.name, spec.replicas, image, args.slice(1, -1)];
      });
    const common = ['--role=control', '--allow-commands', '--deployment=zeroscout'];
    expect(runs).toEqual([
      ['scan-zeroscout-control', 3, 'zeroscout:0.2.0', common],
      ['scan-zeroscout-control-own', 2, `zeroscout:0.1.0@${DIGEST}`, [...common, '--build=own-1']],
      ['scan-zeroscout-control-v0-1', 1, 'zeroscout:0.1.0', common],
    ]);
    const [args] = [find(rendered.named, 'Deployment', '-control').spec.template.spec.containers[0].args];
    expect(args).toEqual(expect.arrayContaining(['--deployment=zeroscout', '--build=own-2']));
    const plain = find(rendered.plain, 'Deployment', '-control').spec.template.spec.containers[0].args;
    expect(plain).toEqual(['worker', '--role=control', '--metrics=0.0.0.0:9464']);
  });

  test('earlier control workers reach the servers and webhooks as the others do', () => {
    const policy = (end: string) => find(rendered.versioned, 'NetworkPolicy', end).spec;
    expect(policy('-control-own').egress).toEqual(policy('-control').egress);
    expect(policy('-control').egress).toContainEqual({ ports: [{ port: 443 }] });
    for (const server of ['-nats', '-temporal'])
      expect(JSON.stringify(policy(server).ingress[0].from)).toContain(
        '"app.kubernetes.io/component":"control-own"',
      );
    expect(find(rendered.versioned, 'PodDisruptionBudget', '-control-own')).toBeDefined();
  });

  test.each([
    ['a build of no deployment', 'control.deployment'],
    ['an earlier build of no deployment', 'control.deployment'],
    ['an earlier build without an image', '/control/earlier/one'],
  ] as const)('%s is refused by name', (name, says) => {
    expect(rendered[name].refused).toContain(says);
  });
});
