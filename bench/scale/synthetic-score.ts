// Computes made-up proxies from a hash of the candidate, the same in every process.
import type { ScoreRequest, ScoreResult } from '../../engine/protocol.js';

export function syntheticScore({ candidate, draws }: Pick<ScoreRequest, 'candidate' | 'draws'>): ScoreResult {
  return draws.map((draw) => {
    const of = (salt: number) => hash(candidate, 4 * draw + salt) / 2 ** 32;
    return {
      expressivity: 60 * of(0),
      progressivity: of(1) - 0.5,
      trainability: -of(2),
      // There are few distinct values and hence many ties, as with costs.
      complexity: Math.floor(50 * of(3)) * 1e6,
    };
  });
}

/** FNV-1a with a final mix, 32 bits. */
function hash(text: string, salt: number): number {
  let h = (0x811c9dc5 ^ Math.imul(salt, 0x9e3779b1)) >>> 0;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
