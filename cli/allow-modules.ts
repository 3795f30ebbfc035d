// Adds `--allow-modules` to the commands that open spaces.
import type { Command } from 'commander';
import { ALLOW_MODULES } from '../client/specification/module-permission.js';

/** Commands that open spaces, or start processes that do. */
const OPENING = new Set([
  'run',
  'worker',
  'validate',
  'describe',
  'costs',
  'measure',
  'export',
  'results',
  'report',
  'correlate',
  'compare',
  'calibrate',
  'suggest',
  'create',
  'update',
]);

/**
 * Adds `--allow-modules` to every command that opens spaces. Workers and scorers that it starts get the
 * permission through the environment.
 */
export function addAllowModules(program: Command): void {
  const add = (command: Command): void => {
    if (OPENING.has(command.name()))
      command.option(
        '--allow-modules',
        `run the code of spaces of kind module and of own proxies (${ALLOW_MODULES}=1)`,
      );
    command.commands.forEach(add);
  };
  add(program);
  program.hook('preAction', (_, command) => {
    if (command.opts().allowModules) process.env[ALLOW_MODULES] = '1';
  });
}
