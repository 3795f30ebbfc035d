// In: score requests, as a scorer process gets them. Out: proxies that are a hash of the candidate, at once.
import type { FromScorer, ScoreRequest, ScoreResult, ToScorer } from '../../engine/protocol.js';

function send(message: FromScorer): void {
  process.send?.(message, () => {});
}

process.on('message', ({ id, requests }: ToScorer) =>
  send({
    type: 'scored',
    id,
    outcomes: requests.map((request) => ({ result: score(request) })),
    residentBytes: 0,
  }),
);
process.on('disconnect', () => process.exit(0));
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
send({ type: 'ready' });

function score({ candidate, draws }: ScoreRequest): ScoreResult {
  return draws.map((draw) => {
    const of = (salt: number) => hash(candidate, 4 * draw + salt) / 2 ** 32;
    return {
      expressivity: 60 * of(0),
      progressivity: of(1) - 0.5,
      trainability: -of(2),
      // few values, hence many ties, as with costs
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
