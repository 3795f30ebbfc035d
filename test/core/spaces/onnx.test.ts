// Tests which network a name of a space of ONNX files means.
import { expect, it } from 'vitest';
import { openSpace } from '../../../core/spaces/index.js';

const NAMES = ['a', 'a.onnx', 'b ', 'c'];
const networks = NAMES.map((name, i) => ({
  name,
  digest: String(i).repeat(64),
  macs: i + 1,
  parameters: i,
  form: 'maps' as const,
}));
const space = openSpace({ kind: 'onnx', resolution: 32, networks });

it('a candidate is read as itself, also where its name ends as a file', () => {
  expect(NAMES.map((name) => space.parse(name))).toEqual(NAMES);
  expect(NAMES.map((candidate) => space.costs({ candidate, resolution: 32 }).flops)).toEqual([1, 2, 3, 4]);
});

it('the name of its file means a candidate', () => {
  expect(space.parse(' c.onnx ')).toBe('c');
  expect(space.parse('a.onnx.onnx')).toBe('a.onnx');
});
