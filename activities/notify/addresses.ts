// Decides to which IP addresses a webhook may be sent: public ones, and those that the operator of the
// control worker has allowed.
import { BlockList, isIP } from 'node:net';
import { SpecError } from '../../core/errors.js';
import { describeFound } from '../../core/text/show.js';
import { extractIPv4 } from './embedded-ipv4.js';

/** The environment variable in which the operator of a control worker allows further addresses. */
export const ALLOW_SETTING = 'ZEROSCOUT_NOTIFY_ALLOW';

/**
 * Ranges of addresses that are not public, with their names in messages. An address gets the name of the
 * first range that contains it.
 */
const SPECIAL: readonly (readonly [string, BlockList])[] = [
  // Addresses that are reachable from inside of clouds, under which AWS, Google, Alibaba, Oracle and Azure
  // offer credentials or settings.
  [
    'the metadata service of a cloud',
    blockList(
      '169.254.169.254/32',
      'fd00:ec2::/32',
      'fd20:ce::/32',
      '100.100.100.200/32',
      '192.0.0.192/32',
      '168.63.129.16/32',
    ),
  ],
  ['a link-local address', blockList('169.254.0.0/16', 'fe80::/10')],
  ['a loopback address', blockList('127.0.0.0/8', '::1/128')],
  [
    'a private address',
    blockList('10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7', 'fec0::/10'),
  ],
  ['an address that belongs to no host', blockList('0.0.0.0/8', '::/128')],
  ['a multicast or broadcast address', blockList('224.0.0.0/4', '255.255.255.255/32', 'ff00::/8')],
  // Other ranges that IANA reserves for special purposes:
  // https://www.iana.org/assignments/iana-ipv4-special-registry
  [
    'a reserved address',
    blockList(
      '192.0.0.0/24',
      '192.0.2.0/24',
      '192.88.99.0/24',
      '198.18.0.0/15',
      '198.51.100.0/24',
      '203.0.113.0/24',
      '240.0.0.0/4',
      '2001::/23',
      '2001:db8::/32',
      '3fff::/20',
      '64:ff9b:1::/48',
    ),
  ],
];
/** The only range from which hosts of the public internet get IPv6 addresses. */
const PUBLIC_IPV6 = blockList('2000::/3');

/** Words of the setting, with the ranges that they allow. */
const NAMED: Readonly<Record<string, string>> = {
  private: 'a private address',
  loopback: 'a loopback address',
};

export interface AllowedAddresses {
  readonly kinds: ReadonlySet<string>;
  readonly ranges: BlockList;
}

/**
 * Reads `private`, `loopback` and ranges such as `10.1.0.0/16`, separated by commas. Throws a SpecError for
 * any other word.
 */
export function readAllowedAddresses(env: NodeJS.ProcessEnv): AllowedAddresses {
  const words = (env[ALLOW_SETTING] ?? '')
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
  const kinds = new Set<string>();
  const ranges = new BlockList();
  for (const word of words) {
    const kind = Object.hasOwn(NAMED, word.toLowerCase()) ? NAMED[word.toLowerCase()] : undefined;
    if (kind !== undefined) kinds.add(kind);
    else if (!addRange(ranges, word))
      throw SpecError.of({
        path: ALLOW_SETTING,
        message: `${describeFound(word)}; must be private, loopback, or ranges such as 10.1.0.0/16 or fd12::/16, with commas between`,
      });
  }
  return { kinds, ranges };
}

/**
 * The name of the range of an address to which webhooks may not be sent; `undefined` for an allowed address.
 */
export function findRefusedKind(address: string, allowed: AllowedAddresses): string | undefined {
  const plain = address.replace(/%.*$/, '');
  const inner = isIP(plain) === 6 ? extractIPv4(plain) : undefined;
  if (inner !== undefined) return findRefusedKind(inner, allowed);
  const kind = kindOf(plain);
  if (kind === undefined || allowed.kinds.has(kind) || isIn(allowed.ranges, plain)) return undefined;
  return kind;
}

function kindOf(address: string): string | undefined {
  if (isIP(address) === 0) return 'not an IP address';
  const special = SPECIAL.find(([, list]) => isIn(list, address));
  if (special) return special[0];
  return isIP(address) === 6 && !isIn(PUBLIC_IPV6, address) ? 'a reserved address' : undefined;
}

function isIn(list: BlockList, address: string): boolean {
  return list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

function blockList(...ranges: string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) if (!addRange(list, range)) throw new Error(`${range} is no range`);
  return list;
}

/** Returns false where the text is neither an address nor a range. */
function addRange(list: BlockList, text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const family = isIP(address);
  const most = family === 6 ? 128 : 32;
  if (family === 0 || rest.length > 0) return false;
  if (bits !== undefined && (!/^\d{1,3}$/.test(bits) || Number(bits) > most)) return false;
  list.addSubnet(address, bits === undefined ? most : Number(bits), family === 6 ? 'ipv6' : 'ipv4');
  return true;
}

/**
 * The IP address that a URL names instead of a host. The WHATWG parser has already normalized decimal, octal
 * and short forms.
 */
export function parseLiteralAddress({ hostname }: URL): string | undefined {
  const bare = hostname.replace(/^\[(.*)\]$/, '$1');
  return isIP(bare) === 0 ? undefined : bare;
}
