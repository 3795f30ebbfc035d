// In: nothing. Out: the NAS-Bench-201 space (Dong and Yang 2020): 15,625 cells in a fixed skeleton.
import type { Space } from '../space.js';
import { canonicalKey } from './canonical.js';
import { CELLS, cellAt, parseCell, printCell } from './cell.js';
import { cellCosts } from './costs.js';
import { cellNetwork } from './network.js';

export const nasBench201: Space = {
  kind: 'nas-bench-201',
  size: CELLS,
  at: (index) => printCell(cellAt(index)),
  parse: (text) => printCell(parseCell(text.trim())),
  canonicalKey: (candidate) => canonicalKey(parseCell(candidate)),
  costs: (candidate) => cellCosts(parseCell(candidate)),
  network: (candidate) => cellNetwork(parseCell(candidate)),
};
