// Declares the messages between the benchmark and the processes that run its score workers.

export type ToHost =
  /** `milliseconds` is the time of one candidate on this worker. */
  | { readonly type: 'start'; readonly name: string; readonly milliseconds: number }
  | { readonly type: 'preempt'; readonly name: string };

export type FromHost =
  | { readonly type: 'up' }
  | { readonly type: 'ready'; readonly name: string }
  | { readonly type: 'ended'; readonly name: string };
