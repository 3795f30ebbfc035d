// Reads the files of bench/results, and writes their figures and sections.
import { readFileSync } from 'node:fs';

export function results(name) {
  return JSON.parse(readFileSync(new URL(`../../../bench/results/${name}.json`, import.meta.url), 'utf8'));
}

export function section({ title, command, of, text, body }) {
  return [`## ${title}`, text, body, `\`${command}\`; ${machineOf(of)}.`].join('\n\n');
}

/** `note` says which figures of a file were measured at another time. */
export function machineOf({ machine, date, note }) {
  const { processor, cores, memoryGiB, platform, node, onnxruntime } = machine;
  return `${date.slice(0, 10)}, ${cores} cores of ${processor.replaceAll('(R)', '')}, ${memoryGiB} GiB, ${platform}, Node ${node.slice(1)}, ONNX Runtime ${onnxruntime}${note ? `; ${note}` : ''}`;
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 ? sorted[Math.floor(middle)] : (sorted[middle - 1] + sorted[middle]) / 2;
}

export const zero = (value) => value.toFixed(0);
export const one = (value) => value.toFixed(1);
export const two = (value) => value.toFixed(2);
export const three = (value) => value.toPrecision(3);
export const megabytes = (bytes) => thousands(Math.round(bytes / 1e6));
export const thousands = (value) => value.toLocaleString('en-US');
