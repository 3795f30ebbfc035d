// Says whether the numbers of a tensor are all equal, as those of scales and biases are before training.

export function isUniform(values: Float64Array): boolean {
  return values.every((value) => value === values[0]);
}
