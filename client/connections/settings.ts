// Defines the types of the settings of a Temporal and a NATS server.

import type { ConnectionOptions } from '@temporalio/client';
import type { Access } from '../../store/access.js';

export type Source = 'environment' | 'file' | 'embedded';

/** The options that both `Connection` (client) and `NativeConnection` (worker) accept. */
export type TemporalOptions = { readonly address: string } & Pick<
  ConnectionOptions,
  'tls' | 'apiKey' | 'metadata'
> & { readonly apiKey?: string };

export interface TemporalSettings {
  readonly options: TemporalOptions;
  readonly address: string;
  readonly namespace: string;
  readonly source: Source;
  /** The address of Temporal's web page: of the embedded server, or as ZEROSCOUT_TEMPORAL_UI says. */
  readonly webAddress?: string;
}

export interface NatsSettings {
  /** One address, or several separated by commas. */
  readonly url: string;
  /** The credentials; absent if none are set. */
  readonly access?: Access;
  /** The number of servers that keep each message, for streams that are created; 1 by default. */
  readonly replicas?: number;
  readonly source: Exclude<Source, 'file'>;
}
