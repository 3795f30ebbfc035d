// The canonical text and digest of a graph: two files of one digest are the same network, whatever its weights and names.
import { createHash } from 'node:crypto';
import type { AttributeValue, Graph, Initializer } from './graph.js';
import { isConstant } from './resolve.js';

/** Nodes that pass their first input on. */
const PASSED_ON = new Set(['Identity', 'Dropout']);

/**
 * Nodes come in the order of a walk from the output over inputs in their written order (sort-nodes.ts), and tensors are
 * numbered in that order. So names, the order of nodes in the file and the values of weights leave no trace; shapes of weights,
 * constants and attributes do.
 */
export function canonicalText(graph: Graph): string {
  const { opset, inputs, outputs, nodes, initializers } = graph;
  const numbers = new Map<string, string>();
  inputs.forEach(({ name, shape }, i) => {
    numbers.set(name, `i${i}[${shape.map((n) => n ?? '?')}]`);
  });
  const lines = [`opset ${opset}`];
  let made = 0;
  const numberOf = (name: string): string => {
    if (name === '') return '';
    const known = numbers.get(name);
    if (known !== undefined) return known;
    const initializer = initializers.get(name);
    const number = `t${made++}`;
    numbers.set(name, number);
    if (initializer) lines.push(`${number} = ${initializerText(initializer)}`);
    return number;
  };
  // The order of nodes is that of all outputs; only the first one matters.
  const needed = neededNodes(graph);
  for (const node of nodes) {
    if (!needed.has(node)) continue;
    const { op, attributes } = node;
    if (PASSED_ON.has(op)) {
      numbers.set(node.outputs[0]!, numberOf(node.inputs[0]!));
      continue;
    }
    const read = node.inputs.map(numberOf);
    const put = node.outputs.map(numberOf);
    lines.push(`${put.join(',')} = ${op}(${read.join(',')}) ${attributesText(attributes)}`);
  }
  lines.push(`output ${numberOf(outputs[0]!)}`);
  return lines.join('\n');
}

/** 16 bytes of SHA-256 in hexadecimal digits. */
export function canonicalDigest(graph: Graph): string {
  return createHash('sha256').update(canonicalText(graph)).digest('hex').slice(0, 32);
}

function neededNodes({ nodes, outputs }: Graph): ReadonlySet<Graph['nodes'][number]> {
  const read = new Set([outputs[0]!]);
  const needed = new Set<Graph['nodes'][number]>();
  for (const node of [...nodes].reverse()) {
    if (!node.outputs.some((name) => read.has(name))) continue;
    needed.add(node);
    for (const name of PASSED_ON.has(node.op) ? node.inputs.slice(0, 1) : node.inputs) read.add(name);
  }
  return needed;
}

/** A weight by its shape; what is part of the graph with its numbers. */
function initializerText(initializer: Initializer): string {
  const { type, shape, read } = initializer;
  const values = isConstant(initializer) ? read() : undefined;
  return `${type}[${shape}]${values ? `{${values.join(' ')}}` : ''}`;
}

function attributesText(attributes: Readonly<Record<string, AttributeValue>>): string {
  const entries = Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.map(([name, value]) => `${name}=${valueText(value)}`).join(' ');
}

function valueText(value: AttributeValue): string {
  if (typeof value !== 'object') return JSON.stringify(value);
  if ('values' in value && !Array.isArray(value)) {
    const { type, shape, values } = value as Extract<AttributeValue, { values: Float64Array }>;
    return `${type}[${shape}]{${values.join(' ')}}`;
  }
  return JSON.stringify(value);
}
