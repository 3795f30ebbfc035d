// Logs to stderr, as JSON lines or, on a terminal, as lines for people; Temporal's own messages with them.
import { DefaultLogger, type LogLevel, Runtime } from '@temporalio/worker';
import { type Logger, pino } from 'pino';
import { logLevel } from '../core/specification/log-level.js';

/** ZEROSCOUT_LOG_LEVEL: trace, debug, info (default), warn, error. At debug every scored candidate has a line. */
export function createLog({ role }: { role: string }): Logger {
  return pino(
    { level: logLevel(process.env), base: { pid: process.pid, role } },
    process.stderr.isTTY
      ? { write: (line) => process.stderr.write(formatLogLine(line)) }
      : pino.destination(2),
  );
}

/** Each of our workers is for workflows or for activities. */
const ON_PURPOSE = /^No (workflows|activities|Nexus services) registered/;

/** Temporal's messages go to our log, its metrics to an address of their own; call before the first worker is made. */
export function installTemporalRuntime({
  log,
  metricsAddress,
}: {
  log: Logger;
  metricsAddress?: string | undefined;
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
    // The process that starts the worker decides what a signal means.
    shutdownSignals: [],
  });
}

/** `02:00:01 warn  score  candidate set aside  search=nightly shard=3 ...` of a JSON line. */
export function formatLogLine(line: string): string {
  const { level, time, pid: _, role, msg, err, ...rest } = JSON.parse(line) as Record<string, unknown>;
  const fields = Object.entries(rest).map(
    ([name, value]) =>
      // JSON escapes what could move the cursor
      `${name}=${typeof value === 'string' && !/\p{Cc}/u.test(value) ? value : JSON.stringify(value)}`,
  );
  const at = new Date(Number(time)).toISOString().slice(11, 19);
  const stack = (err as { stack?: string } | undefined)?.stack;
  const head = [at, pino.levels.labels[Number(level)]?.padEnd(5), role, msg, ...fields].join('  ');
  return `${head}\n${stack ? `${stack}\n` : ''}`;
}
