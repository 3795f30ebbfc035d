// Writes logs to stderr, as JSON lines or, on a terminal, as lines for people; this includes Temporal's own
// messages.
import { DefaultLogger, type LogLevel, Runtime } from '@temporalio/worker';
import { type Logger, pino } from 'pino';
import { logLevel } from '../core/specification/log-level.js';

/**
 * ZEROSCOUT_LOG_LEVEL: trace, debug, info (default), warn, error. At debug there is a line for every scored
 * candidate.
 */
export function createLog({ role }: { readonly role: string }): Logger {
  return pino(
    { level: logLevel(process.env), base: { pid: process.pid, role } },
    process.stderr.isTTY
      ? { write: (line) => process.stderr.write(formatLogLine(line)) }
      : pino.destination(2),
  );
}

/**
 * Messages that Temporal logs for workers without workflows or activities. Each of our workers has only one
 * of the two, on purpose.
 */
const ON_PURPOSE = /^No (workflows|activities|Nexus services) registered/;

/**
 * Sends Temporal's messages to our log, and serves its metrics at their own address. It must be called before
 * the first worker is created.
 */
export function installTemporalRuntime({
  log,
  metricsAddress,
}: {
  readonly log: Logger;
  readonly metricsAddress?: string | undefined;
}): void {
  const method = (level: LogLevel) =>
    level === 'ERROR' ? 'error' : level === 'WARN' ? 'warn' : level === 'INFO' ? 'info' : 'debug';
  Runtime.install({
    logger: new DefaultLogger('INFO', ({ level, message, meta }) => {
      const { error, ...rest } = (meta ?? {}) as { error?: unknown };
      const how = ON_PURPOSE.test(message) ? 'debug' : method(level);
      log[how]({ temporal: rest, ...(error ? { err: error } : {}) }, message);
    }),
    ...(metricsAddress
      ? {
          telemetryOptions: {
            metrics: {
              prometheus: {
                bindAddress: metricsAddress,
                countersTotalSuffix: true,
                unitSuffix: true,
                useSecondsForDurations: true,
              },
            },
          },
        }
      : {}),
    // The process that starts the worker decides how to handle signals.
    shutdownSignals: [],
  });
}

/** Formats a JSON line as `02:00:01 warn  score  candidate set aside  search=nightly shard=3 ...`. */
export function formatLogLine(line: string): string {
  const { level, time, pid: _, role, msg, err, ...rest } = JSON.parse(line) as Record<string, unknown>;
  const fields = Object.entries(rest).map(
    ([name, value]) =>
      // JSON escapes characters that could move the cursor.
      `${name}=${typeof value === 'string' && !/\p{Cc}/u.test(value) ? value : JSON.stringify(value)}`,
  );
  const at = new Date(Number(time)).toISOString().slice(11, 19);
  const stack = (err as { stack?: string } | undefined)?.stack;
  const head = [at, pino.levels.labels[Number(level)]?.padEnd(5), role, msg, ...fields].join('  ');
  return `${head}\n${stack ? `${stack}\n` : ''}`;
}
