// Offers workers to programs: listing them, starting some on this machine, and releasing one that was set
// aside.
import type { Device } from '../../core/specification/devices.js';
import { checkOptions } from '../check-options.js';
import type { Session } from '../connections/session.js';
import { startBackgroundWorkers, stopBackgroundWorkers } from './background-workers.js';
import { listWorkers, type QueueOfWorkers } from './list-workers.js';
import { releaseWorker } from './release-worker.js';
import { listWorkerTasks, type WorkerTask } from './worker-tasks.js';

export interface Workers {
  /** The queues of control and of each device, with their workers and waiting tasks. */
  list(): Promise<readonly QueueOfWorkers[]>;
  /** The steps of running searches that workers have taken. */
  tasks(): Promise<readonly WorkerTask[]>;
  /** Lets a worker that was set aside poll for work again. */
  release(name: string): Promise<void>;
  /**
   * Starts a control worker and `count` score workers that continue after this program has ended, unless score
   * workers of this device (default: cpu) run already.
   */
  startInBackground(options: { readonly count: number; readonly device?: Device }): Promise<void>;
  /** Lets the background workers finish their work and stops them; returns their number. */
  stopInBackground(): Promise<number>;
}

export function createWorkers(session: Session): Workers {
  const { store, home, modules } = session;
  return {
    list: () => listWorkers(session),
    tasks: () => listWorkerTasks(session.client),
    release: async (name) => {
      await releaseWorker({ store, name });
    },
    startInBackground: async (options) => {
      checkOptions('workers', options);
      const { count, device = 'cpu' } = options;
      await startBackgroundWorkers({ home, modules, count, device });
    },
    stopInBackground: () => stopBackgroundWorkers({ home }),
  };
}
