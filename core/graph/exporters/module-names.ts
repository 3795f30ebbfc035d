// Finds the PyTorch modules that a node belongs to, and the output tensor of each module, where an exporter
// has recorded the names.
import type { Graph } from '../graph.js';

/**
 * The key under which PyTorch's newer exporter writes the modules, as a Python list: "['', 'layer1',
 * 'layer1.0', 'conv2d_1']".
 */
const SCOPES = 'pkg.torch.onnx.name_scopes';

/** Operators whose results depend on the size of the images alone. */
const SHAPES = new Set(['Shape', 'Size']);

/**
 * The full names of the modules around a node, the outermost first. The newer exporter writes them into the
 * node's metadata. The older exporter names the node `/layer1/layer1.0/conv1/Conv`: each part is the module's
 * own name or, for a module in a Sequential or a ModuleList, the name of that list and the index.
 */
export function modulesOf({
  name,
  metadata = [],
}: {
  readonly name: string;
  readonly metadata?: readonly { readonly key?: string; readonly value?: string }[] | undefined;
}): readonly string[] {
  const scopes = metadata.find(({ key }) => key === SCOPES)?.value;
  if (scopes !== undefined) {
    // The last name is that of the operation.
    const names = [...scopes.matchAll(/'([^']*)'/g)].map(([, scope]) => scope!);
    return names.slice(0, -1).filter((scope) => scope !== '');
  }
  if (!name.startsWith('/')) return [];
  const modules: string[] = [];
  let outer = '';
  let list = '';
  for (const part of name.slice(1).split('/').slice(0, -1)) {
    const isInList = list !== '' && part.startsWith(`${list}.`);
    const prefix = isInList ? outer.slice(0, outer.length - list.length) : outer && `${outer}.`;
    outer = `${prefix}${part}`;
    list = part;
    modules.push(outer);
  }
  return modules;
}

/**
 * The output tensor of each module: the last tensor that a node of the module computes from the images and a
 * node outside of it reads. Exporters share constants between modules, and attribute them to one.
 */
export function moduleOutputs({
  inputs: images,
  nodes,
  outputs,
}: Pick<Graph, 'inputs' | 'nodes' | 'outputs'>): ReadonlyMap<string, string> {
  const readers = new Map<string, Set<string>[]>();
  const within = nodes.map(({ modules = [] }) => new Set(modules));
  nodes.forEach(({ inputs }, i) => {
    for (const name of inputs) {
      const list = readers.get(name);
      if (list) list.push(within[i]!);
      else readers.set(name, [within[i]!]);
    }
  });
  const results = new Set(outputs);
  const stream = new Set(images.map(({ name }) => name));
  const found = new Map<string, string>();
  for (const node of nodes) {
    if (SHAPES.has(node.op) || !node.inputs.some((name) => stream.has(name))) continue;
    for (const name of node.outputs) stream.add(name);
    for (const module of node.modules ?? [])
      for (const name of node.outputs)
        if (results.has(name) || readers.get(name)?.some((modules) => !modules.has(module)))
          found.set(module, name);
  }
  return found;
}
