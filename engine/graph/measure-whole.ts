// Measures a whole network under a draw, and computes the requested proxies from the measurements.
import { IMAGES } from '../../core/graph/resolve.js';
import type { FedTensor, WholeNetwork } from '../../core/graph/whole/network.js';
import { MEASURED_PROXIES } from '../../core/proxies/catalogue.js';
import type { Measurement, Reals } from '../../core/proxies/measurement.js';
import { FAMILIES, type FamilyName, type Need } from '../../core/specification/families.js';
import { isMeasuredFamily, measuredProxiesOf } from '../../core/specification/measured-families.js';
import { Tensor } from '../onnx-runtime.js';
import type { OpenedProxy } from '../own-proxies.js';
import { measureAbsolute } from './measure-absolute.js';
import { measureActivations } from './measure-activations.js';
import { measureFisher } from './measure-fisher.js';
import { measureGradients } from './measure-gradients.js';
import type { Measuring } from './measuring.js';
import type { WholeDraw } from './whole-draw.js';
import { openPrograms, type ProgramSettings, type WriteNetwork } from './whole-programs.js';

/** A network whose programs for some families of proxies are open. */
export interface OpenWhole {
  /** The proxies, by name. */
  score(draw: WholeDraw): Promise<Readonly<Record<string, number>>>;
  close(): Promise<void>;
}

interface OpenWholeArguments {
  readonly write: WriteNetwork;
  readonly batch: number;
  readonly costs: Measurement['costs'];
  readonly families: readonly FamilyName[];
  /** Own proxies, which are computed beside them. They read float32, so that there are none in float64. */
  readonly own?: readonly OpenedProxy[];
  readonly settings: ProgramSettings;
}

/** Opens the programs that the families need, which serve any number of draws. */
export async function openWhole({
  write,
  batch,
  costs,
  families,
  own = [],
  settings,
}: OpenWholeArguments): Promise<OpenWhole> {
  const measured = families.filter(isMeasuredFamily);
  const proxies = measured.flatMap(measuredProxiesOf);
  const needs = new Set<string>([
    ...measured.flatMap((family): readonly Need[] => FAMILIES[family].needs),
    ...own.flatMap((proxy) => proxy.needs),
  ]);
  const programs = await openPrograms({ write, batch, needs, settings });
  const { network } = programs;
  // Layers are counted: their networks need no weights.
  const isDrawn = own.length > 0 || [...needs].some((need) => need !== 'network');
  const [, classes] = network.tape.shape(network.logits) as [number, number];
  return {
    score: async (draw) => {
      const labels = draw.labels(batch, classes);
      const tensors = isDrawn ? tensorsOf({ network, draw }) : {};
      const measuring: Measuring = { network, programs, needs, draw, tensors, labels, batch, classes };
      const measurement = { ...(await measure(measuring)), costs };
      return Object.fromEntries([
        ...proxies.map((name) => [name, MEASURED_PROXIES[name](measurement)] as const),
        ...own.map(({ name, compute }) => [name, compute(measurement as Measurement)] as const),
      ]);
    },
    close: () => programs.close(),
  };
}

/** The weights of a layer in a network that is only counted. */
const NOT_DRAWN = new Float32Array(0);

async function measure(measuring: Measuring): Promise<Omit<Measurement<Reals>, 'costs'>> {
  const { network, programs, tensors, labels, batch, classes } = measuring;
  const { layers, depth, spatialDepth, outputs } = programs.anatomy;
  const gradients = await measureGradients(measuring);
  const activations = await measureActivations(measuring);
  const absolute = await measureAbsolute(measuring);
  const weightsOf = (id: number) =>
    (tensors[network.tape.get(id).port!]?.data as Float32Array | undefined) ?? NOT_DRAWN;
  return {
    batch,
    classes,
    labels,
    depth,
    spatialDepth,
    outputs,
    layers: layers.map(({ weight, shape }, i) => ({
      shape,
      weights: weightsOf(weight),
      ...gradients.layers[i],
      ...activations.layers[i],
      ...absolute.layers[i],
    })),
    activations: activations.activations,
    ...gradients.whole,
    ...activations.whole,
    ...absolute.whole,
    ...(await measureFisher(measuring)),
  };
}

function tensorsOf({
  network: { tape, input, fed },
  draw,
}: {
  readonly network: WholeNetwork;
  readonly draw: WholeDraw;
}) {
  const tensor = (each: FedTensor) => new Tensor('float32', draw.weight(each), each.shape);
  const weights = fed.map((each) => [tape.get(each.id).port!, tensor(each)] as const);
  const shape = tape.shape(input);
  return Object.fromEntries([...weights, [IMAGES, new Tensor('float32', draw.images(shape), shape)]]);
}
