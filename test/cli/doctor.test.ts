// Tests what the doctor reports about homes and environments, as a table and as JSON, and that it starts
// nothing.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { expect, test, vi } from 'vitest';
import { adviceInCommands } from '../../cli/advice.js';
import { addDoctorCommand } from '../../cli/commands/doctor.js';
import { addServicesCommands } from '../../cli/commands/services.js';
import { renderChecks } from '../../cli/render/checks.js';
import type { Check } from '../../client/doctor/check.js';
import { diagnose } from '../../client/doctor/examine.js';
import { resolveHome } from '../../client/embedded/home.js';
import { closedPort } from '../client/embedded/places.js';

const NEVER_MADE = '/tmp/zeroscout-doctor-never-made';
/** The person who runs the tests may have fetched servers into a data folder. */
const home = resolveHome({ env: { ZEROSCOUT_HOME: NEVER_MADE, XDG_DATA_HOME: join(NEVER_MADE, 'data') } });
const env = { ...process.env, TEMPORAL_ADDRESS: '', NATS_URL: '', NATS_CREDS: '' };

test('nothing there: each line has a verdict, nothing is made', { timeout: 60_000 }, async () => {
  const checks = await diagnose({ home, env });
  const names = [
    'Node',
    'platform',
    'processors',
    'memory',
    'disk',
    'python3, pip',
    'temporal',
    'nats-server',
  ];
  expect(checks.map(({ name }) => name)).toEqual([
    ...names,
    'ONNX Runtime',
    "encryption of Temporal's payloads",
    'Temporal server',
    'NATS server',
  ]);
  expect(checks.find(({ name }) => name === 'ONNX Runtime')).toMatchObject({
    status: 'ok',
    found: expect.stringContaining('cpu'),
  });
  expect(checks.find(({ name }) => name === 'Temporal server')?.found).toMatch(/not running/);
  for (const { status, todo } of checks) expect(status === 'ok' || todo !== '').toBe(true);
  expect(existsSync(home.root)).toBe(false);
  const json = JSON.parse(renderChecks({ checks, format: 'json' })) as { readonly checks: Check[] };
  expect(json.checks).toEqual(checks.map(({ advice, ...check }) => ({ ...check, todo: expect.any(String) })));
  for (const [i, { todo, advice }] of checks.entries())
    expect(json.checks[i]!.todo).toBe(advice ? adviceInCommands(advice) : todo);
  expect(renderChecks({ checks, format: 'table' })).toContain('ONNX Runtime');
});

test('a home that cannot be one is missing, however much room its disk has', {
  timeout: 60_000,
}, async () => {
  const file = fileURLToPath(import.meta.url);
  const checks = await diagnose({ home: resolveHome({ env: { ZEROSCOUT_HOME: file } }), env });
  expect(checks.find(({ name }) => name === 'disk')).toMatchObject({
    status: 'missing',
    found: expect.stringMatching(/^ZEROSCOUT_HOME: .*a file where a folder should be/),
  });
});

test('a home that cannot be written is told, although searches on other servers need none', {
  timeout: 60_000,
}, async () => {
  // Root may write everywhere, so a file system that is mounted for reading only is simulated.
  const READ_ONLY = fileURLToPath(new URL('.', import.meta.url)).replace(/\/$/, '');
  vi.doMock('node:fs/promises', async (original) => {
    const actual = await original<typeof import('node:fs/promises')>();
    const access: typeof actual.access = async (path, mode) => {
      if (path === READ_ONLY) throw Object.assign(new Error('EROFS'), { code: 'EROFS' });
      return actual.access(path, mode);
    };
    return { ...actual, access };
  });
  // Other tests of this process may have loaded the doctor already.
  vi.resetModules();
  const doctor = await import('../../client/doctor/examine.js');
  const checks = await doctor
    .diagnose({ home: resolveHome({ env: { ZEROSCOUT_HOME: READ_ONLY } }), env })
    .finally(() => {
      vi.doUnmock('node:fs/promises');
      vi.resetModules();
    });
  expect(checks.find(({ name }) => name === 'disk')).toMatchObject({
    status: 'warning',
    found: `${READ_ONLY}: the file system is read-only (EROFS)`,
    todo: expect.stringContaining('set ZEROSCOUT_HOME'),
  });
});

test('configured and unreachable, or wrong: missing, with the way out', { timeout: 60_000 }, async () => {
  const [one, two] = [await closedPort(), await closedPort()];
  const configured = { ...env, TEMPORAL_ADDRESS: `127.0.0.1:${one}`, NATS_URL: `nats://127.0.0.1:${two}` };
  const checks = await diagnose({ home, env: configured });
  const servers = checks.slice(-2);
  expect(servers.map(({ status }) => status)).toEqual(['missing', 'missing']);
  for (const [i, [address, setting]] of [
    [`127.0.0.1:${one}`, 'TEMPORAL_ADDRESS'],
    [`nats://127.0.0.1:${two}`, 'NATS_URL'],
  ].entries())
    expect(servers[i]).toMatchObject({
      reason: 'unreachable',
      found: expect.stringContaining(address!),
      todo: expect.stringContaining(setting!),
    });
  expect(servers[0]!.found).not.toContain('TEMPORAL_ADDRESS');
  const wrong = await diagnose({ home, env: { ...env, NATS_URL: 'nonsense url' } });
  expect(wrong.at(-1)).toMatchObject({
    name: 'settings',
    status: 'missing',
    found: expect.stringContaining('NATS_URL'),
  });
});

test('without Python and binaries, nats-server is missing', { timeout: 60_000 }, async () => {
  const checks = await diagnose({ home, env: { ...env, PATH: join(home.root, 'empty') } });
  expect(checks.find(({ name }) => name === 'nats-server')).toMatchObject({ status: 'missing' });
  expect(checks.find(({ name }) => name === 'temporal')).toMatchObject({ status: 'warning' });
});

test('the commands are there with their help', () => {
  const program = new Command();
  addServicesCommands(program);
  addDoctorCommand(program);
  expect(program.commands.map((command) => command.name())).toEqual(['services', 'doctor']);
  const services = program.commands[0]!;
  expect(services.commands.map((command) => command.name())).toEqual(['up', 'down', 'status']);
  for (const command of services.commands) expect(command.helpInformation()).toContain('--json');
});
