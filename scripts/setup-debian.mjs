// Unpacks Debian packages that some tests need (Prometheus, promtool, and a library that shifts a process's
// clock) into .zeroscout/debian, without installing them. `npm run setup:optional` calls it. A machine without apt, or whose mirror does not answer,
// gets a line and no failure.
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PACKAGES = ['prometheus', 'promtool', 'libfaketime'];
const FOLDER = fileURLToPath(new URL('../.zeroscout/debian', import.meta.url));
const STAMP = join(FOLDER, 'unpacked');

if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === PACKAGES.join(' ')) {
  console.log(`${PACKAGES.join(', ')} are in ${FOLDER}`);
} else {
  const fault = unpack();
  console.log(
    fault === undefined
      ? `${PACKAGES.join(', ')} are in ${FOLDER}`
      : `${PACKAGES.join(', ')} are left out: ${fault}`,
  );
}

/** Downloads and unpacks all packages; returns the reason if it could not. */
function unpack() {
  mkdirSync(FOLDER, { recursive: true });
  const downloads = mkdtempSync(join(FOLDER, 'download-'));
  try {
    const fault = run('apt-get', ['download', ...PACKAGES], downloads);
    if (fault !== undefined) return fault;
    for (const file of readdirSync(downloads).filter((name) => name.endsWith('.deb'))) {
      const refused = run('dpkg-deb', ['--extract', join(downloads, file), FOLDER], downloads);
      if (refused !== undefined) return refused;
    }
    writeFileSync(STAMP, PACKAGES.join(' '));
    return undefined;
  } finally {
    rmSync(downloads, { recursive: true, force: true });
  }
}

/** Returns the reason why a program failed, or undefined. */
function run(program, args, cwd) {
  const { status, error, stderr } = spawnSync(program, args, { cwd, encoding: 'utf8', timeout: 300_000 });
  if (error) return `${program}: ${error.message}`;
  return status === 0 ? undefined : `${program}: ${stderr.trim().split('\n').at(-1)}`;
}
