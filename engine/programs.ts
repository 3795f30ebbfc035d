// Caches a limited number of ONNX Runtime sessions of block programs, in the memory layout that suits the
// processor.
import { LRUCache } from 'lru-cache';
import { type Block, topologyKey } from '../core/ir/block.js';
import type { Network } from '../core/ir/network.js';
import type { Shape } from '../core/ir/shape.js';
import { compileBlock, compileStem } from '../core/lowering/compile.js';
import { type Blocking, compileBlocked, virtualChannelsOf } from '../core/lowering/nchwc/compile-blocked.js';
import { openSizes, SIZES } from '../core/lowering/nchwc/open-sizes.js';
import {
  type Boundary,
  isSized,
  type Program,
  type Spectrum,
  type Wanted,
} from '../core/lowering/program.js';
import { openPlain, type Provider } from './batched/device.js';
import { findChannelBlock } from './channel-block.js';
import { InferenceSession, Tensor, threadSettings } from './onnx-runtime.js';

/**
 * The most sessions that are cached. `open`: programs for several shapes, which suffices for the cell of a
 * candidate, the blocks that all candidates share, and some more. `sized`: programs for one shape
 * (`isSized`), which are smaller, recur in other candidates, and number about twenty for each candidate.
 */
const KEPT = { open: 12, sized: 64 };

/** The number of shapes whose size tensors are cached. */
const KEPT_SHAPES = 64;

/** `blocked`: ONNX Runtime's NCHWc. */
type Layout = 'plain' | 'blocked';

export interface OpenProgram {
  readonly session: InferenceSession;
  readonly layout: Layout;
  /** The inputs that tell a scan, which is compiled for several shapes, its shape (`SIZES`). */
  readonly sizes?: Readonly<Record<string, Tensor>>;
}

export interface Programs {
  /**
   * The number of channels in a channel block of the processor's NCHWc layout; 1 if only the plain layout is
   * used.
   */
  readonly blockSize: number;
  /** The layout of the activations that are passed from block to block of a network. */
  boundary(network: Network): Boundary;
  /** Whether the program of a block is a scan, which computes several such blocks in one run. */
  isScan(args: { block: Block; input: Shape; boundary: Boundary }): boolean;
  block(request: BlockRequest): Promise<OpenProgram>;
  stem(args: { block: Block; input: Shape; boundary: Boundary; spectrum: Spectrum }): Promise<OpenProgram>;
  close(): Promise<void>;
}

/** The block whose program is requested, and what the program computes. */
export interface BlockRequest {
  readonly block: Block;
  readonly on: BlockInput;
  readonly boundary: Boundary;
  readonly spectrum: Spectrum;
  readonly probe: Blocking['probe'];
  /** The outputs of a scan; `statistics` by default. */
  readonly wanted?: Wanted;
}

/** The images that reach a block: their number, the shape of one, and the factor by which the block shrinks its side. */
export interface BlockInput {
  readonly batch: number;
  readonly input: Shape;
  readonly stride: number;
}

/** `layout: 'plain'` uses standard ONNX everywhere, as a reference for the NCHWc layout. */
export async function createPrograms({
  threads,
  device = 'cpu',
  layout = device === 'cpu' ? 'blocked' : 'plain',
}: {
  readonly threads: number;
  readonly device?: Provider;
  readonly layout?: Layout;
}): Promise<Programs> {
  const sessions = createSessionCache({ threads, device });
  const sizesOf = createSizeCache();
  const blockSize = layout === 'blocked' ? await findChannelBlock() : 1;
  return {
    blockSize,
    boundary: (network) => (blockSize > 1 && fitsChannelBlocks(network) ? 'blocked' : 'plain'),
    isScan: ({ block, input, boundary }) =>
      boundary === 'blocked' && virtualChannelsOf({ block, input, size: blockSize }) !== undefined,
    block: ({ block, on: { batch, input, stride }, boundary, spectrum, probe, wanted = 'statistics' }) => {
      const key = `${stride} ${spectrum} ${wanted} ${topologyKey(block)}`;
      const args = { block, stride, spectrum, input };
      if (boundary === 'plain')
        return sessions.open({
          block,
          key: `${isSized(block) ? sizesKey(block, input) : ''} ${key}`,
          layout: 'plain',
          compile: () => compileBlock(args),
        });
      const virtualChannels = virtualChannelsOf({ block, input, size: blockSize });
      const shape = virtualChannels === undefined ? sizesKey(block, input) : `${virtualChannels} virtual`;
      const blocking = { batch, size: blockSize, virtualChannels, probe };
      const program = sessions.open({
        block,
        key: `${batch} ${shape} ${probe} ${key}`,
        layout: 'blocked',
        compile: () => compileBlocked({ ...args, blocking, wanted }),
      });
      if (virtualChannels === undefined) return program;
      const sizes = sizesOf({ shape: input, batch, size: blockSize, count: virtualChannels });
      return program.then((opened) => ({ ...opened, sizes }));
    },
    stem: ({ block, input, boundary, spectrum }) => {
      const sizes = isSized(block) ? sizesKey(block, input) : '';
      return sessions.open({
        block,
        key: `stem ${sizes} ${boundary} ${spectrum} ${topologyKey(block)}`,
        layout: 'plain',
        compile: () => compileStem({ block, input, boundary, spectrum }),
      });
    },
    close: async () => sessions.clear(),
  };
}

/** Whether ONNX Runtime can arrange all weights in channel blocks. It packs channels in groups of four. */
function fitsChannelBlocks({ stem, blocks }: Network): boolean {
  const all = [stem, ...blocks];
  const weights = all.flatMap((block) => Object.values(block.weights));
  return (
    all.every(({ form }) => form === 'map') &&
    weights.every(({ shape }) => shape[0]! % 4 === 0) &&
    all.every(hasOnePackingEach)
  );
}

/**
 * Whether operations that share a weight read it alike, as they do unless a space in a module shares one between strides:
 * its packing depends on the stride (`weightPacking`).
 */
function hasOnePackingEach({ instructions }: Block): boolean {
  const strides = new Map<string, number | undefined>();
  return instructions.every(({ slot, settings: { stride } }) => {
    if (slot === '') return true;
    const before = strides.has(slot) ? strides.get(slot) : stride;
    strides.set(slot, stride);
    return before === stride;
  });
}

interface SessionRequest {
  readonly block: Block;
  /** Distinguishes the program from all others. */
  readonly key: string;
  readonly layout: Layout;
  readonly compile: () => Program;
}

interface SessionCache {
  /** Returns the session of a program, and compiles the program if it is not cached. */
  open(request: SessionRequest): Promise<OpenProgram>;
  clear(): void;
}

function createSessionCache({
  threads,
  device,
}: {
  readonly threads: number;
  readonly device: Provider;
}): SessionCache {
  const createCache = (max: number) =>
    new LRUCache<string, Promise<OpenProgram>>({
      max,
      dispose: (program) => void program.then(({ session }) => session.release()).catch(() => {}),
    });
  const caches = { open: createCache(KEPT.open), sized: createCache(KEPT.sized) };
  return {
    open: ({ block, key, layout, compile }) => {
      const sessions = isSized(block) ? caches.sized : caches.open;
      const known = sessions.get(key);
      if (known) return known;
      const created = createSession({ program: compile(), threads, device, layout });
      const program = created.then((session) => ({ session, layout }));
      sessions.set(key, program);
      // The next candidate tries again: the reason may have been a lack of memory, or a device.
      program.catch(() => {
        if (sessions.peek(key) === program) sessions.delete(key);
      });
      return program;
    },
    clear: () => {
      caches.open.clear();
      caches.sized.clear();
    },
  };
}

/** Caches the size tensors of a scan (`SIZES`) for the latest shapes. */
function createSizeCache() {
  const cache = new LRUCache<string, Readonly<Record<string, Tensor>>>({ max: KEPT_SHAPES });
  return (args: Parameters<typeof openSizes>[0]) => {
    const key = JSON.stringify(args);
    const sizes = cache.get(key) ?? sizeTensors(args);
    cache.set(key, sizes);
    return sizes;
  };
}

/** Everything besides the topology on which a program for one shape depends. */
function sizesKey({ weights }: Block, input: Shape): string {
  return [input, ...Object.values(weights).map(({ shape }) => shape)].join(' ');
}

function sizeTensors(args: Parameters<typeof openSizes>[0]) {
  const { map, blocks, first, mean, sums } = openSizes(args);
  const whole = (of: readonly number[], dims: readonly number[] = [of.length]) =>
    new Tensor('int64', BigInt64Array.from(of.map(BigInt)), dims);
  const square = [args.count, args.count];
  return {
    [SIZES.map]: whole(map),
    [SIZES.blocks]: whole(blocks),
    [SIZES.first]: whole(first, [first.length / args.size ** 2, 1, args.size, args.size]),
    [SIZES.mean]: new Tensor('float32', mean, square),
    [SIZES.sums]: new Tensor('float32', sums, square),
  };
}

interface CreateSessionArguments {
  readonly program: Program;
  readonly threads: number;
  readonly device: Provider;
  readonly layout: Layout;
}

function createSession({
  program,
  threads,
  device,
  layout,
}: CreateSessionArguments): Promise<InferenceSession> {
  if (layout === 'plain') return openPlain({ program, device, threads });
  return InferenceSession.create(program, {
    executionProviders: ['cpu'],
    ...threadSettings(threads),
    // glibc keeps freed buffers for the next candidate (ALLOCATOR in scorer-child.ts). An arena would keep
    // them in each session.
    enableCpuMemArena: false,
    executionMode: 'sequential',
    // An NCHWc program is often used for one candidate only and has nothing left to fuse, so optimizing it
    // costs more than it saves.
    graphOptimizationLevel: 'disabled',
    logSeverityLevel: 3,
  });
}
