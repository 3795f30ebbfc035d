// Starts, lists and stops workers that continue after the program that started them has ended.
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { definitionOf } from '../../core/spaces/index.js';
import { DEVICES, type Device } from '../../core/specification/devices.js';
import type { Specification } from '../../core/specification/specification.js';
import { areCommandsAllowed } from '../../core/specification/worker-settings.js';
import type { Home } from '../embedded/home.js';
import { listCommandLines, terminate } from '../embedded/process.js';
import { checkSettings } from '../specification/check-settings.js';
import {
  areModulesAllowed,
  createEnvironment,
  type ModulePermission,
  withoutModules,
} from '../specification/module-permission.js';
import { rolesOf, spawnWorker } from './local-workers.js';

/** Slightly more than the time that stopping workers give their activities. */
const DRAIN_MS = 25_000;

export interface BackgroundWorker {
  readonly pid: number;
  readonly role: 'control' | 'score';
  readonly device: Device;
  /** The permissions to run code from specifications. */
  readonly may: readonly Permission[];
}

export type Permission = 'modules' | 'commands';

interface Workers {
  readonly home: Home;
  readonly count: number;
  readonly device: Device;
}

/** The part of the command line of a home's background workers by which they are found. */
const markerOf = (home: Home): string => `--background-of=${home.root}`;

/** Starts background workers if none of this device run. `zeroscout services down` stops them. */
export async function startBackgroundWorkers({
  modules,
  ...workers
}: Workers & { readonly modules: ModulePermission }): Promise<void> {
  const { count, device } = workers;
  const running = await listBackgroundWorkers(workers);
  if (count === 0 || running.some((one) => isScorerOf(one, device))) return;
  const env = createEnvironment(modules);
  checkSettings(env);
  await start({ ...workers, env, running });
}

interface StartArguments extends Workers {
  readonly env: NodeJS.ProcessEnv;
  /** Workers that go on; a control worker among them with the same permissions serves these as well. */
  readonly running?: readonly BackgroundWorker[];
}

async function start({ home, count, device, env, running = [] }: StartArguments): Promise<void> {
  const needed = permissionsIn(env);
  const may = needed.join(',') || 'nothing';
  const isServed = running.some(
    (one) => one.role === 'control' && needed.every((each) => one.may.includes(each)),
  );
  const [control, ...score] = rolesOf({ count, device, env });
  for (const args of isServed ? score : [control!, ...score]) {
    const marks = [markerOf(home), `--background-may=${may}`];
    const child = spawnWorker({ home, args: [...args, ...marks], lifetime: 'background', env });
    await once(child, 'spawn');
    child.unref();
  }
}

function permissionsIn(env: NodeJS.ProcessEnv): Permission[] {
  return [
    ...(areModulesAllowed(env) ? (['modules'] as const) : []),
    ...(areCommandsAllowed(env) ? (['commands'] as const) : []),
  ];
}

export async function listBackgroundWorkers({
  home,
}: {
  readonly home: Home;
}): Promise<readonly BackgroundWorker[]> {
  const lines = await listCommandLines({ marker: markerOf(home) });
  return lines.map(({ pid, text }) => {
    const may = /--background-may=(\S+)/.exec(text)?.[1]?.split(',') ?? [];
    return {
      pid,
      role: / --role control/.test(text) ? 'control' : 'score',
      device: DEVICES.find((name) => text.includes(` --device ${name} `)) ?? 'cpu',
      may: (['modules', 'commands'] as const).filter((name) => may.includes(name)),
    };
  });
}

const isScorerOf = ({ role, device }: BackgroundWorker, wanted: Device): boolean =>
  role === 'score' && device === wanted;

/** Lets the background workers of a home finish their work and stops them; returns their number. */
export async function stopBackgroundWorkers({ home }: { readonly home: Home }): Promise<number> {
  const workers = await listBackgroundWorkers({ home });
  await stop(home, workers);
  return workers.length;
}

async function stop(home: Home, workers: readonly BackgroundWorker[]): Promise<void> {
  const marker = markerOf(home);
  await Promise.all(workers.map(({ pid }) => terminate({ pid, marker, graceMs: DRAIN_MS })));
}

interface WithdrawBackgroundWorkersArguments {
  readonly home: Home;
  readonly need: Permission | undefined;
  /** The device of the search; score workers of others go on. */
  readonly device: Device;
  /** Called with one line for each event of background workers. */
  readonly onNote: (text: string) => void;
  /** The environment of the workers of this program, with their permissions. */
  readonly env?: NodeJS.ProcessEnv;
}

/** The permission that workers need for a search: its space, or a proxy, may be a module. */
export function permissionFor({ space, ownProxies = [] }: Specification): Permission | undefined {
  return definitionOf(space).code === 'specification' || ownProxies.length > 0 ? 'modules' : undefined;
}

/**
 * A task goes to the first worker that polls. Background workers that may not run modules would be asked for the
 * tasks of a search that needs one, and refuse them one after the other. So they are stopped; the returned function
 * starts them again, as they were, when the search no longer needs the module.
 */
export async function withdrawBackgroundWorkers({
  home,
  need,
  device,
  onNote,
  env: ours = process.env,
}: WithdrawBackgroundWorkersArguments): Promise<() => Promise<void>> {
  if (need === undefined || !permissionsIn(ours).includes(need)) return async () => {};
  const workers = await listBackgroundWorkers({ home });
  const unfit = workers.filter(
    (one) => !one.may.includes(need) && (one.role === 'control' || isScorerOf(one, device)),
  );
  if (unfit.length === 0) return async () => {};
  const pids = unfit.map(({ pid }) => pid).join(', ');
  onNote(
    `background workers (pid ${pids}) may not run ${need} and would take tasks of this search: ending them`,
  );
  await stop(home, unfit);
  const score = unfit.filter(({ role }) => role === 'score');
  return async () => {
    onNote('starting the background workers again, without that permission');
    const env = withoutModules(ours);
    await start({
      home,
      count: Math.min(score.length, availableParallelism()),
      device,
      env,
      running: workers.filter((one) => !unfit.includes(one)),
    });
  };
}
