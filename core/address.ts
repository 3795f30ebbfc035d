// Computes the addresses under which scores and latencies are stored; searches with the same address share
// what is stored there.
import { createHash } from 'node:crypto';
import { engineOf, familyPart } from './contract/engines.js';
import { ENGINE_VERSION, GRAPH_VERSION } from './engine-version.js';
import { definitionOf } from './spaces/index.js';
import { type FamilyName, needsOf, readsLabels, scoredFamilies } from './specification/families.js';
import type { Specification } from './specification/specification.js';
import { canonicalJson } from './specification/specification-digest.js';

/**
 * The scope of az-nas: a digest of everything but candidate and draw that its scores depend on, which is
 * space, images, fidelity, seed, engine version and device class. A worker also computes scopes for engine
 * versions of other releases, so the text that is hashed must not change.
 */
export function scoreScope(specification: Specification, engine: string = ENGINE_VERSION): string {
  return digest({
    ...dependencies(specification),
    ...graphPart(specification, 'az-nas'),
    engine: engineOf(engine),
  });
}

/**
 * The version of graphs, for families that are computed with their block programs, and for all families of
 * imported networks, whose weights are recognized and counted by the same code.
 */
function graphPart({ space }: Specification, family: FamilyName): { readonly graphs?: number } {
  const needs = needsOf(family);
  const isOfBlocks = needs.includes('features') || needs.includes('signal-jacobian');
  return (isOfBlocks || space.kind === 'onnx') && definitionOf(space).isGraph?.(space)
    ? { graphs: GRAPH_VERSION }
    : {};
}

/**
 * The scope of any other family. It holds the family's version and that of ONNX Runtime in place of the
 * engine's version, so that its scores survive a change of the engine or of another family.
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
  const labels = readsLabels(family) ? specification.input?.labels : undefined;
  const runtime = engineOf(engine).split('.').slice(1).join('.');
  const own = family === 'own' ? { own: specification.ownProxies?.map((module) => module.digest) } : {};
  return digest({
    ...dependencies(specification),
    ...graphPart(specification, family),
    family: part,
    runtime,
    labels,
    ...own,
  });
}

/**
 * The scopes, by name, of the families other than az-nas that a specification needs; undefined where it needs
 * none.
 */
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

/**
 * Images count by the digest of their values. Without images `input` is undefined and leaves no key in the
 * JSON. Labels are not among them, because few families read them; see `familyScope`.
 */
function dependencies({ space, input, fidelity, seed, execution }: Specification) {
  const { draws: _, ...one } = fidelity;
  const inAddress = definitionOf(space).inAddress?.(space, fidelity.resolution) ?? space;
  const images = input && { images: input.images };
  return { space: inAddress, input: images, ...one, seed, device: execution.device };
}

interface LatencyScopeArguments {
  readonly space: Specification['space'];
  readonly resolution: number;
  readonly machine: string;
  readonly engine?: string;
}

/**
 * The scope of the latencies of a space, measured with one image of a given resolution on one class of
 * machines. Latencies cannot be reproduced on another class.
 */
export function latencyScope({
  space,
  resolution,
  machine,
  engine = ENGINE_VERSION,
}: LatencyScopeArguments): string {
  return digest({ latency: machine, space, resolution, engine: engineOf(engine) });
}

/** Key of one candidate under one draw within a scope. */
export function scoreKey({ candidate, draw }: { readonly candidate: string; readonly draw: number }): string {
  return `${candidate}#${draw}`;
}

function digest(parts: Readonly<Record<string, unknown>>): string {
  return createHash('sha256').update(canonicalJson(parts)).digest('base64url').slice(0, 22);
}
