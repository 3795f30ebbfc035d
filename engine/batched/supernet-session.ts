// Opens a batched supernet on a device, which maps the cells of one run to raw outputs.

import type { SupernetCell } from '../../core/spaces/nas-bench-201/batched/cell.js';
import { compileSupernet } from '../../core/spaces/nas-bench-201/batched/compile-supernet.js';
import type { Dialect, Size } from '../../core/spaces/nas-bench-201/batched/kit.js';
import { featureOutput, jacobianOutput, partsOf } from '../../core/spaces/nas-bench-201/batched/outputs.js';
import {
  jacobianEntries,
  type Skeleton,
  type SupernetShape,
} from '../../core/spaces/nas-bench-201/batched/skeleton.js';
import { supernetTopology } from '../../core/spaces/nas-bench-201/batched/supernet-topology.js';
import { type InferenceSession, Tensor } from '../onnx-runtime.js';
import { type DeviceOptions, openOnDevice, type Provider } from './device.js';
import type { BlockTask, FeatureTask, StatisticsTask } from './statistics.js';

/**
 * One output of a run, in parts: a row for each candidate, or, where it is `shared`, a single row for all of
 * them.
 */
export interface SupernetOutput<Task extends StatisticsTask = StatisticsTask> {
  readonly task: Task;
  readonly parts: readonly { readonly start: number; readonly data: Float32Array }[];
  readonly shared: boolean;
}

export interface RunOutputs {
  /** The measured features, the stem's first, and the measured blocks, in order. */
  readonly features: readonly SupernetOutput<FeatureTask>[];
  readonly blocks: readonly SupernetOutput<BlockTask>[];
}

export interface SupernetSession {
  readonly shape: SupernetShape;
  /** The number of nodes of the ONNX graph. */
  readonly nodes: number;
  run(args: { cells: readonly SupernetCell[]; feeds: Readonly<Record<string, Tensor>> }): Promise<RunOutputs>;
  /** Closes the session. ONNX Runtime then writes the profile, if one was requested. */
  close(): Promise<void>;
}

/** LayerNormalization with statistics and FusedMatMul exist in ONNX Runtime on CPU and CUDA alone. */
export function dialectOf(device: Provider): Dialect {
  return device === 'webgpu'
    ? { moments: 'sums', products: 'standard', fan: 'narrow' }
    : { moments: 'layer-norm', products: 'fused', fan: 'any' };
}

export async function openSupernet({
  skeleton,
  shape,
  dialect,
  ...options
}: DeviceOptions & {
  readonly skeleton: Skeleton;
  readonly shape: SupernetShape;
  readonly dialect?: Dialect;
}): Promise<SupernetSession> {
  const { program, nodes } = compileSupernet({
    skeleton,
    shape,
    dialect: dialect ?? dialectOf(options.device),
  });
  const session: InferenceSession = await openOnDevice({ program, ...options });
  const tasks = outputTasks(skeleton, shape.batch);
  return {
    shape,
    nodes,
    run: async ({ cells, feeds }) => {
      const indexes = supernetTopology({ cells, ...shape });
      const topology = new Tensor('int32', indexes, [indexes.length]);
      const out = await session.run({ ...feeds, topology });
      const partsOfOutput = (count: number, name: (part: number) => string) =>
        partsOf(count).map(({ start }, part) => ({ start, data: out[name(part)]!.data as Float32Array }));
      return {
        features: tasks.features.map(({ task, feature }) => {
          // The stem's output is the same for all candidates.
          const shared = feature === 0;
          const name = (part: number) => featureOutput(feature, part);
          return { task, parts: partsOfOutput(shared ? 1 : shape.size, name), shared };
        }),
        blocks: tasks.blocks.map(({ task, block }) => {
          const name = (part: number) => jacobianOutput(block, part);
          return { task, parts: partsOfOutput(shape.size, name), shared: false };
        }),
      };
    },
    close: () => session.release(),
  };
}

function outputTasks({ stem, blocks }: Skeleton, batch: number) {
  const samples = ({ height, width }: Size) => batch * height * width;
  const feature = (size: Size): FeatureTask => ({
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
      const task: BlockTask = { kind: 'block', ...jacobianEntries(each), samples: samples(each.to) };
      return { block, task };
    }),
  };
}
