// Lists disturbances of a command: kills, suspensions, damaged files, hostile clients. Weights say how often
// each occurs.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TestHome } from '../../support/home.js';
import { damage } from '../support/damage.js';
import { HOSTILE } from './hostile-clients.js';
import { type ProcessKind, type SoakProcess, signal } from './processes.js';

export interface Site {
  readonly home: TestHome;
  readonly id: string;
  readonly random: () => number;
  readonly processes: () => SoakProcess[];
  /** Suspended processes that continue later. */
  readonly stopped: Set<number>;
}

export interface Disturbance {
  readonly kind: string;
  readonly weight: number;
  /** Returns a description of what was done. */
  readonly strike: (site: Site) => Promise<string>;
}

const LONGEST_STOP_MS = 25_000;

/** Chooses a process; all kinds are equally likely, however many processes each has. */
function pick({ processes, random }: Site): SoakProcess {
  const all = processes();
  const kinds = [...new Set(all.map(({ kind }) => kind))].sort();
  const kind = kinds[Math.floor(random() * kinds.length)];
  const of = all.filter((process) => process.kind === kind).sort((a, b) => a.pid - b.pid);
  const found = of[Math.floor(random() * of.length)];
  if (!found) throw new Error('nothing runs');
  return found;
}

const isServer = (kind: ProcessKind): boolean => kind === 'nats' || kind === 'temporal';

/** Damages one to three files of the home and of the results; returns a description of each. */
function damageFiles({ home, random }: Site): string {
  const given = { home: home.home.root, others: [join(home.dir, 'out')], random };
  const hits = 1 + Math.floor(random() * 3);
  return Array.from({ length: hits }, () => damage(given) ?? 'no file to damage').join('; ');
}

export const DISTURBANCES: readonly Disturbance[] = [
  {
    kind: 'kill',
    weight: 5,
    strike: async (site) => {
      const { pid, kind } = pick(site);
      signal(pid, 'SIGKILL');
      return `kill ${kind}`;
    },
  },
  {
    kind: 'kill everything',
    weight: 1,
    strike: async ({ processes }) => {
      for (const { pid } of processes()) signal(pid, 'SIGKILL');
      return 'kill everything';
    },
  },
  {
    kind: 'kill all workers',
    weight: 1,
    strike: async ({ processes }) => {
      const all = processes().filter(({ kind }) => !isServer(kind) && kind !== 'command');
      for (const { pid } of all) signal(pid, 'SIGKILL');
      return `kill ${all.length} workers and scorers`;
    },
  },
  {
    kind: 'stop',
    weight: 3,
    strike: async (site) => {
      const { pid, kind } = pick(site);
      const forMs = 1_000 + site.random() ** 2 * LONGEST_STOP_MS;
      site.stopped.add(pid);
      signal(pid, 'SIGSTOP');
      void sleep(forMs, undefined, { ref: false }).then(() => {
        site.stopped.delete(pid);
        signal(pid, 'SIGCONT');
      });
      return `stop ${kind} for ${(forMs / 1000).toFixed(0)} s`;
    },
  },
  {
    kind: 'interrupt',
    weight: 1,
    strike: async ({ processes }) => {
      for (const { pid, kind } of processes()) if (kind === 'command') signal(pid, 'SIGINT');
      return 'interrupt the command';
    },
  },
  {
    kind: 'damage while everything runs',
    weight: 1,
    strike: async (site) => damageFiles(site),
  },
  {
    kind: 'damage while everything is down',
    weight: 2,
    strike: async (site) => {
      for (const { pid } of site.processes()) signal(pid, 'SIGKILL');
      await sleep(500);
      return `kill everything, ${damageFiles(site)}`;
    },
  },
  {
    kind: 'hostile client',
    weight: 3,
    strike: async ({ home, id, random, processes }) => {
      const names = Object.keys(HOSTILE);
      const name = names[Math.floor(random() * names.length)]!;
      const servers = processes().filter(({ kind }) => isServer(kind));
      await HOSTILE[name]!({ home, id, random, servers });
      return name;
    },
  },
];
