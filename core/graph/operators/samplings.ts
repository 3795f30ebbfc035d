// Translates operators of the ONNX standard that sample maps at computed positions: GridSample, AffineGrid and DeformConv.
import { slice } from '../../ops/tensor/movement.js';
import { sizeOf } from '../../ops/tensor/shapes.js';
import type { Id } from '../../ops/tensor/tape.js';
import { TapeError } from '../../ops/tensor/tape-error.js';
import { deformConv } from './deform-conv.js';
import type { NodeSite, Operators } from './operator.js';
import { type Sampling, sampleMap } from './sample-map.js';

/** The names before and from operator set 20. */
const MODES: Readonly<Record<string, Sampling['kernel']>> = {
  bilinear: 'linear',
  linear: 'linear',
  nearest: 'nearest',
  bicubic: 'cubic',
  cubic: 'cubic',
};
/** The number of neighbours of a position doubles with each side. */
const MOST_SIDES = 3;
const PADDINGS = ['zeros', 'border', 'reflection'] as const;

/** A grid [images, ...samples, sides] holds coordinates from -1 to 1, that along the last side first. */
function gridSample(site: NodeSite): Id {
  const { t } = site;
  site.mustBeFloats(2);
  const [shape, grid] = [site.shape(0), site.shape(1)];
  const sizes = shape.slice(2);
  const fits = grid.length === shape.length && grid[0] === shape[0] && grid.at(-1) === sizes.length;
  if (sizes.length === 0 || !fits)
    throw new TapeError(
      `its grid has the shape [${grid}]; must be [${shape[0]}, ...samples, ${sizes.length}] for a map of shape [${shape}]`,
    );
  if (sizes.length > MOST_SIDES)
    throw new TapeError(`its map has ${sizes.length} sides; at most ${MOST_SIDES} are supported`);
  const { kernel, beyond, atCentres } = settingsOf(site, sizes.length);
  const coordinates = sizes.map((size, i) => {
    const at = sizes.length - 1 - i;
    const column = slice(t, site.x(1), { axis: grid.length - 1, start: at, end: at + 1, step: 1 });
    const scaled = t.times(t.reshape(column, grid.slice(0, -1)), {
      number: (atCentres ? size - 1 : size) / 2,
    });
    return t.plus(scaled, t.scalar((size - 1) / 2));
  });
  return sampleMap(t, { map: site.x(0), coordinates, kernel, beyond, atCentres });
}

function settingsOf(site: NodeSite, sides: number): Omit<Sampling, 'map' | 'coordinates'> {
  const mode = site.text('mode', 'linear');
  const kernel = Object.hasOwn(MODES, mode) ? MODES[mode] : undefined;
  if (!kernel)
    throw new TapeError(
      `its mode "${mode.slice(0, 50)}" is not supported; ${Object.keys(MODES).join(', ')} are`,
    );
  if (kernel === 'cubic' && sides !== 2)
    throw new TapeError(`its mode "${mode}" is not supported for ${sides} sides of a map; it is for 2`);
  const padding = site.text('padding_mode', 'zeros');
  const beyond = PADDINGS.find((name) => name === padding);
  if (!beyond)
    throw new TapeError(
      `its padding_mode "${padding.slice(0, 50)}" is not supported; ${PADDINGS.join(', ')} are`,
    );
  return { kernel, beyond, atCentres: site.number('align_corners', 0) === 1 };
}

/** The grid [images, ...sides, sides] of a map of a known size [images, channels, ...sides], moved by matrices. */
function affineGrid(site: NodeSite): Id {
  const { t } = site;
  site.mustBeFloats(1);
  const [images, , ...sizes] = site.known(1);
  const theta = site.shape(0);
  const sides = sizes.length;
  if (sizes.some((n) => n < 1) || String(theta) !== String([images, sides, sides + 1]))
    throw new TapeError(
      `its input 0 has shape [${theta}]; must be [images, sides, sides + 1] for the size [${site.known(1)}]`,
    );
  const count = sizeOf(sizes);
  t.checkRoom(count * (sides + 1));
  const atCentres = site.number('align_corners', 0) === 1;
  const last = [...sizes].reverse();
  // PyTorch puts a single element in the centre, ONNX Runtime at the first edge.
  if (atCentres && sizes.includes(1))
    throw new TapeError(
      `it has align_corners for the sides [${sizes}]; sides must have more than one element`,
    );
  const place = (i: number, n: number) => (atCentres ? (2 * i) / (n - 1) - 1 : (2 * i + 1) / n - 1);
  const rows = new Float64Array(count * (sides + 1)).fill(1);
  for (let at = 0, row = 0; row < count; row++, at += sides + 1) {
    let rest = row;
    last.forEach((n, k) => {
      rows[at + k] = place(rest % n, n);
      rest = Math.floor(rest / n);
    });
  }
  // As PyTorch's newer exporter writes it, so that samples between elements are the same to the last bit.
  const columns = t.reshape(t.transpose(site.x(0), [0, 2, 1]), [images!, 1, sides + 1, sides]);
  const products = t.times(t.constant(rows, [count, sides + 1, 1]), columns);
  return t.reshape(t.reduce('ReduceSum', products, [2]), [images!, ...sizes, sides]);
}

export const samplings: Operators = {
  AffineGrid: (site) => [affineGrid(site)],
  DeformConv: (site) => [deformConv(site)],
  GridSample: (site) => [gridSample(site)],
};
