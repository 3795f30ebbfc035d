// Tests that deploy/compose.yaml comes up whole under docker-compose and podman, and that a search from its
// command line goes through it. `npm run test:compose` provides images and podman's socket.
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type TestHome, testHome } from '../support/home.js';
import { freePort } from '../support/nats.js';
import { answers } from '../support/shipped-nats.js';
import { ROOT, specification } from '../support/zeroscout.js';

const socket = process.env.ZEROSCOUT_COMPOSE_SOCKET;
const SAMPLES = 12;
/** The interval of the health checks in the compose file. */
const HEALTH_MS = 5_000;
const PROJECT = `zeroscout-compose-${process.pid}`;
const PASSWORDS = ['', 'CONTROL_', 'SCORE_', 'READER_', 'ROUTES_'].map((role) => `NATS_${role}PASSWORD`);

describe.skipIf(socket === undefined)('the compose file', () => {
  let home: TestHome;
  let port: number;
  let checking = true;
  let checks: Promise<void>;
  let files: readonly string[];
  const env = () => ({
    ...process.env,
    ...Object.fromEntries(PASSWORDS.map((name, i) => [name, `a-Password_${i}`])),
    POSTGRES_PASSWORD: 'unused',
    DOCKER_HOST: `unix://${socket}`,
    ZEROSCOUT_IMAGE: process.env.ZEROSCOUT_COMPOSE_IMAGE,
    ZEROSCOUT_UI_TOKEN: 'a-token-of-the-test-1234567890',
    WORK_FOLDER: home.dir,
    UID: '1000',
    GID: '1000',
  });
  const compose = (...args: string[]) => {
    const options = ['--project-name', PROJECT, ...files.flatMap((file) => ['-f', file])];
    return ended('docker-compose', [...options, ...args], env());
  };

  beforeAll(async () => {
    home = testHome();
    chmodSync(home.dir, 0o777);
    chmodSync(join(home.dir, '..'), 0o755);
    port = await freePort();
    // Only the ports of this machine differ from the shipped file, because they may be taken.
    const nothing = ['nats-1', 'temporal', 'temporal-ui'].map((name) => `  ${name}: { ports: !reset [] }`);
    const page = `  ui: { ports: !override ["127.0.0.1:${port}:8600"] }`;
    const ports = home.write('ports.yaml', ['services:', ...nothing, page, ''].join('\n'));
    files = [join(ROOT, 'deploy/compose.yaml'), ports];
    checks = checkHealth();
    const up = await compose('up', '--detach', '--no-build', '--wait', '--wait-timeout', '240');
    const logs = up.code === 0 ? '' : `${(await compose('logs', '--tail', '20')).output}${sick()}`;
    expect(up.code, `${up.output}\n${logs}`).toBe(0);
  }, 300_000);
  afterAll(async () => {
    if (files) await compose('down', '--volumes', '--timeout', '5');
    checking = false;
    await checks;
    await home?.remove();
  }, 120_000);

  /** What the health checks of containers that are not healthy have said. */
  function sick(): string {
    const format = '{{.Name}} {{json .State.Health}}';
    const inspected = spawnSync('podman', ['inspect', '--format', format, ...ours()], { encoding: 'utf8' });
    return inspected.stdout
      .split('\n')
      .filter((line) => !line.includes('"healthy"'))
      .join('\n');
  }

  function ours(): readonly string[] {
    const names = spawnSync('podman', ['ps', '--format', '{{.Names}}'], { encoding: 'utf8' }).stdout;
    return names.split('\n').filter((name) => name.startsWith(PROJECT));
  }

  /** podman has its health checks run by systemd, which is not here. */
  async function checkHealth(): Promise<void> {
    while (checking) {
      await Promise.all(ours().map((name) => ended('podman', ['healthcheck', 'run', name], process.env)));
      await sleep(HEALTH_MS);
    }
  }

  test('every service runs', async () => {
    const { output } = await compose('ps', '--format', '{{.Service}} {{.State}}');
    const running = output.trim().split('\n').sort();
    const expected = [
      'control',
      'nats-1',
      'nats-2',
      'nats-3',
      'postgresql',
      'score',
      'temporal',
      'temporal-ui',
      'ui',
    ];
    expect(running).toEqual(expected.map((name) => `${name} running`));
    await answers(`http://127.0.0.1:${port}/readyz`);
  });

  test('a search from its command line', { timeout: 200_000 }, async () => {
    mkdirSync(join(home.dir, 'out'));
    chmodSync(join(home.dir, 'out'), 0o777);
    home.write('search.json', specification({ samples: SAMPLES }));
    const run = await compose('run', '--rm', '-T', 'cli', 'run', 'search.json', '--out', 'out');
    expect(run.code, run.output).toBe(0);
    expect(home.read('out/ranking.csv').trimEnd().split('\n')).toHaveLength(1 + SAMPLES);
  });
});

async function ended(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<{ code: number | null; output: string }> {
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text) => {
      output += text;
    });
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, output };
}
