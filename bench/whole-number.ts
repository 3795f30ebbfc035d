// Parses whole numbers on the command lines of benchmarks.
import { InvalidArgumentError } from 'commander';

/** A commander parser for whole numbers from `min` to `max`. */
export function wholeNumber({
  min,
  max,
}: {
  readonly min: number;
  readonly max: number;
}): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max)
      throw new InvalidArgumentError(`Found "${text}"; must be a whole number from ${min} to ${max}.`);
    return value;
  };
}
