// What operations of blocks are written with, where a chain becomes one graph.
import type { Settings, Weight } from '../../ir/block.js';
import type { Id, Tape } from '../../ops/tensor/tape.js';

/** What the operations of a block are written on. */
export interface Writer {
  readonly t: Tape;
  readonly batch: number;
  /** The tensor that a weight is fed as. */
  weight(weight: Weight): Id;
}

/** What an instruction is written from. `weight` is that of its slot, or of a further slot that begins with it. */
export interface Written {
  readonly writer: Writer;
  readonly x: readonly Id[];
  readonly settings: Settings;
  readonly weight: (end?: string) => Id;
}
