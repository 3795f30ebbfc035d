// Sends a webhook to an address that was checked, signed if the specification asks for it.
import { createHmac } from 'node:crypto';
import { promises as dns, type LookupAddress } from 'node:dns';
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { LookupFunction } from 'node:net';
import { ApplicationFailure } from '@temporalio/common';
import { readListedSecrets, secretAdvice, secretStanding } from '../../core/specification/notify-secrets.js';
import {
  ALLOW_SETTING,
  type AllowedAddresses,
  findRefusedKind,
  parseLiteralAddress,
  readAllowedAddresses,
} from './addresses.js';

/** Finds all addresses of a host name. */
export type Resolve = (hostname: string) => Promise<readonly LookupAddress[]>;

/** Resolves names like every other client of this machine, which includes /etc/hosts. */
const resolveBySystem: Resolve = (hostname) => dns.lookup(hostname, { all: true, verbatim: true });

export interface WebhookOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly resolve?: Resolve;
}

export interface Webhook {
  readonly url: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly secretEnv: string | undefined;
  readonly signal: AbortSignal;
}

/**
 * Reads the settings immediately, so that a wrong one ends a control worker at its start with a SpecError.
 */
export function createWebhooks({ env, resolve = resolveBySystem }: WebhookOptions) {
  const listed = readListedSecrets(env);
  const allowed = readAllowedAddresses(env);
  return async ({ url, body, headers, secretEnv, signal }: Webhook): Promise<void> => {
    const secret = secretEnv === undefined ? undefined : secretOf({ name: secretEnv, listed, env });
    const signed = secret === undefined ? {} : { 'x-zeroscout-signature': signatureOf({ secret, body }) };
    const lookup = createCheckedLookup({ allowed, resolve });
    const answer = await post({
      url: checkUrl({ url, allowed }),
      body,
      headers: { ...headers, ...signed },
      lookup,
      signal,
    });
    // The body is not read; destroying it frees the connection.
    answer.destroy();
    const { statusCode = 0, statusMessage = '' } = answer;
    if (statusCode >= 200 && statusCode < 300) return;
    const redirected = statusCode >= 300 && statusCode < 400 ? '; redirects are not followed' : '';
    const { host } = new URL(url);
    const message = `notify.webhook: ${host} answered ${statusCode} ${statusMessage.slice(0, 100)}${redirected}`;
    const passing = statusCode >= 500 || statusCode === 408 || statusCode === 429;
    throw passing ? new Error(message) : ApplicationFailure.nonRetryable(message);
  };
}

function secretOf({
  name,
  listed,
  env,
}: {
  readonly name: string;
  readonly listed: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}): string {
  // The message is the same whether or not the variable is set, so that the author of a specification learns
  // nothing about this environment.
  if (secretStanding(name, listed) !== 'allowed')
    throw ApplicationFailure.nonRetryable(`notify.secretEnv: ${name} is refused; ${secretAdvice(name)}`);
  const secret = env[name];
  if (!secret)
    throw ApplicationFailure.nonRetryable(
      `notify.secretEnv: ${name} is not set where the control worker runs; set it there`,
    );
  return secret;
}

/** An address that is written in the URL itself is connected to without a lookup, so it is checked here. */
function checkUrl({ url, allowed }: { readonly url: string; readonly allowed: AllowedAddresses }): URL {
  const parsed = new URL(url);
  const literal = parseLiteralAddress(parsed);
  const kind = literal === undefined ? undefined : findRefusedKind(literal, allowed);
  if (kind !== undefined) throw refusal({ host: parsed.hostname, kind, is: 'is' });
  return parsed;
}

class RefusedAddress extends Error {}

/**
 * Looks a name up once, refuses it if any of its addresses is refused, and connects to exactly these
 * addresses.
 */
function createCheckedLookup({
  allowed,
  resolve,
}: {
  readonly allowed: AllowedAddresses;
  readonly resolve: Resolve;
}): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname).then(
      (addresses) => {
        const kind = addresses.map(({ address }) => findRefusedKind(address, allowed)).find(Boolean);
        const first = addresses[0];
        if (kind !== undefined) callback(new RefusedAddress(kind), '', 4);
        else if (first === undefined) callback(new Error(`${hostname} has no address`), '', 4);
        else if (options.all) callback(null, [...addresses]);
        else callback(null, first.address, first.family);
      },
      (error: Error) => callback(error, '', 4),
    );
  };
}

interface PostArguments {
  readonly url: URL;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly lookup: LookupFunction;
  readonly signal: AbortSignal;
}

function post({ url, body, headers, lookup, signal }: PostArguments): Promise<IncomingMessage> {
  const request = url.protocol === 'https:' ? requestHttps : requestHttp;
  const bytes = Buffer.from(body);
  // `lookup` refuses addresses that a webhook may not reach. A pooled connection, or an HTTP proxy from the
  // environment, would connect without it, so no shared agent is used.
  const options = { method: 'POST', agent: false, lookup, signal } as const;
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      { ...options, headers: { ...headers, 'content-length': bytes.length } },
      resolve,
    );
    sent.on('error', (error) => {
      if (error instanceof RefusedAddress)
        reject(refusal({ host: url.hostname, kind: error.message, is: 'resolves to' }));
      else if (signal.aborted)
        reject(new Error(`notify.webhook: ${url.host} did not answer before the timeout`));
      else reject(new Error(`notify.webhook: ${url.host}: ${reasonOf(error)}`, { cause: error }));
    });
    sent.end(bytes);
  });
}

/** If several addresses were tried without success, the error has a code and no message. */
function reasonOf(error: NodeJS.ErrnoException): string {
  return error.message || error.code || error.name;
}

function refusal({
  host,
  kind,
  is,
}: {
  readonly host: string;
  readonly kind: string;
  readonly is: string;
}): ApplicationFailure {
  return ApplicationFailure.nonRetryable(
    `notify.webhook: ${host} ${is} ${kind}, where webhooks are not sent; ${ALLOW_SETTING} of the control workers can allow it`,
  );
}

/** `sha256=` followed by the HMAC-SHA256 of the body in hexadecimal. */
function signatureOf({ secret, body }: { readonly secret: string; readonly body: string }): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
}
