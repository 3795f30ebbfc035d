// In: the home folder. Out: what this machine has for zeroscout, what is missing, what to do. Starts and fetches nothing.

import { type Device, isStackDevice } from '../core/specification/devices.js';
import type { Check } from './doctor/check.js';
import { checkDeviceParts } from './doctor/device.js';
import { checkMachine } from './doctor/machine.js';
import { checkServers } from './doctor/servers.js';
import { checkTools } from './doctor/tools.js';
import type { Home } from './services/home.js';
import { paint } from './terminal.js';

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
  const paints = { ok: paint.green, warning: paint.yellow, missing: paint.red };
  const names = Math.max(...checks.map(({ name }) => name.length));
  const indent = 'warning'.length + names + 4;
  const width = Math.max(60, Math.min(process.stdout.columns || 80, 120)) - indent;
  const lines = checks.flatMap(({ name, status, found, todo }) => {
    const head = `${paints[status](status)}${' '.repeat('warning'.length - status.length)}  ${name.padEnd(names)}  `;
    const texts = [...wrap({ text: found, width }), ...(todo ? wrap({ text: `to do: ${todo}`, width }) : [])];
    return texts.map((text, i) => (i ? ' '.repeat(indent) : head) + text);
  });
  const verdict = isHealthy(checks) ? paint.green('ready') : paint.red('not ready: see "to do"');
  return `${lines.join('\n')}\n${verdict}`;
}

export function isHealthy(checks: readonly Check[]): boolean {
  return checks.every(({ status }) => status !== 'missing');
}

/** Breaks lines between words, and a word that is longer than a line, such as a path, where the line ends. */
function wrap({ text, width }: { readonly text: string; readonly width: number }): string[] {
  return text.split('\n').flatMap((paragraph) => {
    const lines = [''];
    const words = paragraph
      .split(' ')
      .flatMap((word) => word.match(new RegExp(`.{1,${width}}`, 'g')) ?? ['']);
    for (const word of words) {
      const line = lines.at(-1)!;
      if (line && line.length + 1 + word.length > width) lines.push(word);
      else lines[lines.length - 1] = line ? `${line} ${word}` : word;
    }
    return lines;
  });
}
