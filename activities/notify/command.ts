// Runs the command of a specification when its search has ended, without any of the worker's secrets.
import { spawn } from 'node:child_process';

/** The number of characters of a command's output that are kept for the message of a failure. */
const KEPT_OUTPUT = 2_000;
/**
 * The environment variables that a command inherits from the worker. They help to find programs and files and
 * hold no secrets.
 */
const INHERITED = ['PATH', 'HOME', 'LANG', 'TMPDIR', 'TZ'];

interface RunCommandArguments {
  readonly command: string;
  readonly body: string;
  readonly event: string;
  readonly search: string;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
}

/** Runs the line in a shell in its own process group, so that the time limit ends its children too. */
export function runCommand({
  command,
  body,
  event,
  search,
  env,
  signal,
}: RunCommandArguments): Promise<void> {
  // What has ended before it began would run without a limit, since its signal does not end it again.
  signal.throwIfAborted();
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
        // The command has ended in the meantime.
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
      reject(new Error(`notify.command ${how}: ${output.trim() || 'no output'}`));
    });
  });
}
