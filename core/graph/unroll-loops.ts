// Replaces a `Loop` or a `Scan` by the nodes of its steps, whose number must be known before the network runs.
import type { AttributeProto, GraphProto, NodeProto } from '../onnx/proto.js';
import { ReadError } from '../onnx/read-error.js';
import type { Inlining } from './inlining.js';
import { namesWithin, renameGraph, renameNode, renameTensor } from './rename-nodes.js';

/** Throws a ReadError if the number of steps depends on the images, or on their size where the file leaves it open. */
export function unrollLoop(node: NodeProto, prefix: string, inlining: Inlining): void {
  const [most = '', wanted = '', ...initial] = node.inputs ?? [];
  const body = hoistConstants(bodyOf(node), prefix, inlining);
  const limit = most === '' ? Number.POSITIVE_INFINITY : knownOf(node, most, inlining);
  const goesOn = (condition: string) => wanted === '' || knownOf(node, condition, inlining) !== 0;
  const always = `${prefix}always`;
  inlining.add([constant({ name: always, type: BOOL, value: 1 })]);
  let condition = wanted === '' ? always : wanted;
  let states: readonly string[] = initial;
  const collected: string[][] = [];
  for (let step = 0; step < limit && goesOn(condition); step++) {
    const number = `${prefix}step ${step}`;
    inlining.add([constant({ name: number, type: INT64, value: step })]);
    const given = [number, condition, ...states];
    const [next = '', ...results] = addStep({ body, given, prefix: `${number}/` }, inlining);
    condition = next;
    states = results.slice(0, initial.length);
    collected.push(results.slice(initial.length));
  }
  const stacks = (node.outputs ?? []).slice(initial.length).map((output, i) => ({
    output,
    parts: collected.map((each) => each[i] ?? ''),
    axis: 0,
  }));
  addResults({ node, prefix, states, stacks }, inlining);
}

/** Throws a ReadError if the length of a scanned axis depends on the images' size where the file leaves it open. */
export function unrollScan(node: NodeProto, prefix: string, inlining: Inlining): void {
  const { inputs = [], outputs = [] } = node;
  const body = hoistConstants(bodyOf(node), prefix, inlining);
  const count = attributeOf(node, 'num_scan_inputs')?.i ?? 0;
  if (count < 1 || count > inputs.length)
    throw new Error(`${nameOf(node)} has ${inputs.length} inputs, and would scan ${count}`);
  const initial = inputs.slice(0, inputs.length - count);
  const settingOf = (name: string, i: number) => attributeOf(node, name)?.ints?.[i] ?? 0;
  const scanned = inputs.slice(initial.length).map((input, i) => ({
    parts: addParts({ input, axis: settingOf('scan_input_axes', i), name: `${prefix}input ${i}` }, inlining),
    isBackward: settingOf('scan_input_directions', i) === 1,
  }));
  const length = `${prefix}length`;
  inlining.add([{ opType: 'SequenceLength', name: length, inputs: [scanned[0]!.parts], outputs: [length] }]);
  const steps = knownOf(node, length, inlining);
  let states: readonly string[] = initial;
  const collected: string[][] = [];
  for (let step = 0; step < steps; step++) {
    const at = `${prefix}step ${step}`;
    const parts = scanned.map(({ parts, isBackward }, i) => {
      const name = `${at}, input ${i}`;
      const index = constant({
        name: `${name} at`,
        type: INT64,
        value: isBackward ? steps - 1 - step : step,
      });
      inlining.add([index, { opType: 'SequenceAt', name, inputs: [parts, `${name} at`], outputs: [name] }]);
      return name;
    });
    const results = addStep({ body, given: [...states, ...parts], prefix: `${at}/` }, inlining);
    states = results.slice(0, initial.length);
    collected.push(results.slice(initial.length));
  }
  const stacks = outputs.slice(initial.length).map((output, i) => {
    const parts = collected.map((each) => each[i] ?? '');
    return {
      output,
      parts: settingOf('scan_output_directions', i) === 1 ? parts.reverse() : parts,
      axis: settingOf('scan_output_axes', i),
    };
  });
  addResults({ node, prefix, states, stacks }, inlining);
}

/** Values of AttributeProto.AttributeType and TensorProto.DataType. */
const [ATTRIBUTE_INT, ATTRIBUTE_TENSOR] = [2, 4];
const [INT64, BOOL] = [7, 9];

interface Scalar {
  readonly name: string;
  readonly type: number;
  readonly value: number;
}

function constant({ name, type, value }: Scalar): NodeProto {
  const rawData =
    type === BOOL ? Uint8Array.of(value) : new Uint8Array(new BigInt64Array([BigInt(value)]).buffer);
  const attribute = { name: 'value', type: ATTRIBUTE_TENSOR, t: { dims: [], dataType: type, rawData } };
  return { opType: 'Constant', name, inputs: [], outputs: [name], attributes: [attribute] };
}

function integer(name: string, value: number): AttributeProto {
  return { name, type: ATTRIBUTE_INT, i: value };
}

function attributeOf({ attributes = [] }: NodeProto, wanted: string): AttributeProto | undefined {
  return attributes.find(({ name }) => name === wanted);
}

function nameOf({ name, opType = '' }: NodeProto): string {
  return `node "${name || opType}" (${opType})`;
}

function bodyOf(node: NodeProto): GraphProto {
  const graph = attributeOf(node, 'body')?.g;
  if (!graph) throw new Error(`${nameOf(node)} has no body`);
  return graph;
}

function knownOf(node: NodeProto, tensor: string, { known }: Inlining): number {
  const value = known(tensor);
  if (value !== undefined) return value;
  throw new ReadError(
    'unsupported-operator',
    `${nameOf(node)} repeats its steps as often as numbers say that depend on the images, or on their size where the file leaves it open: such control flow cannot be scored; export the network without it, or for one size`,
  );
}

/**
 * Adds the constants of a body, and of graphs within it, once for all steps, so that a weight among them is one weight.
 * Returns the body without them.
 */
function hoistConstants(graph: GraphProto, prefix: string, inlining: Inlining): GraphProto {
  let count = 0;
  const nodes = (graph.nodes ?? []).map((node) => ({
    ...node,
    attributes: (node.attributes ?? []).map((each) => {
      if (!each.g) return each;
      count += 1;
      return { ...each, g: hoistConstants(each.g, `${prefix}graph ${count}/`, inlining) };
    }),
  }));
  const constants = nodes.filter(({ opType }) => opType === 'Constant');
  const initializers = graph.initializers ?? [];
  const hoisted = new Set([
    ...initializers.map(({ name = '' }) => name),
    ...constants.flatMap(({ outputs = [] }) => outputs),
  ]);
  const rename = (name: string) => (hoisted.has(name) ? `${prefix}${name}` : name);
  inlining.hold(initializers.map((tensor) => renameTensor(tensor, rename)));
  inlining.add(
    constants.map((node) => ({ ...renameNode(node, rename), name: `${prefix}${node.name ?? ''}` })),
  );
  const rest = nodes.filter(({ opType }) => opType !== 'Constant');
  return renameGraph({ ...graph, nodes: rest, initializers: [] }, rename);
}

interface Step {
  readonly body: GraphProto;
  /** The tensors that the step reads, in the order of the body's inputs. */
  readonly given: readonly string[];
  readonly prefix: string;
}

/** Adds the nodes of one step. Returns the names of the body's outputs. */
function addStep({ body, given, prefix }: Step, { add }: Inlining): readonly string[] {
  const { nodes = [], inputs = [], outputs = [] } = body;
  if (inputs.length !== given.length)
    throw new Error(`the body of a loop has ${inputs.length} inputs; must have ${given.length}`);
  const places = new Map(inputs.map(({ name = '' }, i) => [name, given[i]!]));
  const own = new Set(namesWithin(body));
  const rename = (name: string) => places.get(name) ?? (own.has(name) ? `${prefix}${name}` : name);
  add(nodes.map((node) => ({ ...renameNode(node, rename), name: `${prefix}${node.name ?? ''}` })));
  return outputs.map(({ name = '' }) => rename(name));
}

/** Adds the parts of a tensor along an axis. Returns the name of their sequence. */
function addParts(
  { input, axis, name }: { readonly input: string; readonly axis: number; readonly name: string },
  { add }: Inlining,
): string {
  const attributes = [integer('axis', axis), integer('keepdims', 0)];
  add([{ opType: 'SplitToSequence', name, inputs: [input], outputs: [name], attributes }]);
  return name;
}

interface Results {
  readonly node: NodeProto;
  readonly prefix: string;
  /** The tensors after the last step. */
  readonly states: readonly string[];
  /** Outputs whose parts, one of each step, are stacked along a new axis. */
  readonly stacks: readonly {
    readonly output: string;
    readonly parts: readonly string[];
    readonly axis: number;
  }[];
}

function addResults({ node, prefix, states, stacks }: Results, { add }: Inlining): void {
  states.forEach((state, i) => {
    const output = node.outputs?.[i];
    if (output)
      add([{ opType: 'Identity', name: `${prefix}output ${i}`, inputs: [state], outputs: [output] }]);
  });
  for (const { output, parts, axis } of stacks) {
    if (output === '') continue;
    const sequence = `${prefix}parts of ${output}`;
    add([
      { opType: 'SequenceConstruct', name: sequence, inputs: parts, outputs: [sequence] },
      {
        opType: 'ConcatFromSequence',
        name: `${prefix}${output}`,
        inputs: [sequence],
        outputs: [output],
        attributes: [integer('axis', axis), integer('new_axis', 1)],
      },
    ]);
  }
}
