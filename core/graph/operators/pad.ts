// Translates Pad: zeros or another number, reflected, repeated or wrapped edges; negative pads cut.
import { slice } from '../../ops/tensor/movement.js';
import { axisOf, range } from '../../ops/tensor/shapes.js';
import type { Id } from '../../ops/tensor/tape.js';
import { TapeError } from '../../ops/tensor/tape-error.js';
import type { NodeSite } from './operator.js';

/** Pads one axis after the other; reflected and repeated edges are gathered. */
export function pad(site: NodeSite): Id {
  const { t } = site;
  const shape = site.shape(0);
  const mode = site.text('mode', 'constant');
  const given = site.listOrInput('pads', 1) ?? [];
  const axes = site.has(3) ? site.known(3).map((axis) => axisOf(axis, shape.length)) : range(shape.length);
  if (given.length !== 2 * axes.length)
    throw new TapeError(`its pads are [${given}]; must be ${2 * axes.length} numbers`);
  const pads = range(2 * shape.length).map(() => 0);
  axes.forEach((axis, i) => {
    pads[axis] = given[i]!;
    pads[axis + shape.length] = given[i + axes.length]!;
  });
  if (pads.every((n) => n === 0)) return site.x(0);
  const cut = range(shape.length).reduce((rest, axis) => {
    const [before, after] = [Math.max(0, -pads[axis]!), Math.max(0, -pads[axis + shape.length]!)];
    if (before + after > shape[axis]!)
      throw new TapeError(`it cuts ${before + after} elements off an axis of ${shape[axis]}`);
    return slice(t, rest, { axis, start: before, end: t.shape(rest)[axis]! - after, step: 1 });
  }, site.x(0));
  const more = pads.map((n) => Math.max(0, n));
  if (more.every((n) => n === 0)) return cut;
  const value = site.has(2) ? site.known(2)[0]! : 0;
  if (mode === 'constant') return t.add('Pad', [cut], value === 0 ? { pads: more } : { pads: more, value });
  return range(shape.length).reduce((rest, axis) => {
    const n = t.shape(rest)[axis]!;
    const [before, after] = [more[axis]!, more[axis + shape.length]!];
    if (before + after === 0) return rest;
    if (mode === 'reflect' && Math.max(before, after) >= n)
      throw new TapeError(`it reflects ${Math.max(before, after)} elements of an axis of ${n}`);
    const index = range(n + before + after).map((i) => edgeIndex(i - before, n, mode));
    return t.add('Gather', [rest, t.constant(index, [index.length], 'int')], { axis });
  }, cut);
}

function edgeIndex(i: number, n: number, mode: string): number {
  if (mode === 'edge') return Math.min(Math.max(i, 0), n - 1);
  if (mode === 'wrap') return ((i % n) + n) % n;
  if (mode === 'reflect') return i < 0 ? -i : i >= n ? 2 * (n - 1) - i : i;
  throw new TapeError(`it pads in the mode "${mode}"`);
}
