// In: a role. Out: a logger that writes JSON lines to stderr, and Temporal's own messages with it.
import { DefaultLogger, type LogLevel, Runtime } from '@temporalio/worker';
import { type Logger, pino } from 'pino';

/** ZEROSCOUT_LOG_LEVEL: trace, debug, info (default), warn, error. At debug every scored candidate has a line. */
export function createLog({ role }: { role: string }): Logger {
  return pino(
    { level: process.env.ZEROSCOUT_LOG_LEVEL ?? 'info', base: { pid: process.pid, role } },
    pino.destination(2),
  );
}

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
      log[method(level)]({ temporal: rest, ...(error ? { err: error } : {}) }, message);
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
