// Out: how reports write text into a cell of a CSV, and read it back.
export { fromTextCell, textCell } from '../text/text-cell.js';
