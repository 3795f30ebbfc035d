// In: the home folder. Out: what this machine has for zeroscout, what is missing, what to do. Starts and fetches nothing.

import Table from 'cli-table3';
import pc from 'picocolors';
import { type Device, isStackDevice } from '../core/spec/devices.js';
import type { Check } from './doctor/check.js';
import { checkDeviceParts } from './doctor/device.js';
import { checkMachine } from './doctor/machine.js';
import { checkServers } from './doctor/servers.js';
import { checkTools } from './doctor/tools.js';
import type { Home } from './services/home.js';

export type { Check };

/** Takes some seconds at most; a check that itself fails becomes a line, never an exception. */
export async function diagnose({
  home,
  env = process.env,
  device = 'cpu',
}: {
  readonly home: Home;
  readonly env?: NodeJS.ProcessEnv;
  readonly device?: Device;
}): Promise<readonly Check[]> {
  const groups = await Promise.all([
    checkMachine({ home }),
    checkTools({ home, env }),
    checkServers({ home, env }),
    isStackDevice(device) ? checkDeviceParts({ device, env }) : [],
  ]);
  return groups.flat();
}

export function renderChecks({
  checks,
  format,
}: {
  readonly checks: readonly Check[];
  readonly format: 'table' | 'json';
}): string {
  if (format === 'json') return JSON.stringify({ ok: isHealthy(checks), checks });
  const paint = { ok: pc.green, warning: pc.yellow, missing: pc.red };
  const table = new Table({
    head: ['', 'found', 'to do'],
    style: { head: [], border: [] },
    colWidths: columnWidths(process.stdout.columns ?? 120),
    wordWrap: true,
  });
  for (const { name, status, found, todo } of checks) {
    table.push([`${name}\n${paint[status](status)}`, found, todo]);
  }
  const verdict = isHealthy(checks) ? pc.green('ready') : pc.red('not ready: see "to do"');
  return `${table.toString()}\n${verdict}`;
}

export function isHealthy(checks: readonly Check[]): boolean {
  return checks.every(({ status }) => status !== 'missing');
}

function columnWidths(terminal: number): number[] {
  const name = 18;
  const rest = Math.max(60, Math.min(terminal, 150) - name - 4);
  return [name, Math.floor(rest / 2), Math.ceil(rest / 2)];
}
