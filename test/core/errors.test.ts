// Tests that the messages of errors move no terminal's cursor, and that the name of a file takes no line of its own.
import { expect, it } from 'vitest';
import { SpecError } from '../../core/errors.js';

it('escapes control characters of names and messages', () => {
  const { message } = SpecError.inFile({ file: 'red\u001b[31m.onnx', message: 'has a node named "\u202e"' });
  expect(message).toBe('red\\u001b[31m.onnx: has a node named "\\u202e"');
});

it('escapes a line feed in the name of a file, and keeps those of a message', () => {
  const { message, issues } = SpecError.inFile({ file: 'a\nb.onnx', line: 3, message: 'is wrong:\n  here' });
  expect(message).toBe('a\\nb.onnx:3: is wrong:\n  here');
  expect(issues[0]!.file).toBe('a\\nb.onnx');
});
