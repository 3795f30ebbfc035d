// Reads from the environment how to reach NATS and with which credentials, under the names of variables that
// the `nats` command line uses.
import { existsSync } from 'node:fs';
import { SpecError } from '../../core/errors.js';
import type { Access } from '../../store/access.js';
import { type Address, parseAddress } from '../../store/address.js';
import type { NatsSettings } from './settings.js';

const VARIABLES = {
  creds: 'NATS_CREDS',
  nkey: 'NATS_NKEY',
  user: 'NATS_USER',
  password: 'NATS_PASSWORD',
  token: 'NATS_TOKEN',
  ca: 'NATS_CA',
  cert: 'NATS_CERT',
  key: 'NATS_KEY',
} as const satisfies Record<keyof Access, string>;
const FILES = ['creds', 'nkey', 'ca', 'cert', 'key'] as const;
const PAIRS = [
  ['user', 'password'],
  ['cert', 'key'],
] as const;
/** Only one kind of credentials may be set, so that a forgotten variable cannot decide. */
const IDENTITIES = ['creds', 'nkey', 'user', 'token'] as const;

/**
 * Reads settings without connecting; the files that they name are checked when they are used. Undefined if
 * nothing is set.
 */
export function readNatsSettings(env: NodeJS.ProcessEnv): NatsSettings | undefined {
  const { NATS_URL: url, ZEROSCOUT_NATS_REPLICAS: replicas } = env;
  const access = accessOf(env);
  if (!url) {
    const lonely = Object.keys(access)[0] as keyof Access | undefined;
    if (lonely !== undefined) throw wrong(lonely, 'is set, but NATS_URL is not; set both or neither');
    if (replicas && parseReplicas(replicas) > 1)
      throw wrongReplicas(
        `is ${replicas}, but NATS_URL is not set, and the embedded server is a single node and keeps one copy; set NATS_URL, or unset ZEROSCOUT_NATS_REPLICAS`,
      );
    return undefined;
  }
  check({ access, address: addressOf(url) });
  return {
    url,
    ...(Object.keys(access).length > 0 ? { access } : {}),
    ...(replicas && { replicas: parseReplicas(replicas) }),
    source: 'environment',
  };
}

/** An empty value counts as unset, because that is how a shell unsets a variable for one command. */
function accessOf(env: NodeJS.ProcessEnv): Access {
  const set = Object.entries(VARIABLES).flatMap(([name, variable]) =>
    env[variable] ? [[name, env[variable]] as const] : [],
  );
  return Object.fromEntries(set);
}

function check({ access, address }: { readonly access: Access; readonly address: Address }): void {
  for (const name of FILES)
    if (access[name] && !existsSync(access[name])) throw wrong(name, `there is no file ${access[name]}`);
  for (const [a, b] of PAIRS)
    for (const [one, other] of [
      [a, b],
      [b, a],
    ] as const)
      if (access[one] && !access[other]) throw wrong(one, `goes with ${VARIABLES[other]}, which is not set`);
  const inAddress = address.user !== undefined || address.token !== undefined;
  const ways = [
    ...IDENTITIES.filter((name) => access[name]).map((name) => VARIABLES[name]),
    ...(inAddress ? ['a user or token in NATS_URL'] : []),
  ];
  if (ways.length > 1)
    throw SpecError.of({
      path: ways[0]!,
      message: `is set, and so is ${ways.slice(1).join(' and ')}; keep one`,
    });
}

function wrong(name: keyof Access, message: string): SpecError {
  return SpecError.of({ path: VARIABLES[name], message });
}

/** Parses the address as the store does, and reports faults as those of a setting. */
function addressOf(url: string): Address {
  try {
    return parseAddress(url);
  } catch (error) {
    throw SpecError.of({ path: 'NATS_URL', message: (error as Error).message });
  }
}

/**
 * JetStream keeps one, three or five copies; an even number tolerates no more failures than the odd number
 * below it.
 */
function parseReplicas(text: string): number {
  if (/^[135]$/.test(text)) return Number(text);
  throw wrongReplicas(`"${text}" is not 1, 3 or 5`);
}

function wrongReplicas(message: string): SpecError {
  return SpecError.of({ path: 'ZEROSCOUT_NATS_REPLICAS', message });
}
