// Reads from the environment whether spaces that are code may run, and takes that permission away from a process's environment.

/** The environment variable that lets a process, and those that it starts, run spaces of kind module. */
export const ALLOW_MODULES = 'ZEROSCOUT_ALLOW_MODULES';

export function modulesAllowed(env: NodeJS.ProcessEnv = process.env): boolean {
  return env[ALLOW_MODULES] === '1';
}

/** The environment for a process that may not run them. */
export function withoutModules({ [ALLOW_MODULES]: _allowed, ...env }: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return env;
}
