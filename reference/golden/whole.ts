// Compares golden cases of proxies of whole networks, which reference/pytorch/whole_golden.py computes in
// float64, with the engine's results.
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readOnnx } from '../../core/graph/read-onnx.js';
import { resolveGraph } from '../../core/graph/resolve.js';
import { weightRoles } from '../../core/graph/weight-roles.js';
import { wholeOfBlocks } from '../../core/graph/whole/from-blocks.js';
import { type FedTensor, type WholeNetwork, wholeOfGraph } from '../../core/graph/whole/network.js';
import { size } from '../../core/ir/draw.js';
import { drawGolden, goldenDraw, goldenUniform } from '../../core/ir/golden-draw.js';
import type { Precision } from '../../core/onnx/graph.js';
import type { MeasuredProxy } from '../../core/proxies/catalogue.js';
import { openSpace } from '../../core/spaces/index.js';
import { FAMILY_NAMES } from '../../core/specification/families.js';
import { isMeasuredFamily } from '../../core/specification/measured-families.js';
import { spaceOfKind } from '../../core/specification/space.js';
import { openWhole } from '../../engine/graph/measure-whole.js';
import { classesOf, type WholeDraw } from '../../engine/graph/whole-draw.js';
import { autoformerDraw } from './autoformer-draw.js';

export interface WholeCase {
  readonly space?: string;
  readonly candidate?: string;
  readonly resolution?: number;
  readonly file?: string;
  readonly input?: readonly number[];
  readonly batch: number;
  /** The proxies that are defined in the space. */
  readonly values: Readonly<Partial<Record<MeasuredProxy, number | '-inf'>>>;
}

/**
 * The tolerance of each proxy in float32, relative to max(1, |value|). Terms of `plain` cancel, ZiCo divides
 * by differences of nearly equal gradients, and GraSP is a difference of gradients.
 */
export const TOLERANCES: Readonly<Record<MeasuredProxy, number>> = {
  synflow: 1e-4,
  snip: 1e-3,
  grasp: 5e-3,
  'grad-norm': 1e-3,
  fisher: 5e-3,
  'l2-norm': 1e-5,
  plain: 5e-3,
  jacov: 5e-3,
  naswot: 5e-3,
  'epe-nas': 5e-3,
  zen: 1e-3,
  zico: 1e-2,
  near: 5e-3,
  meco: 1e-3,
  vkdnw: 1e-2,
  swap: 1e-2,
  depth: 0,
  'spatial-depth': 0,
  activations: 0,
};

interface ComputeWholeArguments {
  readonly item: WholeCase;
  /** The folder of the ONNX files. */
  readonly folder: string;
  readonly precision?: Precision;
}

/** The proxies of a case, by name. */
export async function computeWhole({ item, folder, precision = 'float32' }: ComputeWholeArguments) {
  const write = await writerOf(item, folder);
  const families = FAMILY_NAMES.filter(isMeasuredFamily);
  const opened = await openWhole({
    write,
    batch: item.batch,
    costs: { flops: 0, parameters: 0 },
    families,
    settings: { threads: 1, precision },
  });
  try {
    return await opened.score(drawOf(item));
  } finally {
    await opened.close();
  }
}

/** The deviation of each proxy as a share of its tolerance; infinities must be equal. */
export function deviationsOf(item: WholeCase, found: Readonly<Record<string, number>>) {
  return Object.entries(item.values).map(([name, wanted]) => ({
    name: name as MeasuredProxy,
    ...deviationOf(wanted, found[name]!),
    tolerance: TOLERANCES[name as MeasuredProxy],
  }));
}

/** The deviation of one value, relative to max(1, |value|). */
export function deviationOf(wanted: number | '-inf', found: number) {
  const expected = wanted === '-inf' ? Number.NEGATIVE_INFINITY : wanted;
  const difference = found === expected ? 0 : Math.abs(found - expected);
  return { expected, found, deviation: difference / Math.max(1, Math.abs(expected)) };
}

export async function readWholeCases(path: string) {
  const cases = JSON.parse(await readFile(path, 'utf8')) as readonly WholeCase[];
  return { cases, folder: join(dirname(path), '../onnx') };
}

/** A function that writes the network for a number of images. */
export async function writerOf(item: WholeCase, folder: string): Promise<(batch: number) => WholeNetwork> {
  const { file, input } = item;
  if (file !== undefined) {
    const bytes = await readFile(join(folder, file));
    return (batch) => {
      const graph = resolveGraph({ graph: readOnnx({ bytes, file }), batch, image: input!, file });
      return wholeOfGraph(graph, weightRoles(graph));
    };
  }
  const parameters = item.space === 'autoformer' ? { size: 'tiny' } : {};
  const { network } = openSpace(spaceOfKind({ kind: item.space!, parameters, path: '' }));
  const at = { candidate: item.candidate!, resolution: item.resolution! };
  return (batch) => wholeOfBlocks({ network: network(at), batch, resolution: item.resolution! });
}

export function drawOf(item: WholeCase): WholeDraw {
  const drawn = item.space === 'autoformer' ? autoformerDraw({ profile: 'init', zero: [] }) : goldenDraw;
  const uniform = (name: string, count: number) => Float32Array.from(goldenUniform(name, count));
  return {
    weight: (tensor) =>
      'read' in tensor.from ? ofFile(tensor) : item.file ? ofFile(tensor) : drawn.weight(tensor.from),
    images: (shape) => drawGolden('input', shape, 1),
    labels: (count, classes) => classesOf(uniform('labels', count), classes),
    normal: (name, shape) => drawGolden(name, shape, 1),
    uniform,
  };
}

/** The values of a tensor by its name, because the file holds no numbers (test/goldens/onnx/README.md). */
function ofFile({ name, shape, role }: FedTensor): Float32Array {
  if (shape.length > 1) return goldenDraw.weight({ name: name!, shape });
  return new Float32Array(size(shape)).fill(role === 'scale' ? 1 : 0);
}
