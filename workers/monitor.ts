// Serves /metrics for Prometheus, and /healthz and /readyz for probes, over HTTP.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ServiceError } from '../core/errors.js';
import { describeListenFault } from '../core/text/listen-fault.js';
import type { Metrics } from './metrics.js';

const SCRAPE_MS = 2_000;

/** The conditions of readiness; each must be true. */
export type Readiness = Readonly<Record<'worker' | 'temporal' | 'store', boolean>>;

export interface Monitor {
  /** The address at which it listens. */
  readonly address: string;
  close(): Promise<void>;
}

interface StartMonitorArguments {
  readonly host: string;
  readonly port: number;
  readonly metrics: Metrics;
  readonly readiness: () => Promise<Readiness>;
  readonly temporal: string;
}

/**
 * `/healthz` answers 200 as long as the event loop runs; `/readyz` answers 200, or 503 with the conditions
 * that are not met. `temporal` is the address at which the SDK serves Temporal's metrics, which `/metrics`
 * includes.
 */
export async function startMonitor({
  host,
  port,
  metrics,
  readiness,
  temporal,
}: StartMonitorArguments): Promise<Monitor> {
  const pages: Readonly<Record<string, () => Promise<{ status: number; type: string; text: string }>>> = {
    '/metrics': async () => {
      const parts = await Promise.all([metrics.text(), sdkMetrics(temporal)]);
      return { status: 200, type: 'text/plain; version=0.0.4; charset=utf-8', text: parts.join('\n') };
    },
    '/healthz': async () => ({ status: 200, type: 'text/plain', text: 'ok\n' }),
    '/readyz': async () => {
      const state = await readiness();
      const status = Object.values(state).every(Boolean) ? 200 : 503;
      return { status, type: 'application/json', text: `${JSON.stringify(state)}\n` };
    },
  };
  const server = createServer(async ({ url = '', method }, response) => {
    const page = pages[url.split('?')[0]!];
    if (!page || (method !== 'GET' && method !== 'HEAD')) {
      response.writeHead(page ? 405 : 404).end();
      return;
    }
    const answer = await page().catch((error: Error) => ({
      status: 500,
      type: 'text/plain',
      text: `${error.message}\n`,
    }));
    response.writeHead(answer.status, { 'content-type': answer.type }).end(answer.text);
  });
  server.listen({ host, port });
  await once(server, 'listening').catch((error: NodeJS.ErrnoException) => {
    const address = `${host}:${port}`;
    throw new ServiceError({
      reason: 'cannot-listen',
      address,
      fault: `metrics: cannot listen at ${address}: ${describeListenFault(error)}`,
      remedy: 'choose another address or port',
    });
  });
  return {
    address: `${host}:${(server.address() as AddressInfo).port}`,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** The metrics that Temporal's SDK serves; empty if it does not serve any yet. */
async function sdkMetrics(address: string): Promise<string> {
  try {
    const response = await fetch(`http://${address}/metrics`, { signal: AbortSignal.timeout(SCRAPE_MS) });
    return response.ok ? await response.text() : '';
  } catch {
    return '';
  }
}
