// Runs the NATS nodes of the compose file, or of the chart's manifests, as processes with an address each.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Compose } from './compose.js';
import type { Manifest } from './deploy-tools.js';
import { until } from './home.js';
import { type NatsServer, runNats } from './nats.js';
import { ROOT } from './zeroscout.js';

export interface ShippedNats {
  readonly nodes: readonly NatsServer[];
  /** The `host:port` of each node for clients. */
  readonly clients: readonly string[];
  readonly routes: readonly string[];
  readonly monitors: readonly string[];
  /** The name of the cluster. */
  readonly cluster: string;
  readonly routesPassword: string;
  /** The passwords of the users, by role. */
  readonly passwords: Readonly<Record<'admin' | 'control' | 'score' | 'reader', string>>;
  /** Paths of the certificate that the nodes show each other, its key, and the trusted authority. */
  readonly tls: { readonly cert: string; readonly key: string; readonly ca: string };
}

interface Node {
  readonly name: string;
  readonly ip: string;
  /** nats.conf, with the paths and addresses of this machine. */
  readonly config: string;
  readonly env: Readonly<Record<string, string>>;
  readonly wrapper?: readonly string[];
}

/** Starts the nodes of the compose file: three, with the certificate that the file's own command creates. */
export async function startComposeNats(given: {
  readonly compose: Compose;
  readonly dir: string;
  /** The command that runs a node on its host. */
  readonly wrapperOf?: (name: string) => readonly string[];
}): Promise<ShippedNats> {
  const { compose, dir, wrapperOf } = given;
  const names = ['nats-1', 'nats-2', 'nats-3'];
  const tls = join(dir, 'tls');
  mkdirSync(tls);
  const [command = ''] = compose.service('nats-certificate').command;
  const here = names.reduce(
    (text, name) => text.replace(`DNS:${name}`, `IP:${compose.service(name).ip}`),
    command.replaceAll('/tls/', `${tls}/`),
  );
  const { status, stderr } = spawnSync('/bin/sh', ['-euc', here], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`nats-certificate: ${stderr}`);
  writeFileSync(join(dir, 'nats-users.conf'), readUsers());
  const nodes = names.map((name) => ({
    name,
    ip: compose.service(name).ip,
    config: compose.file(name, 'nats.conf').replaceAll('/tls/', `${tls}/`),
    env: compose.service(name).environment,
    ...(wrapperOf ? { wrapper: wrapperOf(name) } : {}),
  }));
  return startNodes({ dir, tls, nodes, ca: 'tls.crt' });
}

/** The reason why the chart's nodes cannot run here: they need host names of their own. */
export function whyNoHosts(): string | undefined {
  const { status } = spawnSync('unshare', ['-rm', 'sh', '-c', 'mount --bind /etc/hosts /etc/hosts']);
  return status === 0 ? undefined : 'unshare -rm is not possible here: nodes of the chart are not started';
}

/** Starts the nodes of the chart's manifests, which know each other by the chart's names. */
export async function startChartNats(given: {
  readonly manifests: readonly Manifest[];
  readonly dir: string;
}): Promise<ShippedNats> {
  const { manifests, dir } = given;
  const of = (kind: string, name: string): Manifest =>
    manifests.find((one) => one.kind === kind && one.metadata.name === name);
  const { data: files } = of('ConfigMap', 'scan-zeroscout-nats');
  const { spec } = of('StatefulSet', 'scan-zeroscout-nats');
  const secretOf = ({ name, key }: { name: string; key: string }): string => {
    const { stringData, data } = of('Secret', name);
    return stringData?.[key] ?? Buffer.from(data[key], 'base64').toString();
  };
  const tls = join(dir, 'tls');
  mkdirSync(tls);
  const { secret } = spec.template.spec.volumes.find((volume: Manifest) => volume.name === 'routes');
  for (const { key, path } of secret.items)
    writeFileSync(join(tls, path), secretOf({ name: secret.secretName, key }));
  writeFileSync(join(dir, 'nats-users.conf'), files['nats-users.conf']);
  const network = `127.${1 + (process.pid % 250)}.${251 + (process.pid % 4)}`;
  const nodes = Array.from({ length: spec.replicas }, (_, i) => ({
    name: `scan-zeroscout-nats-${i}`,
    ip: `${network}.${i + 1}`,
  }));
  const hosts = join(dir, 'hosts');
  const lines = nodes.map(({ name, ip }) => `${ip} ${name}.scan-zeroscout-nats`);
  writeFileSync(hosts, `127.0.0.1 localhost\n${lines.join('\n')}\n`);
  const wrapper = ['unshare', '-rm', 'sh', '-c', `mount --bind ${hosts} /etc/hosts; exec "$@"`, 'node'];
  return startNodes({
    dir,
    tls,
    ca: 'ca.crt',
    nodes: nodes.map(({ name, ip }) => ({
      name,
      ip,
      wrapper,
      config: files['nats.conf'].replaceAll('0.0.0.0', ip).replaceAll('/tls/', `${tls}/`),
      env: environmentOf({ container: spec.template.spec.containers[0], pod: name, secretOf }),
    })),
  });
}

/** Expands `$(NAME)` as Kubernetes does, from earlier variables. */
function environmentOf(given: {
  readonly container: Manifest;
  readonly pod: string;
  readonly secretOf: (key: { name: string; key: string }) => string;
}): Record<string, string> {
  const env: Record<string, string> = { PATH: process.env.PATH ?? '' };
  for (const { name, value, valueFrom } of given.container.env) {
    if (valueFrom?.secretKeyRef) env[name] = given.secretOf(valueFrom.secretKeyRef);
    else if (valueFrom) env[name] = given.pod;
    else env[name] = value.replace(/\$\((\w+)\)/g, (_: string, other: string) => env[other]);
  }
  return env;
}

async function startNodes(given: {
  readonly dir: string;
  readonly tls: string;
  readonly ca: string;
  readonly nodes: readonly Node[];
}): Promise<ShippedNats> {
  const { dir, tls, ca, nodes } = given;
  const servers = await Promise.all(
    nodes.map(async ({ name, ip, config, env, wrapper }) => {
      const data = join(dir, name);
      mkdirSync(data);
      const file = join(dir, `${name}.conf`);
      writeFileSync(file, config.replace('"/data"', JSON.stringify(data)));
      return runNats({ host: ip, port: 4222, args: ['-c', file], env, ...(wrapper ? { wrapper } : {}) });
    }),
  );
  const { env } = nodes[0]!;
  const at = (port: number) => nodes.map(({ ip }) => `${ip}:${port}`);
  await Promise.all(at(8222).map((monitor) => answers(`http://${monitor}/healthz`)));
  return {
    nodes: servers,
    clients: at(4222),
    routes: at(6222),
    monitors: at(8222),
    cluster: /cluster \{\s*name: "(.*)"/.exec(nodes[0]!.config)![1]!,
    routesPassword: env.NATS_ROUTES_PASSWORD!,
    passwords: {
      admin: env.NATS_PASSWORD!,
      control: env.NATS_CONTROL_PASSWORD!,
      score: env.NATS_SCORE_PASSWORD!,
      reader: env.NATS_READER_PASSWORD!,
    },
    tls: { cert: join(tls, 'tls.crt'), key: join(tls, 'tls.key'), ca: join(tls, ca) },
  };
}

export function readUsers(): string {
  return readFileSync(join(ROOT, 'deploy/chart/files/nats-users.conf'), 'utf8');
}

/** Waits until `url` answers with success. */
export async function answers(url: string): Promise<void> {
  const ok = () =>
    fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
      (response) => response.ok,
      () => false,
    );
  await until(ok, { what: `${url} answers`, timeoutMs: 60_000, everyMs: 100 });
}
