// Tests that a file that is no golden file is a SpecError that names the file, the case and the field.
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SpecError } from '../../core/errors.js';
import { readGoldenFile } from '../../reference/golden/cases.js';
import { file, folder, type Json, set, setAt, some } from './golden-cases.js';

/** The message about a file. */
async function complaint(path: string): Promise<string> {
  const error = await readGoldenFile(path).then(
    () => expect.fail('was read'),
    (error) => error,
  );
  expect(error).toBeInstanceOf(SpecError);
  return (error as SpecError).message;
}

describe('files that hold no golden cases', () => {
  it.each<[string, string, RegExp]>([
    ['that is not there', join(folder, 'no.json'), /no\.json: no such file/],
    ['that is a folder', folder, /is a folder, not a file/],
  ])('a path %s', async (_, path, message) => {
    expect(await complaint(path)).toMatch(message);
  });

  it.each<[string, unknown, RegExp]>([
    ['not JSON', '[{"arch": ', /cases\.json: not JSON: /],
    ['NaN as Python writes it', '[{"arch": NaN}]', /not JSON: .*N/],
    [
      'an empty list',
      [],
      /holds no case; kinds of golden files supported: nb201 \(a list of cases with "arch"\), mbv2/,
    ],
    [
      'another kind',
      [{ structure: 'x', batch: 4 }],
      /no case of a known kind \(fields of the first: structure, batch\)/,
    ],
    ['an object', { candidates: [] }, /not a list of cases \(fields: candidates\)/],
    ['a number', 7, /not a list of cases/],
  ])('%s', async (_, content, message) => {
    expect(await complaint(file(content))).toMatch(message);
  });
});

describe('golden cases not of the form', () => {
  it.each<[string, (last: Json) => unknown, RegExp]>([
    ['a field missing', (c) => delete c.progressivity, /case 3: progressivity: missing/],
    [
      'a bad cell',
      set('arch', '|none~1|+|none~0|none~1|+|none~0|none~1|none~2|'),
      /case 3: arch: .*edge 1<-0/,
    ],
    ['a cell that is no text', set('arch', 5), /case 3: arch: found 5; must be a text/],
    [
      'a null',
      setAt('expressivityPerFeature', 4, null),
      /case 3: expressivityPerFeature\[4\]: found null; must be a number or "-inf"/,
    ],
    ['another infinity', set('trainability', 'inf'), /case 3: trainability: found "inf"/],
    [
      'too few values',
      set('trainabilityPerBlock', [1, 2]),
      /case 3: trainabilityPerBlock: found 2 values; must be 17/,
    ],
    [
      'a list that is none',
      set('trainabilityPerBlock', 1),
      /case 3: trainabilityPerBlock: found 1; must be a list/,
    ],
    ['no multiple of 4', set('resolution', 30), /case 3: resolution: found 30; must be a multiple of 4/],
    ['half an image', set('batch', 2.5), /case 3: batch: found 2\.5; must be a whole number/],
    ['no image', set('batch', 0), /case 3: batch: found 0; must be at least 1/],
    ['a batch as text', set('batch', '4'), /case 3: batch: found "4"; must be a number/],
    ['a batch beyond memory', set('batch', 1e9), /case 3: batch: batch x resolution² must be at most/],
    ['a cost as text', set('megaflops', '7.8'), /case 3: megaflops: found "7\.8"; must be a number/],
  ])('not of the form: %s', async (_, change, message) => {
    expect(await complaint(file(some(change)))).toMatch(message);
  });

  it('not of the form: a case that is no object', async () => {
    expect(await complaint(file([...some(), 'x']))).toMatch(/case 4: the case: found "x"; must be an object/);
  });
});
