// Out: what a pool of scorers tells of its processes, for logs and metrics.
export type PoolEvent =
  | { readonly type: 'started' | 'recycled'; readonly pid: number }
  /** A scorer begins with one candidate, or with so many together. */
  | { readonly type: 'sent'; readonly pid: number; readonly candidate?: string; readonly group?: number }
  /** A scorer has answered for so many candidates that it took together. */
  | { readonly type: 'answered'; readonly pid: number; readonly candidates: number; readonly seconds: number }
  | {
      readonly type: 'died';
      readonly pid: number;
      readonly cause: string;
      /** What it was scoring: one candidate, or so many together. */
      readonly candidate?: string;
      readonly group?: number;
    };
