// Defines the arguments with which every group of routes is created.
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Zeroscout } from '../../client/index.js';
import type { FleetHistory } from '../fleet-history.js';
import type { OpenRankings } from '../rankings/open-rankings.js';

export interface RouteSetting {
  readonly app: OpenAPIHono;
  readonly zeroscout: Zeroscout;
  readonly rankings: OpenRankings;
  readonly fleetHistory: FleetHistory;
  /** The folder for files that are needed while a request is answered. */
  readonly folder: string;
  /** The path under which a proxy offers this server; '' without one. */
  readonly prefix: string;
  /** Aborted when the server ends; streams end with it. */
  readonly stopped: AbortSignal;
  /** Called with unexpected errors that a route answers itself, and with those after the first bytes of an answer. */
  readonly onFault: (error: unknown) => void;
}
