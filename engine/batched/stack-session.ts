// In: a stack's shape and a device. Out: its program, open on that device: cells of one stack in, raw outputs out.

import type { StackCell } from '../../core/spaces/nas-bench-201/batched/cell.js';
import type { Dialect, Size } from '../../core/spaces/nas-bench-201/batched/kit.js';
import { featureOutput, jacobianOutput, partsOf } from '../../core/spaces/nas-bench-201/batched/outputs.js';
import {
  compileStack,
  jacobianEntries,
  type Skeleton,
  type StackShape,
} from '../../core/spaces/nas-bench-201/batched/program.js';
import { stackTopology } from '../../core/spaces/nas-bench-201/batched/topology.js';
import { type InferenceSession, Tensor } from '../onnx-runtime.js';
import { type DeviceOptions, openOnDevice, type Provider } from './device.js';
import type { StatisticsTask } from './statistics.js';

/** An output of a run: what it is, and in parts a row for each candidate (one row for all where `shared`). */
export interface StackOutput {
  readonly task: StatisticsTask;
  readonly parts: readonly { readonly start: number; readonly data: Float32Array }[];
  readonly shared: boolean;
}

export interface StackRun {
  /** Measured features, the stem's first, and measured blocks, in their order. */
  readonly features: readonly StackOutput[];
  readonly blocks: readonly StackOutput[];
}

export interface StackSession {
  readonly shape: StackShape;
  /** Nodes of the program. */
  readonly nodes: number;
  run(args: { cells: readonly StackCell[]; feeds: Readonly<Record<string, Tensor>> }): Promise<StackRun>;
  /** Ends the profile, if one was asked for, and answers its file. */
  close(): Promise<void>;
}

/** LayerNormalization with statistics and FusedMatMul are ONNX Runtime's own on CPU and CUDA. */
export function dialectOf(device: Provider): Dialect {
  return device === 'webgpu'
    ? { moments: 'sums', products: 'standard', fan: 'narrow' }
    : { moments: 'layer-norm', products: 'fused', fan: 'any' };
}

export async function openStackSession({
  skeleton,
  shape,
  dialect,
  ...options
}: DeviceOptions & {
  skeleton: Skeleton;
  shape: StackShape;
  dialect?: Dialect;
}): Promise<StackSession> {
  const { program, nodes } = compileStack({ skeleton, shape, dialect: dialect ?? dialectOf(options.device) });
  const session: InferenceSession = await openOnDevice({ program, ...options });
  const tasks = outputTasks(skeleton, shape.batch);
  return {
    shape,
    nodes,
    run: async ({ cells, feeds }) => {
      const indexes = stackTopology({ cells, ...shape });
      const topology = new Tensor('int32', indexes, [indexes.length]);
      const out = await session.run({ ...feeds, topology });
      const output = (
        name: (part: number) => string,
        task: StatisticsTask,
        shared: boolean,
      ): StackOutput => ({
        task,
        parts: partsOf(shared ? 1 : shape.size).map(({ start }, part) => ({
          start,
          data: out[name(part)]!.data as Float32Array,
        })),
        shared,
      });
      return {
        features: tasks.features.map(({ task, feature }) =>
          output((part) => featureOutput(feature, part), task, feature === 0),
        ),
        blocks: tasks.blocks.map(({ task, block }) =>
          output((part) => jacobianOutput(block, part), task, false),
        ),
      };
    },
    close: () => session.release(),
  };
}

function outputTasks({ stem, blocks }: Skeleton, batch: number) {
  const samples = ({ height, width }: Size) => batch * height * width;
  const feature = (size: Size): StatisticsTask => ({
    kind: 'feature',
    channels: size.channels,
    samples: samples(size),
  });
  const measured = blocks.flatMap((each, block) => (each.measured ? { ...each, block } : []));
  return {
    features: [
      { feature: 0, task: feature(stem) },
      ...measured.map(({ to, block }) => ({ feature: block + 1, task: feature(to) })),
    ],
    blocks: measured.map(({ block, ...each }) => {
      const task: StatisticsTask = { kind: 'block', ...jacobianEntries(each), samples: samples(each.to) };
      return { block, task };
    }),
  };
}
