// In: the command line and the environment. Out: whether this process, and those that it starts, run spaces' modules.
import type { Command } from 'commander';
import { allowModules } from '../core/spaces/module/index.js';
import { loadModule } from '../engine/load-module.js';

const NAME = 'ZEROSCOUT_ALLOW_MODULES';
/** Commands that open spaces, or start what does. */
const OPENING = new Set([
  'run',
  'worker',
  'validate',
  'describe',
  'export',
  'results',
  'correlate',
  'create',
  'update',
]);

export function modulesAllowed(env: NodeJS.ProcessEnv = process.env): boolean {
  return env[NAME] === '1';
}

/** The environment for a process that may not run them. */
export function withoutModules({ [NAME]: _allowed, ...env }: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return env;
}

/** `--allow-modules` at every command that opens spaces; workers and scorers that it starts get it by the environment. */
export function addAllowModules(program: Command): void {
  const add = (command: Command): void => {
    if (OPENING.has(command.name()))
      command.option('--allow-modules', `run the code of spaces of kind module (${NAME}=1)`);
    command.commands.forEach(add);
  };
  add(program);
  program.hook('preAction', (_, command) => {
    if (command.opts().allowModules) process.env[NAME] = '1';
    if (modulesAllowed()) allowModules(loadModule);
  });
}
