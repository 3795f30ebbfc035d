// Computes the digest of everything that determines a result, from canonical JSON, and lists the differences
// of two specifications.
import { createHash } from 'node:crypto';
import { show } from '../text/show.js';
import type { Specification } from './specification.js';

/** Fields about how the work is divided and who is notified. They do not change the result by a byte. */
const WITHOUT_EFFECT: ReadonlySet<string> = new Set([
  'execution.shardSize',
  'execution.window',
  'execution.partSize',
  'execution.priority',
  'execution.verify',
  'notify',
]);

/**
 * JSON with keys sorted by code unit and without spaces, so that equal values give equal text. Members that
 * are undefined are dropped. Throws a TypeError for NaN, infinities, undefined in a list, and everything else
 * that JSON would change silently.
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number' && Number.isFinite(value)) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${Array.from(value, canonicalJson).join(',')}]`;
  if (isPlain(value)) {
    const members = Object.keys(value)
      .sort()
      .filter((key) => value[key] !== undefined)
      .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key])}`);
    return `{${members.join(',')}}`;
  }
  throw new TypeError(
    `no canonical JSON for ${typeof value === 'object' ? 'a class instance' : String(value)}`,
  );
}

/**
 * SHA-256 (hex) over everything that determines the result: the specification without `execution.shardSize`,
 * `window`, `partSize`, `priority` and `verify` and without `notify`, and `inputs`, the digests of the files
 * it refers to.
 */
export function specificationDigest(
  {
    execution: {
      shardSize: _shardSize,
      window: _window,
      partSize: _partSize,
      priority: _priority,
      verify: _verify,
      ...execution
    },
    notify: _notify,
    ...rest
  }: Specification,
  { inputs }: { readonly inputs: Readonly<Record<string, string>> },
): string {
  return createHash('sha256')
    .update(canonicalJson({ ...rest, execution, inputs }))
    .digest('hex');
}

/**
 * One line for each difference: `fidelity.batch: 16 in the existing search, 64 here`. `a` is the existing
 * specification, `b` the new one.
 */
export function specificationDifferences(a: unknown, b: unknown): string[] {
  return differences({ a, b, path: '' });
}

/** The fields that differ, each once: several members of a list, such as networks, may be missing in one of them. */
export function differingFields(a: unknown, b: unknown): string[] {
  return [...new Set(specificationDifferences(a, b).map((line) => line.split(':')[0]!))];
}

function differences({
  a,
  b,
  path,
}: {
  readonly a: unknown;
  readonly b: unknown;
  readonly path: string;
}): string[] {
  if (WITHOUT_EFFECT.has(path)) return [];
  if (isPlain(a) && isPlain(b)) {
    const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])];
    return keys.flatMap((key) =>
      differences({ a: ownValueOf(a, key), b: ownValueOf(b, key), path: path ? `${path}.${key}` : key }),
    );
  }
  if (isSame(a, b)) return [];
  const [old, here] = [byName(a), byName(b)];
  const found = old && here ? namedDifferences({ old, here, path }) : [];
  if (found.length > 0) return found;
  return [`${path || 'specification'}: ${canonicalText(a)} in the existing search, ${canonicalText(b)} here`];
}

/** The most members of a list of which differences are told. */
const MOST_NAMED = 5;

type ByName = ReadonlyMap<string, unknown>;

/** The members of a list by their names, such as the networks of a space; undefined where they have none. */
function byName(value: unknown): ByName | undefined {
  if (!Array.isArray(value)) return undefined;
  const named = value.map((item) => [isPlain(item) ? item.name : undefined, item] as const);
  const all = new Map(named.filter((each): each is [string, unknown] => typeof each[0] === 'string'));
  return all.size === value.length && all.size > 0 ? all : undefined;
}

/** Of two lists of named members, only those that differ: a list may have thousands. */
function namedDifferences({
  old,
  here,
  path,
}: {
  readonly old: ByName;
  readonly here: ByName;
  readonly path: string;
}): string[] {
  const lines = [...new Set([...old.keys(), ...here.keys()])].flatMap((name) => {
    if (!here.has(name)) return [`${path}: ${name} in the existing search, missing here`];
    if (!old.has(name)) return [`${path}: ${name} here, missing in the existing search`];
    return differences({ a: old.get(name), b: here.get(name), path: `${path}.${name}` });
  });
  const more = lines.length - MOST_NAMED;
  return more > 0 ? [...lines.slice(0, MOST_NAMED), `${path}: ${more} more differences`] : lines;
}

function ownValueOf(object: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

function isSame(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, i) => isSame(item, b[i]));
  if (isPlain(a) && isPlain(b)) return differences({ a, b, path: '*' }).length === 0;
  return Object.is(a, b) || a === b;
}

function canonicalText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(', ')}]`;
  if (isPlain(value))
    return `{ ${Object.entries(value)
      .map(([key, item]) => `${key}: ${canonicalText(item)}`)
      .join(', ')} }`;
  return show(value);
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
