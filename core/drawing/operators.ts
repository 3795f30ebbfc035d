// Converts the operators of a part of an imported network to a graph that can be drawn.
import type { CellNode, CellPart, Role } from './architecture.js';

/** An operator with the tensors that it reads and writes. */
export interface DrawnOperator {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** More operators are not placed, because nobody could read them. */
const MOST = 200;

const ROLES: Readonly<Record<string, Role>> = {
  Conv: 'conv',
  ConvTranspose: 'conv',
  Gemm: 'conv',
  MatMul: 'conv',
  Add: 'skip',
  Sum: 'skip',
  Concat: 'skip',
  Softmax: 'attention',
};

interface OperatorPartArguments {
  readonly title: string;
  readonly operators: readonly DrawnOperator[];
  readonly isStream: (tensor: string) => boolean;
  /** Whether another part reads the tensor. */
  readonly isRead: (tensor: string) => boolean;
}

/**
 * Tensors from outside that depend on the images become one input, tensors that other parts read one output.
 * `isStream` says whether a tensor depends on the images; weights are left out. Undefined for too many operators.
 */
export function operatorPart({
  title,
  operators,
  isStream,
  isRead,
}: OperatorPartArguments): CellPart | undefined {
  if (operators.length === 0 || operators.length > MOST) return undefined;
  const nodes: CellNode[] = [
    { label: 'input', role: 'input' },
    ...operators.map(({ op }) => ({ label: shorten(op), role: roleOf(op) })),
    { label: 'output', role: 'output' },
  ];
  const writers = new Map(
    operators.flatMap(({ outputs }, i) => outputs.map((name) => [name, i + 1] as const)),
  );
  const edges = new Map<string, readonly [number, number]>();
  const connect = (from: number, to: number) => edges.set(`${from} ${to}`, [from, to]);
  operators.forEach(({ inputs, outputs }, i) => {
    for (const name of inputs) {
      const writer = writers.get(name);
      if (writer !== undefined) connect(writer, i + 1);
      else if (isStream(name)) connect(0, i + 1);
    }
    if (outputs.some(isRead)) connect(i + 1, nodes.length - 1);
  });
  return { kind: 'cell', title, nodes, edges: [...edges.values()] };
}

function roleOf(op: string): Role {
  return ROLES[op] ?? (/Pool$/.test(op) ? 'pool' : 'other');
}

/** Names that fit into a box: `BatchNorm`, `GlobalAvgPool`. */
function shorten(op: string): string {
  return op.replace('Normalization', 'Norm').replace('Average', 'Avg');
}
