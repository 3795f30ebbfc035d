// In: blocks. Out: ONNX Runtime sessions of their programs, one for each topology, in a bounded cache.
import { LRUCache } from 'lru-cache';
import { InferenceSession } from 'onnxruntime-node';
import { type Block, topologyKey } from '../core/programs/block.js';
import { compileBlock, compileStem } from '../core/programs/compile.js';

/** Sessions kept: a candidate's cell, the blocks shared by all candidates, and some to spare. */
const KEPT = 16;

export interface Programs {
  block(args: { block: Block; stride: number }): Promise<InferenceSession>;
  stem(block: Block): Promise<InferenceSession>;
  close(): Promise<void>;
}

export function createPrograms({ threads }: { threads: number }): Programs {
  const sessions = new LRUCache<string, Promise<InferenceSession>>({
    max: KEPT,
    dispose: (session) => void session.then((s) => s.release()).catch(() => {}),
  });
  const open = (key: string, compile: () => Uint8Array): Promise<InferenceSession> => {
    const known = sessions.get(key);
    if (known) return known;
    const session = InferenceSession.create(compile(), {
      executionProviders: ['cpu'],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      graphOptimizationLevel: 'all',
      logSeverityLevel: 3,
    });
    sessions.set(key, session);
    return session;
  };
  return {
    block: ({ block, stride }) =>
      open(`${stride} ${topologyKey(block)}`, () => compileBlock({ block, stride }).bytes),
    stem: (block) => open(`stem ${topologyKey(block)}`, () => compileStem({ block }).bytes),
    close: async () => sessions.clear(),
  };
}
