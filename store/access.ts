// Converts the settings of credentials and TLS for NATS to client options; every error names the setting to
// change.
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { checkServerIdentity, createSecureContext, type PeerCertificate } from 'node:tls';
import {
  type Authenticator,
  credsAuthenticator,
  type NodeConnectionOptions,
  nkeyAuthenticator,
  type TlsOptions,
} from '@nats-io/transport-node';
import type { Address } from './address.js';
import type { NatsFault, Refuse } from './nats-error.js';
import { readRegularFile } from './regular-file.js';
import { reasonOf } from './retry.js';

/**
 * Settings of a connection. At most one of creds, nkey, user with password, token, and a user in the address may be set. Values
 * are paths unless a field says otherwise.
 */
export interface Access {
  /** Credentials file (`nsc generate creds`). */
  readonly creds?: string | undefined;
  /** File with the seed of an NKey (`nk -gen user`). */
  readonly nkey?: string | undefined;
  /** The user's name itself; requires `password`. */
  readonly user?: string | undefined;
  /** The password itself. */
  readonly password?: string | undefined;
  /** The token itself. */
  readonly token?: string | undefined;
  /** PEM file of the authorities that may have signed the server's certificate; by default the system's. */
  readonly ca?: string | undefined;
  /** PEM file of this client's certificate, if the server requires one; needs `key`. */
  readonly cert?: string | undefined;
  /** PEM file of its private key. */
  readonly key?: string | undefined;
}

interface Given {
  readonly address: Address;
  readonly access: Access;
  readonly refuse: Refuse;
}

/** With `tls://`, or with any of ca, cert and key, the client always uses TLS, whatever the server offers. */
export async function readAccessOptions(given: Given): Promise<NodeConnectionOptions> {
  const { address, access } = given;
  const user = access.user ?? address.user;
  const password = access.password ?? address.password;
  const token = access.token ?? address.token;
  const wantsTls = address.tls || Boolean(access.ca ?? access.cert ?? access.key);
  return {
    ...(wantsTls ? { tls: { ...(await certificates(given)), ...hostCheck(address) } } : {}),
    ...(user !== undefined && password !== undefined ? { user, pass: password } : {}),
    ...(token !== undefined ? { token } : {}),
    ...(await signer(given)),
  };
}

async function signer({ access, refuse }: Given): Promise<NodeConnectionOptions> {
  if (access.creds) {
    const read = async (path: string) => credsAuthenticator(await readRegularFile(path));
    return {
      authenticator: await authenticator({
        path: access.creds,
        read,
        refuse,
        what: 'credentials file',
        setting: 'NATS_CREDS',
        wanted: 'a file made by "nsc generate creds"',
      }),
    };
  }
  if (access.nkey) {
    const read = async (path: string) =>
      nkeyAuthenticator(Buffer.from((await readRegularFile(path)).toString().trim()));
    return {
      authenticator: await authenticator({
        path: access.nkey,
        read,
        refuse,
        what: 'NKey file',
        setting: 'NATS_NKEY',
        wanted: 'a file that holds the seed of a user, SU…',
      }),
    };
  }
  return {};
}

interface AuthenticatorArguments {
  readonly path: string;
  readonly read: (path: string) => Promise<Authenticator>;
  readonly refuse: Refuse;
  readonly what: string;
  readonly setting: string;
  readonly wanted: string;
}

async function authenticator(given: AuthenticatorArguments): Promise<Authenticator> {
  const { path, read, refuse, what, setting, wanted } = given;
  try {
    const made = await read(path);
    made('a nonce'); // The file is parsed here, where an error can name it, instead of during the handshake.
    return made;
  } catch (error) {
    throw refuse({
      reason: 'credentials',
      fault: `${what} ${path}: ${reasonOf(error)}`,
      remedy: `set ${setting} to ${wanted}`,
      settings: [setting],
      cause: error,
    });
  }
}

/** Reads the files here, because OpenSSL reports faults late, in the handshake, without naming a file. */
async function certificates({ access, refuse }: Given): Promise<TlsOptions> {
  const { ca, cert, key } = access;
  const read = async <T>(name: string, path: string | undefined, check: (pem: Buffer) => T) => {
    if (path === undefined) return undefined;
    try {
      const pem = await readRegularFile(path);
      check(pem);
      return pem;
    } catch (error) {
      throw refuse({
        reason: 'certificate',
        fault: `${name} ${path}: ${reasonOf(error)}`,
        remedy: 'set it to a PEM file',
        settings: [name],
        cause: error,
      });
    }
  };
  const pems = {
    ca: await read('NATS_CA', ca, (pem) => new X509Certificate(pem)),
    cert: await read('NATS_CERT', cert, (pem) => new X509Certificate(pem)),
    key: await read('NATS_KEY', key, (pem) => createPrivateKey(pem)),
  };
  const set = Object.fromEntries(Object.entries(pems).filter(([, pem]) => pem !== undefined));
  try {
    createSecureContext(set);
  } catch (error) {
    throw refuse({
      reason: 'certificate',
      fault: `NATS_KEY ${key} does not belong to NATS_CERT ${cert} (${reasonOf(error)})`,
      remedy: 'set both to the files of one certificate',
      settings: ['NATS_CERT', 'NATS_KEY'],
      cause: error,
    });
  }
  return set;
}

/**
 * If a server is given by an IP address, the client library checks its certificate for the name "localhost".
 * This function requires that the certificate names one of the given addresses.
 */
function hostCheck({ servers }: Address): TlsOptions {
  const unnamed = servers.map(({ host }) => host).filter((host) => isIP(host) !== 0 || host === 'localhost');
  const check = {
    checkServerIdentity: (asked: string, cert: PeerCertificate): Error | undefined => {
      const hosts = asked === 'localhost' && unnamed.length > 0 ? unnamed : [asked];
      const faults = hosts.map((host) => checkServerIdentity(host, cert));
      return faults.includes(undefined) ? undefined : faults[0];
    },
  };
  return check as TlsOptions; // The client library passes on options that its type does not declare.
}

/**
 * Explains which setting a failed handshake points to, given the message of the TLS library; undefined if TLS
 * was not the reason.
 */
export function explainTlsFault(why: string): NatsFault | undefined {
  if (/does not support 'tls'|tls.*is not available/i.test(why))
    return {
      reason: 'tls',
      fault:
        'it offers no TLS, and tls:// or NATS_CA, NATS_CERT, NATS_KEY require it; nothing was sent to it',
      settings: ['NATS_URL', 'NATS_CA', 'NATS_CERT', 'NATS_KEY'],
    };
  if (/altnames|hostname\/ip/i.test(why))
    return {
      reason: 'certificate',
      fault: `its certificate is made out to another host (${why})`,
      remedy: 'correct the host in NATS_URL',
      settings: ['NATS_URL'],
    };
  if (/expired/i.test(why)) return { reason: 'certificate', fault: `its certificate has expired (${why})` };
  if (/self.signed|unable to (verify|get)|signature failure/i.test(why))
    return {
      reason: 'certificate',
      fault: `its certificate is not trusted (${why})`,
      remedy: 'set NATS_CA to the authority that signed it',
      settings: ['NATS_CA'],
    };
  return undefined;
}

/** The server requires a client certificate, and the one that is set, if any, is not accepted. */
export function explainClientCertificate({
  why,
  cert,
}: {
  readonly why: string;
  readonly cert: string | undefined;
}): NatsFault {
  const which = cert ? `refuses NATS_CERT ${cert}` : 'asks for a certificate';
  return {
    reason: 'certificate',
    fault: `it ${which} (${why})`,
    remedy: 'set NATS_CERT and NATS_KEY to a certificate that it accepts',
    settings: ['NATS_CERT', 'NATS_KEY'],
  };
}
