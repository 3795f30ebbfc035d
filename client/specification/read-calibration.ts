// Reads the calibration that a specification names, and leaves its digest in the file's place.
import { parseCalibration } from '../../core/calibration/calibration.js';
import { type Issue, SpecError, withField } from '../../core/errors.js';
import { CALIBRATED } from '../../core/specification/aggregation.js';
import { withFeatures } from '../../core/specification/assemblies.js';
import { isOwnProxy } from '../../core/specification/families.js';
import type { OwnProxySpecification } from '../../core/specification/own-proxies.js';
import { SpaceSchema } from '../../core/specification/space.js';
import { canonicalJson } from '../../core/specification/specification-digest.js';
import { describeFound } from '../../core/text/show.js';
import type { FileInput } from '../files/open-file.js';
import { sha256 } from '../files/sha256.js';
import { readText } from './read-text.js';

interface ReadCalibration {
  readonly value: unknown;
  readonly calibration?: string;
  readonly warnings?: readonly Issue[];
}

interface Reading {
  readonly value: unknown;
  readonly resolve: (file: string, field: string) => Promise<FileInput>;
}

/** The digest of a space as it is written, with its defaults: what a calibration remembers of the space of its labels. */
export function digestSpace(space: unknown): string {
  return sha256(canonicalJson(space));
}

/**
 * A specification with `aggregation: { kind: calibrated, file }` has the weights and, where it names none, the proxies and
 * features of the calibration in its place; `calibration` is the text that goes to the store when a search starts. A
 * warning names own proxies whose code is not that of the calibrated search. Any other is answered as it is.
 */
export async function withCalibration({ value, resolve }: Reading): Promise<ReadCalibration> {
  const specification = (value ?? {}) as Readonly<Record<string, unknown>>;
  const { aggregation, proxies, space } = specification;
  const written = aggregation === CALIBRATED ? { kind: CALIBRATED } : aggregation;
  if (!isMapping(written) || written.kind !== CALIBRATED) return { value };
  const { kind: _, file, ...others } = written;
  const field = 'aggregation.file';
  if (typeof file !== 'string' || file === '' || file.includes('\0')) {
    const message = `${file === undefined ? 'missing' : describeFound(file)}; must be the path of a calibration file`;
    throw SpecError.of({ path: field, message });
  }
  const [unknown] = Object.keys(others);
  if (unknown !== undefined)
    throw SpecError.of({
      path: `aggregation.${unknown}`,
      message: 'found beside a calibration, which has weights of its own; remove it',
    });
  const path = await resolve(file, field);
  const text = await withField(field, () => readText(path, file));
  const calibration = await withField(field, async () => parseCalibration({ text, source: file }));
  const named = namedProxies({ file, calibrated: calibration.proxies, proxies });
  const { dataset, labels, method, weights, features } = calibration;
  const own = SpaceSchema.safeParse(space);
  const isSame = own.success && digestSpace(own.data) === calibration.space.digest;
  return {
    value: {
      ...(features === undefined ? specification : withFeatures(specification, features)),
      proxies: named,
      aggregation: {
        kind: 'log-rank',
        weights: Object.fromEntries(calibration.proxies.map((name, i) => [name, weights[i]])),
        calibration: { digest: sha256(text), dataset, labels, method, space: isSame ? 'same' : 'other' },
      },
    },
    calibration: text,
    warnings: warnOfChanges({ calibrated: calibration.ownProxies, own: specification.ownProxies }),
  };
}

/** A calibration is fitted to the values of the proxies, which another program gives otherwise. */
function warnOfChanges({
  calibrated = {},
  own,
}: {
  readonly calibrated: Readonly<Record<string, string>> | undefined;
  readonly own: unknown;
}): readonly Issue[] {
  const given = (Array.isArray(own) ? own : []) as readonly Partial<OwnProxySpecification>[];
  const changed = given.flatMap(({ name = '', digest }) =>
    Object.hasOwn(calibrated, name) && calibrated[name] !== digest ? [name] : [],
  );
  if (changed.length === 0) return [];
  const message = `the code of ${changed.join(', ')} is not that of the calibrated search, to whose values the calibration was fitted; calibrate a search with the present code`;
  return [{ path: 'aggregation.file', message }];
}

/** The proxies of the specification, or else those of the calibration, of which own ones have no code in it. */
function namedProxies({
  file,
  calibrated,
  proxies,
}: {
  readonly file: string;
  readonly calibrated: readonly string[];
  readonly proxies: unknown;
}): readonly unknown[] {
  const refuse = (message: string) => {
    throw SpecError.of({ path: 'proxies', message });
  };
  const hasOwn = calibrated.some(isOwnProxy);
  if (!Array.isArray(proxies)) {
    const all = calibrated.map((name) => (isOwnProxy(name) ? `the file of ${name}` : name));
    if (hasOwn)
      refuse(
        `missing; the calibration ${file} reads a proxy that comes from a file; must be [${all.join(', ')}]`,
      );
    return calibrated;
  }
  const missing = calibrated.filter((name) => !proxies.includes(name));
  if (missing.length > 0)
    refuse(
      `the calibration ${file} reads ${missing.join(', ')}, which proxies does not name; add ${missing.length > 1 ? 'them' : 'it'}${hasOwn ? '' : ', or remove proxies'}`,
    );
  return proxies;
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
