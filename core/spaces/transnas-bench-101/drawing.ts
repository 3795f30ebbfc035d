// Defines the picture of a cell of TransNAS-Bench-101's micro space.
import type { Architecture } from '../../drawing/architecture.js';
import { fourNodes } from '../../drawing/cells.js';
import type { Cell } from './micro.js';

/** The operations by their digits. */
const NAMES = ['none', 'skip_connect', 'nor_conv_1x1', 'nor_conv_3x3'] as const;

export function drawCell(cell: Cell): Architecture {
  return [
    fourNodes({ operations: cell.map((digit) => NAMES[digit]!), title: 'Cell: the same in all modules' }),
  ];
}
