// Defines the picture of a NAS-Bench-201 cell.
import type { Architecture } from '../../drawing/architecture.js';
import { fourNodes } from '../../drawing/cells.js';
import type { Cell } from './cell.js';

export function drawCell(cell: Cell): Architecture {
  return [fourNodes({ operations: cell, title: 'Cell: the same in all stages' })];
}
