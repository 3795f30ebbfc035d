// Tests that the command of a notification does not begin when its time is over.
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runCommand } from '../../../activities/notify/command.js';

test('a command whose time was over while the event was read does not begin', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'zeroscout-command-'));
  const file = join(folder, 'run');
  const given = { body: '{}', event: 'search.completed', search: 'a', env: process.env };
  try {
    const late = AbortSignal.abort(new Error('too late'));
    const running = Promise.resolve().then(() =>
      runCommand({ ...given, command: `touch ${file}`, signal: late }),
    );
    await expect(running).rejects.toThrow('too late');
    expect(existsSync(file)).toBe(false);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
