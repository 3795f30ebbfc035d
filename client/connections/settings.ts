// The types of what is known about a Temporal and a NATS server before connecting to them.

import type { ConnectionOptions } from '@temporalio/client';
import type { Access } from '../../store/access.js';

export type Source = 'environment' | 'file' | 'embedded';

/** What both `Connection` (client) and `NativeConnection` (worker) take. */
export type TemporalOptions = { readonly address: string } & Pick<
  ConnectionOptions,
  'tls' | 'apiKey' | 'metadata'
> & { readonly apiKey?: string };

export interface TemporalSettings {
  readonly options: TemporalOptions;
  readonly address: string;
  readonly namespace: string;
  readonly source: Source;
  /** Temporal's web page; known for the embedded server only. */
  readonly webAddress?: string;
}

export interface NatsSettings extends Access {
  /** One address or several with commas between. */
  readonly url: string;
  /** Servers that keep each message, where streams are created; 1 unless told. */
  readonly replicas?: number;
  readonly source: Exclude<Source, 'file'>;
}
