// In: NATS settings. Out: nothing, or within seconds an error that says which address is not a NATS server with JetStream.

import { ServiceError } from '../../core/spec/errors.js';
import { identifyPeer, jetStreamAnswers, type NatsInfo, type Peer } from './peer.js';
import type { NatsSettings } from './settings.js';

const PROBE_MS = 3_000;
const DEFAULT_PORT = 4222;

/**
 * Looks at the greeting, before any credentials: unreachable, something else, no JetStream. One good server of several
 * is enough. Web socket addresses are left to the client. The credentials are tried by the store when it connects.
 */
export async function checkNats({ url, source }: NatsSettings): Promise<{ readonly version?: string }> {
  const servers = url.split(',').map((server) => server.trim());
  if (servers.some((server) => /^wss?:/.test(server))) return {};
  const outcomes = await Promise.all(servers.map((server) => check(server)));
  const good = outcomes.find((outcome) => 'info' in outcome);
  if (good) return good.info.version === undefined ? {} : { version: good.info.version };
  const problems = outcomes.flatMap((outcome) => ('problem' in outcome ? [outcome.problem] : []));
  const wayOut =
    source === 'embedded'
      ? 'Run `zeroscout services up`.'
      : 'Start it, correct NATS_URL, or unset it to use the embedded server.';
  throw new ServiceError({ address: withoutPassword(url), message: `${problems.join('; ')}. ${wayOut}` });
}

async function check(server: string): Promise<{ readonly info: NatsInfo } | { readonly problem: string }> {
  const { hostname, port } = new URL(server.replace(/^(\w+:\/\/)?/, 'http://'));
  const at = {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port || DEFAULT_PORT),
    timeoutMs: PROBE_MS,
  };
  const peer = await identifyPeer(at);
  const address = withoutPassword(server);
  if (peer.kind !== 'nats') return { problem: describe({ peer, address }) };
  const { info } = peer;
  if (!info.jetstream) {
    return { problem: `NATS at ${address} runs without JetStream; start nats-server with -js` };
  }
  const open = !info.auth_required && !info.tls_required;
  if (open && !(await jetStreamAnswers(at))) {
    return { problem: `NATS at ${address} is there, but its JetStream does not answer` };
  }
  return { info };
}

function describe({ peer, address }: { readonly peer: Peer; readonly address: string }): string {
  switch (peer.kind) {
    case 'unreachable':
      return `cannot reach NATS at ${address}: ${peer.reason}`;
    case 'http':
      return `${address} answers, but it is not NATS: it is a web server (NATS's monitoring page has another port than NATS itself)`;
    case 'silent':
      return `${address} accepts connections but does not greet like NATS: it hangs, or is something else (Temporal is silent like this)`;
    default:
      return `${address} answers, but it is not NATS`;
  }
}

/** Addresses are printed; passwords in them are not. */
export function withoutPassword(url: string): string {
  return url.replace(/\/\/[^@/,]*@/g, '//');
}
