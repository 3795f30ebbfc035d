// Measures the cost of ranking many candidates in a separate process, without servers, from synthetic scores.
import { createHash } from 'node:crypto';
import { rankCandidates } from '../../activities/rank-candidates.js';
import type { Specification } from '../../core/specification/specification.js';
import type { ByteChunks, Store } from '../../store/store.js';
import { candidateOf, SIZE } from './large-space.js';

/** The number of candidates in a chunk of `store/candidate-list.ts`. */
const CHUNK = 4096;

const count = Number(process.argv[2]);
const specification = JSON.parse(process.argv[3]!) as Specification;
let digest = '';
let bytes = 0;
const started = performance.now();
await rankCandidates({ store: generateStore() })({
  run: 'bench',
  specification,
  plan: { digest: 'plan', count },
});
const seconds = (performance.now() - started) / 1000;
const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
const cpuSeconds = (userCPUTime + systemCPUTime) / 1e6;
console.log(JSON.stringify({ count, seconds, cpuSeconds, peakBytes: maxRSS * 1024, bytes, digest }));

/** A store with a plan of `count` candidates, all of which have scores. */
function generateStore(): Store {
  const chunk = (index: number) => {
    const lines = Array.from({ length: Math.min(CHUNK, count - index * CHUNK) }, (_, i) =>
      // SIZE has the prime factors 2 and 5, so multiplication by a factor with neither visits all candidates.
      candidateOf(((index * CHUNK + i) * 16_807) % SIZE),
    );
    return lines.join('\n');
  };
  const chunks = Array.from({ length: Math.ceil(count / CHUNK) }, (_, index) => `chunk-${index}`);
  return {
    scores: {
      put: async () => [],
      get: async (_scope: string, keys: readonly string[]) =>
        new Map(keys.map((key) => [key, { ...proxiesOf(key) }])),
    },
    failures: { put: async () => {}, list: async () => [] },
    blobs: {
      get: async (name: string) =>
        new TextEncoder().encode(
          name === 'plan' ? [count, ...chunks].join('\n') : chunk(Number(name.slice('chunk-'.length))),
        ),
      put: async () => 'failures',
      putStream: async (read: ByteChunks) => {
        const hash = createHash('sha256');
        for await (const piece of read()) {
          hash.update(piece);
          bytes += piece.length;
        }
        digest = hash.digest('hex');
        return digest;
      },
    },
  } as unknown as Store;
}

function proxiesOf(key: string) {
  let h = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) h = Math.imul(h ^ key.charCodeAt(i), 0x01000193);
  const next = () => {
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    return ((h ^ (h >>> 16)) >>> 0) / 2 ** 32;
  };
  return {
    expressivity: 60 * next(),
    progressivity: next() - 0.5,
    trainability: -next(),
    complexity: Math.floor(50 * next()) * 1e6,
  };
}
