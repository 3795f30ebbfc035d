// Declares the messages between the benchmark and the processes that run its score workers.

/** Workers of `cpu` score candidates one at a time, those of `cpu-stack` 64 at once, as a GPU does. */
export type FleetDevice = 'cpu' | 'cpu-stack';

/** How synthetic scorers answer. */
export interface Scoring {
  /** The time of one candidate: of one worker, or the mean of a fleet. */
  readonly milliseconds: number;
  readonly device: FleetDevice;
}

export type ToHost =
  | ({ readonly type: 'start'; readonly name: string } & Scoring)
  | { readonly type: 'preempt'; readonly name: string };

export type FromHost =
  | { readonly type: 'up' }
  | { readonly type: 'ready'; readonly name: string }
  | { readonly type: 'ended'; readonly name: string };
