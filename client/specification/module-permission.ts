// Whether the code of spaces and proxies that are modules may run in this process and in those that it starts.

/**
 * The environment variable that permits a process, and those that it starts, to run spaces and proxies that are modules.
 */
export const ALLOW_MODULES = 'ZEROSCOUT_ALLOW_MODULES';

export function areModulesAllowed(env: NodeJS.ProcessEnv = process.env): boolean {
  return env[ALLOW_MODULES] === '1';
}

/** The environment for a process without the permission. */
export function withoutModules({ [ALLOW_MODULES]: _allowed, ...env }: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return env;
}

/** The environment for processes that this program starts, with or without the permission. */
export function createEnvironment(modules: ModulePermission): NodeJS.ProcessEnv {
  return modules === 'allowed' ? { ...process.env, [ALLOW_MODULES]: '1' } : withoutModules(process.env);
}

/** The error for a space of kind module without permission. */
export const REFUSED = {
  message: 'kind module is code that comes with the specification, and it was not allowed to run',
  advice: { code: 'allow-modules', text: "connect with modules: 'allowed' if you trust it" },
} as const;

/** The same of proxies that are modules. */
export const PROXY_REFUSED = {
  message: 'is code that comes with the specification, and it was not allowed to run',
  advice: REFUSED.advice,
} as const;

/** Whether the code of spaces of kind module and of own proxies may run in this process. */
export type ModulePermission = 'allowed' | 'refused';

/** The permission in the environment. */
export function readModulePermission(env: NodeJS.ProcessEnv = process.env): ModulePermission {
  return areModulesAllowed(env) ? 'allowed' : 'refused';
}
