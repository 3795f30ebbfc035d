// Finds and ends the processes that a soak round started, including those whose parent has died.
import { readdirSync, readFileSync } from 'node:fs';
import { SERVERS } from '../../../client/embedded/servers.js';
import type { TestHome } from '../../support/home.js';

export type ProcessKind = 'command' | 'worker' | 'scorer' | 'nats' | 'temporal' | 'other';

export interface SoakProcess {
  readonly pid: number;
  readonly kind: ProcessKind;
}

/**
 * The running processes in `sessions`, and the home's servers. Children inherit the session of a command and
 * keep it when the command dies; the servers are daemons with sessions of their own and are found by the
 * home's path on their command line.
 */
export function findProcesses({
  home,
  sessions,
}: {
  readonly home: TestHome;
  readonly sessions: ReadonlySet<number>;
}): SoakProcess[] {
  const found: SoakProcess[] = [];
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const pid = Number(entry);
    const args = readProc(pid, 'cmdline').split('\0').filter(Boolean);
    // A zombie has no command line.
    if (args.length === 0) continue;
    const kind = sessions.has(sessionOf(pid)) ? kindOf(args) : serverOf(home, args);
    if (kind) found.push({ pid, kind });
  }
  return found;
}

/** Sends a signal; returns whether the process still existed. */
export function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    process.kill(pid, name);
    return true;
  } catch {
    return false;
  }
}

function kindOf(args: readonly string[]): ProcessKind {
  if (args.some((arg) => arg.endsWith('scorer-process.js'))) return 'scorer';
  if (args.includes('worker')) return 'worker';
  if (args.includes('run')) return 'command';
  return 'other';
}

function serverOf({ home }: TestHome, args: readonly string[]): ProcessKind | undefined {
  if (args.includes(SERVERS.nats.marker(home))) return 'nats';
  return args.some((arg) => arg.startsWith(`${home.temporal}/`)) ? 'temporal' : undefined;
}

/** Field 6 of /proc/PID/stat; the name in field 2 may contain spaces and parentheses. */
function sessionOf(pid: number): number {
  const stat = readProc(pid, 'stat');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[3]);
}

function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}
