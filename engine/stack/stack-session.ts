// In: a stack's shape and a device. Out: its program, open on that device: cells of one stack in, raw outputs out.
import { type InferenceSession, Tensor } from 'onnxruntime-node';
import type { StackCell } from '../../core/programs/stack/cell.js';
import type { Dialect } from '../../core/programs/stack/kit.js';
import {
  compileStack,
  featureOutput,
  jacobianEntries,
  jacobianOutput,
  partsOf,
  type Skeleton,
  type StackShape,
} from '../../core/programs/stack/program.js';
import { stackTopology } from '../../core/programs/stack/topology.js';
import { type DeviceOptions, openOnDevice, type Provider } from './device.js';
import type { StatisticsTask } from './statistics.js';

/** An output of a run: what it is, and in parts a row for each candidate (one row for all where `shared`). */
export interface StackOutput {
  readonly task: StatisticsTask;
  readonly parts: readonly { readonly start: number; readonly data: Float32Array }[];
  readonly shared: boolean;
}

export interface StackRun {
  /** Features, the stem's first. */
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
    ? { moments: 'sums', products: 'standard' }
    : { moments: 'layer-norm', products: 'fused' };
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
      const topology = new Tensor('int64', indexes, [indexes.length]);
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
        features: tasks.features.map((task, i) => output((part) => featureOutput(i, part), task, i === 0)),
        blocks: tasks.blocks.map((task, i) => output((part) => jacobianOutput(i, part), task, false)),
      };
    },
    close: () => session.release(),
  };
}

function outputTasks({ stem, blocks }: Skeleton, batch: number) {
  const samples = ({ height, width }: { height: number; width: number }) => batch * height * width;
  const features = [stem, ...blocks.map(({ to }) => to)].map(
    (size): StatisticsTask => ({ kind: 'feature', channels: size.channels, samples: samples(size) }),
  );
  const tasks = blocks.map(
    (block): StatisticsTask => ({ kind: 'block', ...jacobianEntries(block), samples: samples(block.to) }),
  );
  return { features, blocks: tasks };
}
