// Defines what is drawn of a candidate: graphs of operations, and chains of blocks.

/** What an operation does, which decides its colour. */
export type Role = 'input' | 'output' | 'node' | 'conv' | 'pool' | 'skip' | 'attention' | 'other';

export interface CellNode {
  readonly label: string;
  readonly role: Role;
}

/** A graph without cycles; an edge is a pair of indices of nodes. */
export interface CellPart {
  readonly kind: 'cell';
  readonly title: string;
  readonly nodes: readonly CellNode[];
  readonly edges: readonly (readonly [from: number, to: number])[];
}

export interface ChainBlock {
  readonly title: string;
  /** Kernel, expansion and the like, in words. */
  readonly detail: string;
  readonly role: Role;
  /** How many equal blocks stand one after the other. */
  readonly repeat: number;
  /** Channels of the output, which a bar shows. */
  readonly channels?: number;
  /** Side of the output in pixels. */
  readonly side?: number;
}

export interface ChainPart {
  readonly kind: 'chain';
  readonly title: string;
  readonly blocks: readonly ChainBlock[];
}

export type Architecture = readonly (CellPart | ChainPart)[];

/** Equal blocks that follow each other become one with their number; their output sizes must be equal too. */
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
