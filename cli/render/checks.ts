// Formats the checks of `zeroscout doctor` as lines for people or as JSON.
import type { Check } from '../../client/doctor/check.js';
import { isHealthy } from '../../client/doctor/examine.js';
import { adviceInCommands } from '../advice.js';
import { paint } from './terminal.js';
import { wrap } from './wrap.js';

export function renderChecks({
  checks: found,
  format,
}: {
  readonly checks: readonly Check[];
  readonly format: 'table' | 'json';
}): string {
  const checks = found.map(withCommands);
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

/** The check with its advice as a command. */
function withCommands({ advice, ...check }: Check): Check {
  return advice ? { ...check, todo: adviceInCommands(advice) } : check;
}
