// Tests that options of the library's calls are checked: absent ones are valid, and unknown or wrong ones are
// named.
import { expect, test } from 'vitest';
import { checkOptions } from '../../client/check-options.js';
import { readSpecificationInput } from '../../client/specification/read-specification.js';
import { SpecError } from '../../core/errors.js';

function fieldsOf(call: Parameters<typeof checkOptions>[0], options: object): string[] {
  try {
    checkOptions(call, options);
    return [];
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    return error.issues.map(({ path }) => path);
  }
}

test.each([
  ['connect', {}, []],
  ['connect', { servers: 'never', modules: true, hom: '/tmp' }, ['servers', 'modules', 'hom']],
  ['start', { specification: {}, workers: undefined }, []],
  ['start', { specification: {}, workers: -1, whereFinished: 'rerun' }, ['workers', 'whereFinished']],
  ['list', { state: 'canceled' }, ['state']],
  ['pareto', {}, ['cost']],
  ['pareto', { cost: 'latency', top: 0 }, ['top']],
  ['export', { format: 'onnx', top: 1.5 }, ['top']],
  ['retention', { keepLast: 0, olderThan: Number.NaN }, ['olderThan']],
  [
    'schedule',
    { name: 'a', timezone: 'Berlin', overlap: 'wait', jitter: '5m' },
    ['timezone', 'jitter', 'overlap'],
  ],
  ['workers', { device: 'gpu' }, ['count', 'device']],
  ['truth', {}, ['file']],
  ['results', { truth: { file: 5 } }, ['truth.file']],
  ['compare', { ids: '@last', time: 3 }, ['ids', 'time']],
  ['servers', { hom: '/tmp' }, ['hom']],
  ['writeParquet', {}, ['path']],
  ['costs', { candidate: 'a' }, ['candidate']],
  ['costs', { candidates: ['a'] }, ['candidates']],
  ['connect', { home: 5, name: 5, onNote: 'log' }, ['home', 'name', 'onNote']],
  ['calibrate', { dataset: 5 }, ['truth', 'dataset']],
  ['list', { name: 5 }, ['name']],
  ['candidate', { expanded: [1], expand: [1] }, ['expand']],
  ['candidate', { expanded: [-1] }, ['expanded.0']],
] as const)('%s %j', (call, options, fields) => {
  expect(fieldsOf(call, options)).toEqual(fields);
});

test.each([
  undefined,
  'quickstart.yaml',
  {},
  { file: 'quickstart.yaml' },
  { text: 5 },
  { path: 'a.yaml', text: 'name: a' },
  { text: 'name: a', files: {} },
  { value: { name: () => 'a', space: 'nas-bench-201' } },
  { value: { name: 'a', space: Symbol('nas-bench-201') } },
  { value: { name: 'a', space: 'nas-bench-201' }, file: () => 'a.txt' },
  { path: 'examples/quickstart.yaml', files: () => 'a.txt' },
])('no specification: %j', async (input) => {
  await expect(readSpecificationInput(input as never, { modules: 'refused' })).rejects.toMatchObject({
    field: 'specification',
  });
});

test('a form of a specification that is undefined counts as absent', async () => {
  const input = { path: undefined, value: { name: 'a', space: 'nas-bench-201' }, files: undefined };
  await expect(readSpecificationInput(input as never, { modules: 'refused' })).resolves.toMatchObject({
    specification: { name: 'a' },
  });
});

test.each([
  ['list', { before: new Date(0) }, 'before: found an object of class Date; must be a time such as'],
  ['truth', { file: 'a.csv', name: 5 }, 'name: found 5; must be the name of the file'],
  ['suggest', { budget: 20n }, 'budget: found 20n; must be a whole number'],
  ['connect', { home: '' }, 'home: found the text ""; must be the path of a folder'],
  ['comparison', { ids: ['a'] }, 'ids: unknown key "ids"'],
  ['comparison', null, 'options: found null; must be a mapping'],
] as const)('%s %o: %s', (call, options, message) => {
  expect(() => checkOptions(call, options)).toThrow(message);
});

test.each([undefined, null, '', ['a']])(
  '`files` that returns %j is named with the field of the file',
  async (found) => {
    const value = { name: 'a', space: 'nas-bench-201', strategy: { kind: 'list', file: 'mine.txt' } };
    const input = { value, files: () => found as never };
    await expect(readSpecificationInput(input, { modules: 'refused' })).rejects.toMatchObject({
      field: 'strategy.file',
      message: expect.stringContaining('files("mine.txt") returned'),
    });
  },
);
