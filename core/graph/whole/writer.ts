// Defines the arguments with which operations of blocks are written when a chain becomes one graph.
import type { Settings, Weight } from '../../ir/block.js';
import type { Id, Tape } from '../../ops/tensor/tape.js';

/** The tape and sizes on which operations of a block are written. */
export interface Writer {
  readonly t: Tape;
  readonly batch: number;
  /** The tensor under which a weight is fed. */
  weight(weight: Weight): Id;
}

/**
 * The arguments of one instruction. `weight` returns the weight of its slot, or of a further slot whose name
 * extends it.
 */
export interface Written {
  readonly writer: Writer;
  readonly x: readonly Id[];
  readonly settings: Settings;
  readonly weight: (end?: string) => Id;
}
