// Tests that the intended command is suggested for a mistyped one, and that typed text cannot move the
// cursor.
import { Command } from 'commander';
import { expect, test } from 'vitest';
import { adviseCommands } from '../../cli/advise-commands.js';

function said(...args: string[]): string {
  const program = new Command('zeroscout').exitOverride();
  for (const name of ['run', 'status', 'space', 'results']) program.command(name).exitOverride();
  const schedule = program.command('schedule').exitOverride();
  for (const name of ['create', 'list']) schedule.command(name).exitOverride();
  let text = '';
  for (const command of [program, schedule]) command.configureOutput({ writeErr: (part) => (text += part) });
  adviseCommands(program);
  expect(() => program.parse(args, { from: 'user' })).toThrow();
  return text;
}

test.each([
  [['serach'], "error: unknown command 'serach'\n(run SPEC starts a search, status lists them)\n"],
  [['search'], "error: unknown command 'search'\n(run SPEC starts a search, status lists them)\n"],
  [['statsu'], "error: unknown command 'statsu'\n(did you mean status?)\n"],
  [['spcae'], "error: unknown command 'spcae'\n(did you mean space?)\n"],
  [['xyzzy'], "error: unknown command 'xyzzy'\n"],
  [['schedule', 'creat'], "error: unknown command 'creat'\n(did you mean create?)\n"],
  [['schedule', 'stop'], "error: unknown command 'stop'\n"],
  [['a\x1b[31mb'], "error: unknown command 'a\uFFFD[31mb'\n"],
])('%j', (args, text) => expect(said(...args)).toBe(text));
