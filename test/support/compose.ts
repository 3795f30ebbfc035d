// Reads the services of a compose file, to run them as processes on loopback addresses.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { ROOT } from './zeroscout.js';

/** What a user writes into deploy/.env, with passwords that differ by role. */
export const COMPOSE_VARIABLES = {
  NATS_PASSWORD: 'a-Password_7',
  NATS_CONTROL_PASSWORD: 'c-Password_7',
  NATS_SCORE_PASSWORD: 's-Password_7',
  NATS_READER_PASSWORD: 'r-Password_7',
  NATS_ROUTES_PASSWORD: 'n-Password_7',
  POSTGRES_PASSWORD: 'unused',
} as const;

export interface Service {
  /** The service's own loopback address, in place of a container's. */
  readonly ip: string;
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

interface Written {
  readonly services: Readonly<Record<string, WrittenService>>;
}
interface WrittenService {
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

export interface Compose {
  service(name: string): Service;
  /** A file of deploy/ as the service `name` sees it. */
  file(name: string, path: string): string;
}

/**
 * Every service has its own address in 127.0.0.0/8, so that all keep the ports of the file. `elsewhere` maps
 * host and port in the file to the address of services that run elsewhere, `addresses` gives services other
 * addresses.
 */
export function readCompose({
  variables,
  elsewhere,
  addresses = {},
}: {
  variables: Readonly<Record<string, string>>;
  elsewhere: Readonly<Record<string, string>>;
  addresses?: Readonly<Record<string, string>>;
}): Compose {
  const text = readFileSync(join(ROOT, 'deploy/compose.yaml'), 'utf8');
  const { services } = parse(text, { merge: true }) as Written;
  const names = Object.keys(services);
  // Tests of several clones may run at once.
  const network = `127.${1 + (process.pid % 250)}.${1 + (Math.floor(process.pid / 250) % 250)}`;
  const ips = new Map(names.map((name, i) => [name, addresses[name] ?? `${network}.${10 + i}`]));

  /** Replaces what the service listens on, and the hosts that it knows by name. */
  const wire = (name: string, value: string) =>
    value
      .replaceAll('0.0.0.0', ips.get(name)!)
      .replace(/([a-z][a-z\d-]*):(\d+)/g, (address, host, port) =>
        ips.has(host) ? (elsewhere[address] ?? `${ips.get(host)}:${port}`) : address,
      );
  const filled = (name: string, value: string) => wire(name, interpolate({ value, variables }));

  return {
    service(name) {
      const { command = [], environment = {} } = services[name]!;
      return {
        ip: ips.get(name)!,
        command: command.map((word) => filled(name, word)),
        environment: Object.fromEntries(
          Object.entries(environment).map(([key, value]) => [key, filled(name, String(value))]),
        ),
      };
    },
    // In a container the loopback interface is private; here all services share one.
    file: (name, path) =>
      wire(name, readFileSync(join(ROOT, 'deploy', path), 'utf8').replaceAll('127.0.0.1', '0.0.0.0')),
  };
}

/** `${NAME}`, `${NAME:-otherwise}` and `${NAME:?why}` as Compose reads them; `$$` is a dollar. */
function interpolate(given: { value: string; variables: Readonly<Record<string, string>> }): string {
  const { value, variables } = given;
  return value.replace(/\$\$|\$\{(\w+)(?::([-?])([^}]*))?\}/g, (found, name, how, rest) => {
    if (found === '$$') return '$';
    const set = variables[name];
    if (set) return set;
    if (how === '-') return rest;
    throw new Error(`compose.yaml needs ${name}${rest ? `: ${rest}` : ''}`);
  });
}
