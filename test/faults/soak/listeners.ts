// Finds the TCP ports on which processes listen, from /proc, so that none is missed.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

const LISTEN = '0A';

/** Ports of the loopback interface or of all interfaces, in ascending order. */
export function findListeners(pids: readonly number[]): readonly number[] {
  const ports = new Set<number>();
  for (const pid of pids) {
    const inodes = socketInodes(pid);
    for (const table of ['tcp', 'tcp6'])
      for (const line of readLines(`/proc/${pid}/net/${table}`).slice(1)) {
        const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/);
        if (state === LISTEN && inodes.has(inode)) ports.add(Number.parseInt(local.split(':')[1]!, 16));
      }
  }
  return [...ports].sort((a, b) => a - b);
}

function socketInodes(pid: number): ReadonlySet<string> {
  const inodes = new Set<string>();
  try {
    for (const descriptor of readdirSync(`/proc/${pid}/fd`)) {
      const inode = /^socket:\[(\d+)\]$/.exec(readlink(`/proc/${pid}/fd/${descriptor}`))?.[1];
      if (inode) inodes.add(inode);
    }
  } catch {
    // The process has ended.
  }
  return inodes;
}

function readlink(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

function readLines(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').trimEnd().split('\n');
  } catch {
    return [];
  }
}
