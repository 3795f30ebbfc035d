// Tests that the chart gives each process the secrets that are set for its account alone, without common ones.
import { beforeAll, describe, expect, test } from 'vitest';
import { fetchDeployTools, type Manifest, toolsExist } from '../support/deploy-tools.js';

const VALUES = {
  temporal: { enabled: false, address: 'temporal.example:7233', tls: { secret: 'temporal-tls' } },
  nats: {
    enabled: false,
    url: 'nats://nats.example:4222',
    score: { urlSecret: 'score-url', credsSecret: 'score-creds' },
    admin: { credsSecret: 'admin-creds' },
  },
  retention: { enabled: true },
};

describe.skipIf(!toolsExist)('the chart (Helm is fetched for linux-x64)', () => {
  let pods: Readonly<Record<string, Manifest>>;
  const env = (part: string) =>
    Object.fromEntries(
      pods[part]!.containers[0].env.map((one: Manifest) => [
        one.name,
        one.value ?? one.valueFrom.secretKeyRef?.name,
      ]),
    );
  const secrets = (part: string) =>
    pods[part]!.volumes.flatMap(({ secret }: Manifest) => secret?.secretName ?? []);
  const mounted = (part: string) => pods[part]!.containers[0].volumeMounts.map(({ name }: Manifest) => name);

  beforeAll(() => {
    const { alone } = fetchDeployTools().render<'alone'>({ alone: VALUES });
    expect(alone.problems).toEqual([]);
    const templates = alone.manifests.flatMap(({ kind, spec }) => {
      if (kind === 'Deployment') return [spec.template];
      return kind === 'CronJob' ? [spec.jobTemplate.spec.template] : [];
    });
    const partOf = ({ metadata }: Manifest) => metadata.labels['app.kubernetes.io/component'];
    pods = Object.fromEntries(templates.map((template) => [partOf(template), template.spec]));
  }, 300_000);

  test('a secret of Temporal certificates turns TLS on', () => {
    for (const part of ['control', 'score-cpu', 'gc']) {
      expect(env(part)).toMatchObject({
        TEMPORAL_TLS: 'true',
        TEMPORAL_TLS_CLIENT_KEY_PATH: '/etc/zeroscout/temporal/tls.key',
      });
      expect(mounted(part)).toContain('temporal-tls');
      expect(secrets(part)).toContain('temporal-tls');
    }
  });

  test('secrets of NATS for one account reach that account only', () => {
    expect(env('score-cpu')).toMatchObject({
      NATS_URL: 'score-url',
      NATS_CREDS: '/etc/zeroscout/nats/nats.creds',
    });
    expect(secrets('score-cpu')).toContain('score-creds');
    expect(mounted('score-cpu')).toContain('nats-creds');
    expect(env('gc')).toMatchObject({
      NATS_URL: 'nats://nats.example:4222',
      NATS_CREDS: '/etc/zeroscout/nats/nats.creds',
    });
    expect(secrets('gc')).toContain('admin-creds');
    expect(env('control')).toMatchObject({ NATS_URL: 'nats://nats.example:4222' });
    expect(env('control')).not.toHaveProperty('NATS_CREDS');
    expect(mounted('control')).not.toContain('nats-creds');
  });
});
