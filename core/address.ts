// Makes the addresses of scores and latencies: searches with one address share what is stored there.
import { createHash } from 'node:crypto';
import { engineOf, familyPart } from './contract/engines.js';
import { ENGINE_VERSION } from './engine-version.js';
import { definitionOf } from './spaces/index.js';
import { type FamilyName, scoredFamilies } from './specification/families.js';
import type { Specification } from './specification/specification.js';
import { canonicalJson } from './specification/specification-digest.js';

/**
 * The scope of az-nas: everything but candidate and draw that its scores depend on, that is space, images, fidelity, seed,
 * engine version and device class. Workers of one release also make the scopes of another release's engine, so the form of a
 * scope stays as it is.
 */
export function scoreScope(specification: Specification, engine: string = ENGINE_VERSION): string {
  return digest({ ...dependencies(specification), engine: engineOf(engine) });
}

/**
 * The scope of any other family. It has the version of the family and that of ONNX Runtime instead of the engine's, so that a
 * change of the engine or of another family does not touch it.
 */
export function familyScope({
  specification,
  family,
  engine = ENGINE_VERSION,
}: {
  readonly specification: Specification;
  readonly family: FamilyName;
  readonly engine?: string;
}): string {
  const part = familyPart(family, engine);
  if (part === undefined) return scoreScope(specification, engine);
  const runtime = engineOf(engine).split('.').slice(1).join('.');
  return digest({ ...dependencies(specification), family: part, runtime });
}

/** The scopes of the families that a specification wants beside az-nas, by name; undefined where it wants none. */
export function familyScopes(
  specification: Specification,
  engine: string = ENGINE_VERSION,
): Readonly<Record<string, string>> | undefined {
  const others = scoredFamilies(specification.proxies).filter((family) => family !== 'az-nas');
  if (others.length === 0) return undefined;
  return Object.fromEntries(
    others.map((family) => [family, familyScope({ specification, family, engine })] as const),
  );
}

/** Of images it is the values that matter; without them `input` is undefined, which leaves no trace. */
function dependencies({ space, input, fidelity, seed, execution }: Specification) {
  const { draws: _, ...one } = fidelity;
  const inAddress = definitionOf(space).inAddress?.(space) ?? space;
  return { space: inAddress, input, ...one, seed, device: execution.device };
}

/**
 * The scope of the latencies of a space, measured with one image of a resolution on a class of machines. No other machine
 * reproduces them.
 */
export function latencyScope({
  space,
  resolution,
  machine,
  engine = ENGINE_VERSION,
}: {
  space: Specification['space'];
  resolution: number;
  machine: string;
  engine?: string;
}): string {
  return digest({ latency: machine, space, resolution, engine: engineOf(engine) });
}

/** Key of one candidate under one draw within a scope. */
export function scoreKey({ candidate, draw }: { candidate: string; draw: number }): string {
  return `${candidate}#${draw}`;
}

function digest(parts: Readonly<Record<string, unknown>>): string {
  return createHash('sha256').update(canonicalJson(parts)).digest('base64url').slice(0, 22);
}
