// Tests that packing puts each value at its place in the NCHWc layout, and zeros where blocks are padded.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { size } from '../../../core/ir/draw.js';
import { packedActivation, roundUpToBlock, sampleMatrix } from '../../../core/lowering/nchwc/packing.js';

const shapes = fc.tuple(
  fc.integer({ min: 1, max: 3 }),
  fc.integer({ min: 1, max: 35 }),
  fc.integer({ min: 1, max: 13 }),
  fc.integer({ min: 1, max: 13 }),
);
const counted = (shape: readonly number[]) => Float32Array.from({ length: size(shape) }, (_, i) => i + 1);

it('activations in channel blocks: [b, c / block, h, w, block]', () => {
  fc.assert(
    fc.property(shapes, fc.constantFrom(1, 8, 16), (shape, block) => {
      const [batch, channels, height, width] = shape;
      const x = counted(shape);
      const out = new Float32Array(size(packedActivation.dims(shape, block)));
      packedActivation.write({ x, shape, block, out });
      const all = roundUpToBlock(channels, block);
      expect(out).toHaveLength(batch * all * height * width);
      for (const [to, value] of out.entries()) {
        const [inBlock, position] = [to % block, Math.floor(to / block) % (height * width)];
        const first = Math.floor(to / block / height / width);
        const [image, channel] = [
          Math.floor(first / (all / block)),
          (first % (all / block)) * block + inBlock,
        ];
        const from = (image * channels + channel) * height * width + position;
        expect(value).toBe(channel < channels ? x[from] : 0);
      }
    }),
    { numRuns: 60 },
  );
});

it('activations as samples: [b h w, c]', () => {
  fc.assert(
    fc.property(shapes, (shape) => {
      const [, channels, height, width] = shape;
      const x = counted(shape);
      const out = new Float32Array(x.length);
      sampleMatrix.write({ x, shape, block: 16, out });
      for (const [to, value] of out.entries()) {
        const [sample, channel] = [Math.floor(to / channels), to % channels];
        const [image, position] = [Math.floor(sample / height / width), sample % (height * width)];
        expect(value).toBe(x[(image * channels + channel) * height * width + position]);
      }
    }),
    { numRuns: 60 },
  );
});
