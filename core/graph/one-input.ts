// Reads a network of token ids, of other integers or of several inputs as one of a single input of floats.
import { embedIntegers } from './embedded-integers.js';
import { removeNoise } from './exporters/remove-noise.js';
import type { Graph, GraphInput } from './graph.js';
import { joinInputs } from './join-inputs.js';
import { checkShape } from './read-tensors.js';
import { sortNodes } from './sort-nodes.js';
import { embedTokens, type TypedInput } from './token-ids.js';

/**
 * A network that begins at the embeddings of its tokens, or reads several inputs from one, where it has such inputs. What only
 * noise or the lookup of tokens needed is left out. Exported candidates note which inputs hold embeddings, without their table.
 */
export function withOneInput(
  file: Omit<Graph, 'inputs'> & { readonly inputs: readonly TypedInput[] },
  name: string,
): Pick<Graph, 'inputs' | 'nodes' | 'parts' | 'tableSize' | 'embedded'> {
  const { outputs, initializers } = file;
  const tokens = embedTokens(file);
  const integers = tokens ? undefined : embedIntegers(file, name);
  const embedded = tokens ?? integers;
  const { inputs, nodes } = embedded ?? file;
  const noted = inputs.filter(({ isEmbedded }) => isEmbedded).map(({ name }) => name);
  const rows = [...noted, ...(integers?.embedded ?? [])];
  if (embedded)
    for (const { name, shape } of inputs)
      checkShape(
        `the embeddings of input "${name}"`,
        shape.map((n) => n ?? 1),
      );
  const kept = sortNodes({
    nodes: removeNoise({ nodes, initializers }),
    given: givenBy(inputs, initializers),
    outputs,
  });
  const joined = joinInputs({ ...file, inputs, nodes: kept }, name);
  return {
    inputs: inputs.map(({ name, shape }) => ({ name, shape })),
    nodes: kept,
    ...(embedded || noted.length > 0 ? { tableSize: embedded?.tableSize ?? 0 } : {}),
    ...joined,
    ...(joined && rows.length > 0 ? { embedded: rows } : {}),
  };
}

export const givenBy = (inputs: readonly GraphInput[], initializers: Graph['initializers']) =>
  new Set([...inputs.map(({ name }) => name), ...initializers.keys()]);
