// Tests that processes that start at once make the same home.
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const BUILT = new URL('../../../dist/client/embedded/', import.meta.url);

const PROGRAM = `
  const { resolveHome } = await import('${new URL('home.js', BUILT)}');
  const { createFolders } = await import('${new URL('home-folders.js', BUILT)}');
  const home = resolveHome();
  for (let i = 0; i < 200; i++) createFolders({ home });
`;

test('processes that start at once make the same home', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'zeroscout-home-'));
  try {
    const env = { ...process.env, ZEROSCOUT_HOME: join(folder, 'home') };
    const start = () =>
      promisify(execFile)(process.execPath, ['--input-type=module', '-e', PROGRAM], { env });
    await Promise.all([start(), start(), start(), start()]);
    const home = join(folder, 'home');
    expect(readdirSync(home).sort()).toEqual(['.gitignore', 'logs', 'nats', 'temporal']);
    expect(readFileSync(join(home, '.gitignore'), 'utf8')).toBe('*\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
