// Defines the contents of a candidate's picture: graphs of operations, and chains of blocks.

/** The kind of an operation, which determines its colour. */
export type Role = 'input' | 'output' | 'node' | 'conv' | 'pool' | 'skip' | 'attention' | 'other';

export interface CellNode {
  readonly label: string;
  readonly role: Role;
}

/** An acyclic graph; an edge is a pair of indices of nodes. */
export interface CellPart {
  readonly kind: 'cell';
  readonly title: string;
  readonly nodes: readonly CellNode[];
  readonly edges: readonly (readonly [from: number, to: number])[];
}

export interface ChainBlock {
  readonly title: string;
  /** Kernel, expansion and similar properties, in words. */
  readonly detail: string;
  readonly role: Role;
  /** The number of equal blocks in a row. */
  readonly repeat: number;
  /** The channels of the output, drawn as a bar. */
  readonly channels?: number;
  /** The side of the output in pixels. */
  readonly side?: number;
  /** The number under which a page may ask for the operators of this block, and whether they are drawn below it. */
  readonly operators?: { readonly block: number; readonly isOpen: boolean };
}

export interface ChainPart {
  readonly kind: 'chain';
  readonly title: string;
  readonly blocks: readonly ChainBlock[];
  /** The most channels of the whole network, of which this chain is a part; by default those of the chain. */
  readonly mostChannels?: number;
}

export type Architecture = readonly (CellPart | ChainPart)[];

/**
 * Merges equal blocks in a row into one block with their number. Blocks with different output sizes are not
 * equal.
 */
export function mergeRepeats(blocks: readonly ChainBlock[]): readonly ChainBlock[] {
  const merged: ChainBlock[] = [];
  for (const block of blocks) {
    const before = merged.at(-1);
    if (before && isSame(before, block))
      merged[merged.length - 1] = { ...before, repeat: before.repeat + block.repeat };
    else merged.push(block);
  }
  return merged;
}

function isSame(a: ChainBlock, b: ChainBlock): boolean {
  return a.title === b.title && a.detail === b.detail && a.channels === b.channels && a.side === b.side;
}
