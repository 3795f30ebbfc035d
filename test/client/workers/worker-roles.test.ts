// Tests that the workers that a command starts have names of their own, and which of them run commands.
import { expect, test } from 'vitest';
import { rolesOf } from '../../../client/workers/local-workers.js';
import { areCommandsAllowed, isWorkerName } from '../../../core/specification/worker-settings.js';

const nameOf = (args: readonly string[]) => args[args.indexOf('--name') + 1];

test('two score workers share no name, however long the one of the environment is', () => {
  const name = 'n'.repeat(100);
  const [control, ...score] = rolesOf({ count: 3, device: 'cpu', env: { ZEROSCOUT_WORKER_NAME: name } });
  const names = score.map(nameOf);
  expect(new Set(names).size).toBe(3);
  expect(names.every((each) => isWorkerName(each!))).toBe(true);
  // These read the environment.
  const [, alone] = rolesOf({ count: 1, device: 'cpu', env: { ZEROSCOUT_WORKER_NAME: name } });
  for (const args of [control!, alone!]) expect(args).not.toContain('--name');
});

test('commands of specifications run where the setting is 1, and nowhere else', () => {
  const may = ['1', '0', '', undefined].map((text) => areCommandsAllowed({ ZEROSCOUT_ALLOW_COMMANDS: text }));
  expect(may).toEqual([true, false, false, false]);
});
