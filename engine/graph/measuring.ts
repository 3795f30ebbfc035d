// Defines what the measurements of a whole network under one draw share.
import type { WholeNetwork } from '../../core/graph/whole/network.js';
import type { Tensor } from '../onnx-runtime.js';
import type { WholeDraw } from './whole-draw.js';
import type { WholePrograms } from './whole-programs.js';

/** The network, draw and tensors that all measurements of one network under one draw share. */
export interface Measuring {
  readonly network: WholeNetwork;
  readonly programs: WholePrograms;
  readonly needs: ReadonlySet<string>;
  readonly draw: WholeDraw;
  /** Weights and images, by the names of the programs' inputs. */
  readonly tensors: Readonly<Record<string, Tensor>>;
  readonly labels: Int32Array;
  readonly batch: number;
  readonly classes: number;
}

/** An object with the field if its value is defined, and otherwise without. */
export function pickDefined<Name extends string, Value>(
  name: Name,
  value: Value | undefined,
): { readonly [Key in Name]?: Value } {
  return (value === undefined ? {} : { [name]: value }) as { readonly [Key in Name]?: Value };
}
