// Starts, shows and stops the embedded servers of a folder, for programs that manage them directly.
import { checkOptions } from './check-options.js';
import { ensureServices, stopServices } from './embedded/embedded.js';
import { resolveHome, type ServiceName } from './embedded/home.js';
import { withHomeField } from './embedded/home-field.js';
import { readServicesStatus, type ServiceStatus } from './embedded/status.js';
import { stopBackgroundWorkers } from './workers/background-workers.js';

export interface ServersOptions {
  /** The folder of the servers; by default ZEROSCOUT_HOME, else `.zeroscout` in the working folder. */
  readonly home?: string;
  /** Called with one line for each step. */
  readonly onNote?: (text: string) => void;
}

/** Embedded servers: daemons on this machine that outlive the program that started them. */
export const embeddedServers = {
  start: async (options: ServersOptions = {}): Promise<void> => {
    checkOptions('servers', options);
    const { home, onNote = () => {} } = options;
    await withHomeField(home, () =>
      ensureServices({ home: homeOf(home), onStep: onNote, which: ['temporal', 'nats'] }),
    );
  },
  status: async (options: ServersOptions = {}): Promise<readonly ServiceStatus[]> => {
    checkOptions('servers', options);
    return withHomeField(options.home, () => readServicesStatus({ home: homeOf(options.home) }));
  },
  /**
   * Stops background workers and servers; returns the names of the servers that ran. Stored data are kept.
   */
  stop: async (options: ServersOptions = {}): Promise<readonly ServiceName[]> => {
    checkOptions('servers', options);
    const place = homeOf(options.home);
    return withHomeField(options.home, async () => {
      await stopBackgroundWorkers({ home: place });
      return stopServices({ home: place });
    });
  },
};

function homeOf(folder: string | undefined) {
  return folder === undefined
    ? resolveHome()
    : resolveHome({ env: { ...process.env, ZEROSCOUT_HOME: folder } });
}
