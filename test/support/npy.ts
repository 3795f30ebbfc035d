// Writes the bytes of a .npy file as numpy.save does, or with a fault that a test asks for.

export function npy({
  shape = [2, 3, 8, 8],
  values,
  descr = '<f4',
  fortran = 'False',
  version = 1,
  quote = "'",
}: {
  shape?: readonly number[];
  /** Zeros by default. */
  values?: Float32Array;
  descr?: string;
  fortran?: string;
  version?: number;
  quote?: string;
}): Uint8Array {
  const dict = `{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': (${shape.join(', ')}), }`;
  const start = version === 1 ? 10 : 12;
  const header = `${dict.replaceAll("'", quote).padEnd(127 - start)}\n`;
  const length = shape.reduce((product, n) => product * n, 1);
  const bytes = new Uint8Array(128 + 4 * length);
  bytes.set([0x93, ...new TextEncoder().encode('NUMPY'), version, 0]);
  const view = new DataView(bytes.buffer);
  if (version === 1) view.setUint16(8, header.length, true);
  else view.setUint32(8, header.length, true);
  bytes.set(new TextEncoder().encode(header), start);
  if (values) new Float32Array(bytes.buffer, 128).set(values);
  return bytes;
}
