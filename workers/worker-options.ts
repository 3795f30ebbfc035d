// Defines the options of a worker process, and what its two roles share at run time.
import type { ConnectionOptions } from '@temporalio/client';
import type {
  NativeConnection,
  NativeConnectionOptions,
  WorkerOptions as SdkOptions,
} from '@temporalio/worker';
import type { Gate } from '../activities/engine-gate.js';
import type { Device } from '../core/specification/devices.js';
import type { createScorerPool } from '../engine/scorer-pool.js';
import type { Store } from '../store/store.js';
import type { createLog } from './log.js';
import type { MonitorOptions } from './observe.js';
import type { EncryptionKey } from './payload-codec.js';
import type { Tracing } from './tracing/tracing.js';

export interface WorkerOptions {
  readonly role: 'control' | 'score';
  readonly process: ProcessOptions;
  readonly temporal: TemporalOptions;
  readonly store: Store;
  readonly scoring: ScoringOptions;
  readonly control: ControlOptions;
}

export interface TemporalOptions {
  readonly options: ConnectionOptions & NativeConnectionOptions;
  readonly namespace: string;
  /** The first key encrypts Temporal's payloads, and any of them decrypts; without keys, payloads are not encrypted. */
  readonly keys?: readonly EncryptionKey[];
}

export interface ProcessOptions {
  /** A name that outlives the process and replaces PID@HOST; no two workers may have the same name. */
  readonly name?: string | undefined;
  readonly stop: AbortSignal;
  /**
   * A score worker that has had no task for this long stops by itself, in milliseconds; without it, it stays.
   */
  readonly untilIdleMs?: number | undefined;
  /** The server for metrics and health; absent if it is off. */
  readonly monitor?: MonitorOptions | undefined;
  readonly onReady?: () => void;
}

/** The options of a score worker. */
export interface ScoringOptions {
  readonly device: Device;
  /** The number of scorer processes of a score worker, or of threads of the process that owns a device. */
  readonly concurrency: number;
  /** The time limit of a scorer for a candidate, or for the candidates of a batch. */
  readonly candidateTimeoutMs?: number | undefined;
  /** The script of the scorer processes; tests use one that misbehaves. */
  readonly scorerScript?: string;
  /** Creates the pool of scorers, `createScorerPool` by default; a stand-in makes its scores up. */
  readonly createPool?: typeof createScorerPool;
}

/** The options of a control worker. */
export interface ControlOptions {
  /** Whether it runs the commands of `notify.command`. */
  readonly commands: 'allowed' | 'refused';
  /** The share of the scores to verify where a specification is silent. */
  readonly verify?: number | undefined;
  /** The deployment version of the worker; without it, a newer worker continues the running searches. */
  readonly deployment?: { readonly deploymentName: string; readonly buildId: string } | undefined;
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
  /** Called with the SDK worker that polls now. */
  readonly onWorker: (worker: Polling) => void;
  readonly onReady: () => void;
}

/** The part of an SDK worker that reports its state. */
export interface Polling {
  getState(): string;
}
