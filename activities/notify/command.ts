// Runs the command of a specification when its search has ended, with none of the worker's secrets.
import { spawn } from 'node:child_process';

/** Of a command's output, for the message where it fails. */
const KEPT_OUTPUT = 2_000;
/** What a command inherits of the worker: how to find programs and files, none of the worker's secrets. */
const INHERITED = ['PATH', 'HOME', 'LANG', 'TMPDIR', 'TZ'];

/** Runs the line in a shell of its own process group, so that its time limit ends its children too. */
export function runCommand({
  command,
  body,
  event,
  search,
  env,
  signal,
}: {
  command: string;
  body: string;
  event: string;
  search: string;
  env: NodeJS.ProcessEnv;
  signal: AbortSignal;
}): Promise<void> {
  const inherited = INHERITED.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]]));
  const child = spawn('/bin/sh', ['-c', command], {
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: {
      ...Object.fromEntries(inherited),
      ZEROSCOUT_EVENT: event,
      ZEROSCOUT_SEARCH: search,
    },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-KEPT_OUTPUT);
    });
  // A command may end without reading its input, which breaks the pipe.
  child.stdin.on('error', () => {}).end(body);
  return new Promise((resolve, reject) => {
    const end = () => {
      try {
        process.kill(-child.pid!, 'SIGKILL');
      } catch {
        // The command has ended meanwhile.
      }
    };
    signal.addEventListener('abort', end, { once: true });
    child.once('error', reject);
    child.once('exit', (code, ended) => {
      signal.removeEventListener('abort', end);
      if (code === 0) return resolve();
      const how = signal.aborted
        ? 'took too long'
        : ended
          ? `was ended by ${ended}`
          : `ended with code ${code}`;
      reject(new Error(`notify.command ${how}: ${output.trim() || 'it said nothing'}`));
    });
  });
}
