// Gives each convolution of a block a ReLU of its own, as in networks of modules.
import type { Block, Instruction } from './block.js';

/**
 * The block with a ReLU for each convolution that reads one. Blocks share the ReLUs of a value, whose result
 * is the same; in the networks of the papers each convolution comes with its own, and proxies count them.
 */
export function withOwnActivations(block: Block): Block {
  const instructions: Instruction[] = [];
  const numbers = [0];
  const read = new Set<number>();
  const push = (instruction: Instruction) => instructions.push(instruction);
  block.instructions.forEach((instruction) => {
    const isConvolution = instruction.operation === 'conv' || instruction.operation === 'depthwise';
    const inputs = instruction.inputs.map((value) => {
      const source = block.instructions[value - 1];
      if (!isConvolution || source?.operation !== 'relu') return numbers[value]!;
      if (read.has(value)) return push({ ...source, inputs: source.inputs.map((each) => numbers[each]!) });
      read.add(value);
      return numbers[value]!;
    });
    numbers.push(push({ ...instruction, inputs }));
  });
  return { ...block, instructions };
}
