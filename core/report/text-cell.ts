// Writes text into a cell of a CSV file and reads it back.
export { fromTextCell, textCell } from '../text/text-cell.js';
