// Starts `zeroscout` in a session of its own, so that the processes it starts can be found after its end.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { TestHome } from '../../support/home.js';
import { environment } from '../../support/zeroscout.js';

const MAIN = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url));
const PRELOADED = new URL('../support/misbehave.mjs', import.meta.url).href;
const TAIL = 1_500;

export interface Command {
  readonly pid: number;
  /** `undefined` while it runs; -1 if a signal ended it. */
  readonly code: () => number | undefined;
  /** The end of its output. */
  readonly tail: () => string;
}

export function startCommand({
  home,
  args,
}: {
  readonly home: TestHome;
  readonly args: readonly string[];
}): Command {
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd: home.dir,
    // Scorers wait 30 ms before each candidate (faults.json), which leaves time for a disturbance.
    env: environment({
      home,
      env: { ZEROSCOUT_TEST_FAULTS: `${home.dir}/faults.json`, NODE_OPTIONS: `--import=${PRELOADED}` },
    }),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  home.children.add(child);
  let said = '';
  let code: number | undefined;
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-TAIL);
    });
  child.once('exit', (exit) => {
    code = exit ?? -1;
    home.children.delete(child);
  });
  return { pid: child.pid!, code: () => code, tail: () => said };
}
