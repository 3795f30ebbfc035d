// Builds the graph of a candidate layer by layer, counts its costs, and marks the tensors at which it is
// measured.
import type { AttributeValue, Constant, Graph, GraphNode, Initializer } from './graph.js';

/** The operator set in which the builder writes. */
const OPSET = 18;
const IMAGES = 'images';

/** A tensor [batch, channels, side, side] of the network under construction. */
export interface Tensor {
  readonly name: string;
  readonly channels: number;
  readonly side: number;
  /** Whether it is zero for every image because no operation that computes it reads the images. */
  readonly isZero?: true;
}

export interface ConvSettings {
  readonly to: number;
  readonly kernel: number;
  readonly stride?: number;
  readonly dilation?: number;
  readonly groups?: number;
  readonly bias?: true;
}

/** The graph of a candidate. */
export interface CandidateGraph {
  readonly graph: Graph;
  /** Names of the measured tensors: those of the stem and of every block, and the subset that ends stages. */
  readonly features: { readonly blocks: readonly string[]; readonly stages: readonly string[] };
  /**
   * FLOPs are the multiply-accumulates of convolutions and of the classifier, without biases; parameters are
   * all trainable numbers.
   */
  readonly costs: { readonly flops: number; readonly parameters: number };
}

/**
 * Layers whose result cannot reach the output count towards the costs, as benchmarks count them, but are not
 * part of the graph. Convolutions keep the side of the map, or divide it by their stride and round up.
 */
export class NetworkBuilder {
  readonly #nodes: GraphNode[] = [];
  readonly #initializers = new Map<string, Initializer>();
  readonly #blocks: string[] = [];
  readonly #stages: string[] = [];
  readonly #input: Tensor;
  #flops = 0;
  #parameters = 0;
  #zeros = 0;

  constructor({ side, channels = 3 }: { readonly side: number; readonly channels?: number }) {
    this.#input = { name: IMAGES, channels, side };
  }

  /** The costs of all layers added so far. */
  get costs(): CandidateGraph['costs'] {
    return { flops: this.#flops, parameters: this.#parameters };
  }

  get images(): Tensor {
    return this.#input;
  }

  conv(x: Tensor, { to, kernel, stride = 1, dilation = 1, groups = 1, bias }: ConvSettings): Tensor {
    const weights = to * (x.channels / groups) * kernel * kernel;
    const y = { channels: to, side: Math.ceil(x.side / stride) };
    this.#parameters += weights + (bias ? to : 0);
    this.#flops += weights * y.side ** 2;
    if (x.isZero) return this.#zero(y);
    const shape = [to, x.channels / groups, kernel, kernel];
    const pad = (dilation * (kernel - 1)) / 2;
    const inputs = [x.name, this.#weight(shape), ...(bias ? [this.#weight([to])] : [])];
    return this.#add('Conv', inputs, {
      ...y,
      attributes: {
        kernel_shape: [kernel, kernel],
        strides: [stride, stride],
        dilations: [dilation, dilation],
        pads: [pad, pad, pad, pad],
        group: groups,
      },
    });
  }

  /** Batch normalization with scale and shift. */
  normalize(x: Tensor): Tensor {
    this.#parameters += 2 * x.channels;
    if (x.isZero) return x;
    const inputs = [x.name, this.#weight([x.channels]), this.#weight([x.channels])];
    return this.#add('BatchNormalization', inputs, { ...x, attributes: { epsilon: 1e-5 } });
  }

  /**
   * Batch normalization without scale and shift. Its node has no inputs for them, and an attribute gives the
   * number of channels.
   */
  standardize(x: Tensor): Tensor {
    if (x.isZero) return x;
    const attributes = { epsilon: 1e-5, channels: x.channels };
    return this.#add('BatchNormalization', [x.name, '', ''], { ...x, attributes });
  }

  relu(x: Tensor): Tensor {
    return x.isZero ? x : this.#add('Relu', [x.name], x);
  }

  /** Applies an elementwise operator of the ONNX standard. */
  apply(op: 'Sigmoid' | 'HardSigmoid' | 'HardSwish' | 'Gelu', x: Tensor, attributes = {}): Tensor {
    return this.#add(op, [x.name], { ...x, attributes });
  }

  clip(x: Tensor, { min, max }: { readonly min: number; readonly max: number }): Tensor {
    return this.#add('Clip', [x.name, this.#number(min), this.#number(max)], x);
  }

  /** The mean over positions of each channel. */
  mean(x: Tensor): Tensor {
    return this.#add('GlobalAveragePool', [x.name], { channels: x.channels, side: 1 });
  }

  /** Elementwise product. The factor may have a single position, which is broadcast. */
  multiply(x: Tensor, factor: Tensor): Tensor {
    return this.#add('Mul', [x.name, factor.name], x);
  }

  /** The sum of one or more maps of the same shape. */
  sum(parts: readonly Tensor[]): Tensor {
    const alive = parts.filter(({ isZero }) => !isZero);
    return alive.length === 0
      ? parts[0]!
      : alive.reduce((sum, part) => this.#add('Add', [sum.name, part.name], sum));
  }

  concat(parts: readonly Tensor[]): Tensor {
    const channels = parts.reduce((sum, part) => sum + part.channels, 0);
    const { side } = parts[0]!;
    if (parts.length === 1) return parts[0]!;
    if (parts.every(({ isZero }) => isZero)) return this.#zero({ channels, side });
    const from = parts.find(({ isZero }) => !isZero)!;
    const names = parts.map((part) => (part.isZero ? this.zeros(from, part) : part).name);
    return this.#add('Concat', names, { channels, side, attributes: { axis: 1 } });
  }

  /** Pools with a padding of half a kernel; an average is taken over the positions inside the map. */
  pool(x: Tensor, { kind, kernel, stride = 1, pad = (kernel - 1) / 2 }: Pooling): Tensor {
    const y = { channels: x.channels, side: Math.floor((x.side + 2 * pad - kernel) / stride) + 1 };
    if (x.isZero) return this.#zero(y);
    return this.#add(kind === 'max' ? 'MaxPool' : 'AveragePool', [x.name], {
      ...y,
      attributes: { kernel_shape: [kernel, kernel], strides: [stride, stride], pads: [pad, pad, pad, pad] },
    });
  }

  /** The first channels. */
  truncate(x: Tensor, channels: number): Tensor {
    if (x.channels === channels) return x;
    if (x.isZero) return this.#zero({ channels, side: x.side });
    const [starts, ends, axes] = [[0], [channels], [1]].map((values) => this.#constant(values)) as [
      string,
      string,
      string,
    ];
    return this.#add('Slice', [x.name, starts, ends, axes], { channels, side: x.side });
  }

  /** Drops the first row and column of a map and appends zeros after the last ones. */
  shift(x: Tensor): Tensor {
    if (x.isZero) return x;
    return this.#add('Pad', [x.name, this.#constant([0, 0, -1, -1, 0, 0, 1, 1])], x);
  }

  /** A placeholder for zeros, which has no costs or nodes until it is measured. */
  zero(shape: Pick<Tensor, 'channels' | 'side'>): Tensor {
    return this.#zero(shape);
  }

  /** Zeros of a shape as a tensor of the graph, with the batch size of `from`. */
  zeros(from: Tensor, { channels, side }: Pick<Tensor, 'channels' | 'side'>): Tensor {
    const none = this.#add('Mul', [from.name, this.#number(0)], from);
    const mean = this.#add('ReduceMean', [none.name, this.#constant([1, 2, 3])], { channels: 1, side: 1 });
    const shape = this.#constant([1, channels, side, side]);
    return this.#add('Expand', [mean.name, shape], { channels, side });
  }

  /**
   * Marks a tensor as measured: the stem, or the end of a block. `before` is the block's input, from which
   * zeros are computed where the block has no other value.
   */
  feature({
    x,
    before,
    end,
  }: {
    readonly x: Tensor;
    readonly before: Tensor;
    readonly end: 'block' | 'stage';
  }): Tensor {
    const own = x.isZero ? this.zeros(before, x) : x.name === before.name ? this.#copy(x) : x;
    this.#blocks.push(own.name);
    if (end === 'stage') this.#stages.push(own.name);
    return own;
  }

  /** Ends the network with the mean over positions and a linear layer with bias. */
  classify(x: Tensor, classes: number): CandidateGraph {
    this.#parameters += x.channels * classes + classes;
    this.#flops += x.channels * classes;
    const mean = this.mean(x);
    const row = this.#add('Flatten', [mean.name], { ...mean, attributes: { axis: 1 } });
    const inputs = [row.name, this.#weight([classes, x.channels]), this.#weight([classes])];
    const output = this.#add('Gemm', inputs, { channels: classes, side: 1, attributes: { transB: 1 } });
    const [nodes, initializers] = this.#neededBy(output.name);
    const { channels, side } = this.#input;
    return {
      graph: {
        opset: OPSET,
        inputs: [{ name: IMAGES, shape: [undefined, channels, side, side] }],
        outputs: [output.name],
        nodes,
        initializers,
      },
      features: { blocks: this.#blocks, stages: this.#stages },
      costs: this.costs,
    };
  }

  /** Copies the values to a new tensor, because the output of a block must not be its input. */
  #copy(x: Tensor): Tensor {
    return this.#add('Add', [x.name, this.#number(0)], x);
  }

  #neededBy(output: string): [readonly GraphNode[], ReadonlyMap<string, Initializer>] {
    const read = new Set([output]);
    const nodes: GraphNode[] = [];
    for (const node of [...this.#nodes].reverse()) {
      if (!node.outputs.some((name) => read.has(name))) continue;
      nodes.unshift(node);
      for (const name of node.inputs) read.add(name);
    }
    return [nodes, new Map([...this.#initializers].filter(([name]) => read.has(name)))];
  }

  #zero({ channels, side }: Pick<Tensor, 'channels' | 'side'>): Tensor {
    return { name: `zero${this.#zeros++}`, channels, side, isZero: true };
  }

  #add(
    op: string,
    inputs: readonly string[],
    {
      channels,
      side,
      attributes = {},
    }: Pick<Tensor, 'channels' | 'side'> & { readonly attributes?: Readonly<Record<string, AttributeValue>> },
  ): Tensor {
    const name = `${op.toLowerCase()}${this.#nodes.length}`;
    this.#nodes.push({ op, name, inputs, outputs: [name], attributes });
    return { name, channels, side };
  }

  #weight(shape: readonly number[]): string {
    return this.#initialize('weight', { shape, type: 'float', read: () => undefined });
  }

  #constant(values: readonly number[]): string {
    return this.#hold({ shape: [values.length], type: 'int', values: Float64Array.from(values) });
  }

  #number(value: number): string {
    return this.#hold({ shape: [], type: 'float', values: Float64Array.of(value) });
  }

  #hold({ values, shape, type }: Constant): string {
    return this.#initialize('constant', { shape, type, read: () => values });
  }

  #initialize(kind: string, initializer: Initializer): string {
    const name = `${kind}${this.#initializers.size}`;
    this.#initializers.set(name, initializer);
    return name;
  }
}

export interface Pooling {
  readonly kind: 'max' | 'average';
  readonly kernel: number;
  readonly stride?: number;
  readonly pad?: number;
}
