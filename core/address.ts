// In: a specification, a candidate, a draw. Out: the address of the score: two searches with one address share it.
import { createHash } from 'node:crypto';
import { ENGINE_VERSION } from './engine-version.js';
import type { Specification } from './specification/specification.js';
import { canonicalJson } from './specification/specification-digest.js';

/**
 * Everything but candidate and draw that a score depends on: space, images, fidelity, seed, engine version, device class.
 * Workers of one release also make the scopes of another release's engine, so the form of a scope stays as it is.
 */
export function scoreScope(
  { space, input, fidelity, seed, execution }: Specification,
  engine: string = ENGINE_VERSION,
): string {
  const { draws: _, ...one } = fidelity;
  // Of images it is the values that matter; without them `input` is undefined, which leaves no trace.
  const parts = { space, input, ...one, seed, engine, device: execution.device };
  return createHash('sha256').update(canonicalJson(parts)).digest('base64url').slice(0, 22);
}

/**
 * Where the latencies of a space are, measured at a resolution on a class of machines: one image, the exported network. A
 * fact of that machine, which no other reproduces.
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
  const parts = { latency: machine, space, resolution, engine };
  return createHash('sha256').update(canonicalJson(parts)).digest('base64url').slice(0, 22);
}

/** Key of one candidate under one draw within a scope. */
export function scoreKey({ candidate, draw }: { candidate: string; draw: number }): string {
  return `${candidate}#${draw}`;
}
