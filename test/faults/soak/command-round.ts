// One soak round over a person's command: `zeroscout run` with embedded servers in a fresh home, disturbed at random moments.
import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { testHome } from '../../support/home.js';
import { mulberry32 } from '../../support/random.js';
import { specification } from '../../support/zeroscout.js';
import { type CommandReference, checkOutput } from './check-output.js';
import { DISTURBANCES, type Disturbance } from './disturbances.js';
import { findProcesses, signal } from './processes.js';
import { type Command, startCommand } from './run-command.js';

export const SAMPLES = 100;
/** After the disturbances are over, the repeated command must succeed within this time. */
const PATIENCE_MS = 240_000;
const MOST_TYPED = 12;
/** How long processes that a command started may take to notice its end. */
const LEFT_OVER_MS = 20_000;
const MOST_DISTURBANCES = 8;

export interface Round {
  readonly seed: number;
  readonly reference: CommandReference | undefined;
  /** Called for each disturbance with its name and effect. */
  readonly tell: (kind: string, what: string) => void;
}

/** Returns the ranking that the command wrote; throws if a promise does not hold. */
export async function runCommandRound({ seed, reference, tell }: Round): Promise<CommandReference> {
  const random = mulberry32(seed);
  const home = testHome();
  const sessions = new Set<number>();
  const stopped = new Set<number>();
  const spec = random() < 0.5 ? 'search' : 'parts';
  for (const [name, partSize] of [
    ['search', undefined],
    ['parts', 2],
  ] as const)
    home.write(`${name}.json`, roundSpecification(partSize));
  home.write('faults.json', '{"paceMs":30}');
  const workers = 1 + Math.floor(random() * 2);
  const start = (): Command => {
    const command = startCommand({
      home,
      args: ['run', `${spec}.json`, '--id', 'soak', '--out', 'out', '--workers', `${workers}`],
    });
    sessions.add(command.pid);
    return command;
  };
  const site = { home, id: 'soak', random, stopped, processes: () => findProcesses({ home, sessions }) };
  try {
    let command = start();
    if (reference) {
      const count = 1 + Math.floor(random() * MOST_DISTURBANCES);
      for (let i = 0; i < count && command.code() !== 0; i++) {
        await sleep(i === 0 ? 200 + random() * 9_000 : -2_000 * Math.log(1 - random()));
        if (command.code() === 0) break;
        if (command.code() !== undefined) command = start();
        else tell(...(await strike(choose(random), site)));
      }
      for (const pid of stopped) signal(pid, 'SIGCONT');
    }
    await typeUntilDone({ command, start });
    const output = checkOutput({ home, folder: 'out', samples: SAMPLES, reference });
    await nothingIsLeft(site);
    return output;
  } finally {
    for (const { pid } of site.processes()) signal(pid, 'SIGKILL');
    await home.remove();
    rmSync(home.dir, { recursive: true, force: true });
  }
}

function roundSpecification(partSize: number | undefined): string {
  const execution = { shardSize: 8, ...(partSize ? { partSize } : {}) };
  return specification({
    samples: SAMPLES,
    changes: { fidelity: { draws: 1, batch: 4, resolution: 16 }, execution },
  });
}

/** A random disturbance, chosen by weight. */
function choose(random: () => number): Disturbance {
  const lots = DISTURBANCES.flatMap((one) => Array<Disturbance>(one.weight).fill(one));
  return lots[Math.floor(random() * lots.length)]!;
}

/** A disturbance may find that its target has just ended; that is no failure. */
async function strike(
  { kind, strike }: Disturbance,
  site: Parameters<Disturbance['strike']>[0],
): Promise<[string, string]> {
  try {
    return [kind, await strike(site)];
  } catch (error) {
    return [kind, `${kind} (${(error as Error).message.split('\n')[0]})`];
  }
}

async function typeUntilDone({ command, start }: { command: Command; start: () => Command }): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  const failures: string[] = [];
  for (let current = command; ; ) {
    while (current.code() === undefined && Date.now() < deadline) await sleep(200);
    if (current.code() === 0) return;
    failures.push(`code ${current.code()}: ${current.tail()}`);
    if (Date.now() >= deadline || failures.length === MOST_TYPED)
      throw new Error(`the command does not succeed; its last tries:\n${failures.slice(-3).join('\n--\n')}`);
    current = start();
  }
}

/** When the command has ended, its workers and scorers must have ended; the servers stay on purpose. */
async function nothingIsLeft({
  processes,
}: {
  processes: () => ReturnType<typeof findProcesses>;
}): Promise<void> {
  const deadline = Date.now() + LEFT_OVER_MS;
  const left = () => processes().filter(({ kind }) => kind !== 'nats' && kind !== 'temporal');
  while (left().length > 0 && Date.now() < deadline) await sleep(200);
  if (left().length > 0)
    throw new Error(
      `processes are left over: ${left()
        .map(({ pid, kind }) => `${kind} ${pid}`)
        .join(', ')}`,
    );
  const servers = (kind: string) => processes().filter((process) => process.kind === kind).length;
  for (const kind of ['nats', 'temporal'])
    if (servers(kind) > 1) throw new Error(`${servers(kind)} ${kind} servers run on one folder`);
}
