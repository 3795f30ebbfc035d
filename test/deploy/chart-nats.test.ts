// Tests that the chart's NATS configurations are accepted by nats-server, and how its nodes authenticate each other.
import { execFileSync } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { fetchDeployTools, type Manifest, type Rendered, toolsExist } from '../support/deploy-tools.js';
import { findNatsServer } from '../support/nats.js';
import { GOOD, secrets } from './chart-values.js';

type Case = keyof typeof GOOD;

describe.skipIf(!toolsExist)('NATS in the chart (Helm is fetched for linux-x64)', () => {
  let rendered: Readonly<Record<Case, Rendered>>;
  beforeAll(() => {
    rendered = fetchDeployTools().render<Case>(GOOD);
  }, 300_000);

  const of = (name: Case, kind: string, end: string): Manifest =>
    rendered[name].manifests.find((one) => one.kind === kind && one.metadata.name.endsWith(end));
  const variables = (name: Case): Manifest[] =>
    of(name, 'StatefulSet', '-nats').spec.template.spec.containers[0].env;
  /** The values of the Secret that the chart creates, decoded. */
  const routes = (name: Case): Record<string, string> =>
    Object.fromEntries(
      Object.entries<string>(of(name, 'Secret', '-nats-routes').data).map(([key, value]) => [
        key,
        Buffer.from(value, 'base64').toString(),
      ]),
    );
  const addresses = (name: Case): string | undefined =>
    variables(name).find(({ name }) => name === 'NATS_ROUTES')?.value;

  test.each(['everything', 'trusted', 'small'] as const)(
    '%s: nats-server takes its configuration',
    (name) => {
      const { data } = of(name, 'ConfigMap', '-nats');
      const folder = mkdtempSync(join(tmpdir(), 'zeroscout-chart-'));
      try {
        const file = join(folder, 'nats.conf');
        const config: string = data['nats.conf'];
        writeFileSync(
          file,
          config.replace('"/data"', JSON.stringify(folder)).replaceAll('/tls/', `${folder}/`),
        );
        writeFileSync(join(folder, 'nats-users.conf'), data['nats-users.conf']);
        // The contents of the Secret named by `trusted` are not available here.
        for (const [key, text] of Object.entries(routes('everything')))
          writeFileSync(join(folder, key), text);
        const passwords = variables(name).filter(({ name }) => name.endsWith('_PASSWORD'));
        // The nodes of a cluster share a password of their own.
        expect(passwords.length).toBe(name === 'small' ? 4 : 5);
        const env = {
          NATS_NAME: 'nats-0',
          NATS_ROUTES: addresses(name)?.replaceAll('$(NATS_ROUTES_PASSWORD)', secrets.natsPassword),
          ...Object.fromEntries(passwords.map(({ name }) => [name, secrets.natsPassword])),
        };
        expect(() =>
          execFileSync(findNatsServer()!, ['-t', '-c', file], { env, stdio: 'pipe' }),
        ).not.toThrow();
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  );

  test('the nodes have a password and a certificate for all their names, or those of the Secret that is named', () => {
    const { 'tls.crt': cert, 'tls.key': key, 'ca.crt': ca, password } = routes('everything');
    expect(password).toMatch(/^[A-Za-z][A-Za-z0-9]{31,}$/);
    const certificate = new X509Certificate(cert!);
    expect(certificate.checkPrivateKey(createPrivateKey(key!))).toBe(true);
    expect(certificate.verify(new X509Certificate(ca!).publicKey)).toBe(true);
    expect(Date.parse(certificate.validTo)).toBeGreaterThan(Date.now() + 9 * 365 * 24 * 3_600_000);
    for (const [name, count] of [
      ['everything', 3],
      ['trusted', 5],
    ] as const) {
      const hosts = (JSON.parse(addresses(name)!) as string[]).map((url) => new URL(url).hostname);
      expect(hosts).toHaveLength(count);
      for (const host of hosts) expect(certificate.checkHost(host)).toBe(host);
    }
    expect(of('trusted', 'Secret', '-nats-routes')).toBeUndefined();
    expect(of('trusted', 'StatefulSet', '-nats').spec.template.spec.volumes).toContainEqual(
      expect.objectContaining({ secret: expect.objectContaining({ secretName: 'nats-routes' }) }),
    );
    expect(of('small', 'Secret', '-nats-routes')).toBeUndefined();
    expect(addresses('small')).toBeUndefined();
  });
});
