// Selects the labels of a draw's images among those of a specification.
import { SpecError } from '../core/errors.js';

interface LabelsOfDrawArguments {
  readonly labels: readonly number[];
  readonly draw: number;
  readonly count: number;
  readonly classes: number;
}

/**
 * Draw d uses the `count` labels from number d x count on, as it does of the images. Throws a SpecError where
 * one is no class of the network, which is known of a network that was read from a file only when it is scored.
 */
export function labelsOfDraw({ labels, draw, count, classes }: LabelsOfDrawArguments): Int32Array {
  const chosen = Int32Array.from(labels.slice(draw * count, (draw + 1) * count));
  if (chosen.length < count)
    throw new Error(`${labels.length} labels: draw ${draw} needs ${count} from number ${draw * count} on`);
  const other = chosen.find((label) => label >= classes);
  if (other !== undefined)
    throw SpecError.of({
      path: 'input.labels',
      message: `found ${other}; must be below ${classes}, the number of classes of this network`,
    });
  return chosen;
}
