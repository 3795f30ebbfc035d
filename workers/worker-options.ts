// Says what a worker process is started with, and what its two roles share once it runs.
import type { ConnectionOptions } from '@temporalio/client';
import type {
  NativeConnection,
  NativeConnectionOptions,
  WorkerOptions as SdkOptions,
} from '@temporalio/worker';
import type { Gate } from '../activities/engine-gate.js';
import type { Device } from '../core/specification/devices.js';
import type { Store } from '../store/store.js';
import type { createLog } from './log.js';
import type { MonitorOptions } from './observe.js';
import type { EncryptionKey } from './payload-codec.js';
import type { Tracing } from './tracing/tracing.js';

export interface WorkerOptions {
  readonly role: 'control' | 'score';
  readonly device: Device;
  /** Scorer processes of a score worker, or of a device that one process owns: threads of that process. */
  readonly concurrency: number;
  /** How long a scorer may take for a candidate, or for those that it takes together. */
  readonly candidateTimeoutMs?: number | undefined;
  readonly temporal: {
    readonly options: ConnectionOptions & NativeConnectionOptions;
    readonly namespace: string;
  };
  readonly store: Store;
  readonly stop: AbortSignal;
  /** Under the first of them Temporal's payloads are encrypted; without any they are not. */
  readonly keys?: readonly EncryptionKey[];
  /** Whether a control worker runs the commands of `notify.command`. */
  readonly commands: 'allowed' | 'refused';
  /** The share of the scores that a control worker has verified where a specification does not say. */
  readonly verify?: number;
  /** A name that outlives the process and replaces PID@HOST; no two workers may have one name. */
  readonly name?: string | undefined;
  /** The version of a control worker; without it the next one replays whatever runs. */
  readonly deployment?: { readonly deploymentName: string; readonly buildId: string } | undefined;
  /** The server of metrics and health with its counters; absent where it is off. */
  readonly monitor?: MonitorOptions | undefined;
  /** The script of the scorer processes; tests put one here that misbehaves. */
  readonly scorerScript?: string;
  readonly onReady?: () => void;
}

/** The resources of a worker of either role once its process is set up. */
export interface WorkerContext {
  readonly options: WorkerOptions;
  readonly log: ReturnType<typeof createLog>;
  readonly tracing: Tracing | undefined;
  readonly connection: NativeConnection;
  /** The worker's name: that of its options, or PID@HOST. */
  readonly place: string;
  readonly queue: string;
  readonly gate: Gate;
  /** Options of every worker of the SDK in this process. */
  readonly sdk: SdkOptions;
  /** Called with the worker of the SDK that polls now. */
  readonly onWorker: (worker: Polling) => void;
  readonly onReady: () => void;
}

/** A worker of the SDK, as far as its state is asked for. */
export interface Polling {
  getState(): string;
}
