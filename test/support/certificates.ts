// Creates certificate authorities and certificates for one test run with openssl.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Pair {
  /** Paths of PEM files. */
  readonly cert: string;
  readonly key: string;
}

export interface Authority extends Pair {
  /** Issues a certificate of this authority for the name or address `host`. */
  issue(name: string, given?: { readonly host?: string; readonly days?: number }): Pair;
}

/** The reason why tests with certificates are skipped; undefined if they can run. */
export function whyNoOpenssl(): string | undefined {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'openssl is not installed: tests with certificates are skipped';
  }
}

export function createAuthority({ dir, name }: { readonly dir: string; readonly name: string }): Authority {
  mkdirSync(dir, { recursive: true });
  const at = (file: string) => join(dir, `${name}-${file}`);
  const own = { cert: at('ca.pem'), key: at('ca.key') };
  const fresh = (key: string) => [
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-keyout',
    key,
  ];
  openssl(['req', '-x509', ...fresh(own.key), '-out', own.cert, '-days', '2', '-subj', `/CN=${name}`]);
  return {
    ...own,
    issue: (who, { host = '127.0.0.1', days = 2 } = {}) => {
      const pair = { cert: at(`${who}.pem`), key: at(`${who}.key`) };
      const request = at(`${who}.csr`);
      const extensions = at(`${who}.ext`);
      const kind = /^[\d.]+$/.test(host) ? 'IP' : 'DNS';
      writeFileSync(extensions, `subjectAltName=${kind}:${host}\n`);
      openssl(['req', '-new', ...fresh(pair.key), '-out', request, '-subj', `/CN=${who}`]);
      const signed = ['-CA', own.cert, '-CAkey', own.key, '-CAcreateserial', '-days', `${days}`];
      openssl(['x509', '-req', '-in', request, ...signed, '-extfile', extensions, '-out', pair.cert]);
      return pair;
    },
  };
}

function openssl(args: readonly string[]): void {
  execFileSync('openssl', args, { stdio: 'pipe' });
}
