// In: words of the command line. Out: checked values, and the error of a command that was interrupted.
import { InvalidArgumentError } from 'commander';

/** The person stopped the command; exit code 130. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/** A commander parser for whole numbers. */
export function wholeNumber({ min, max }: { min: number; max: number }): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max)
      throw new InvalidArgumentError(`Found "${text}"; must be a whole number from ${min} to ${max}.`);
    return value;
  };
}
