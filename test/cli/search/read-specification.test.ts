// In: specifications beside the files that they name. Out: a space's definition stands in them; faults name file and field.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSpecification } from '../../../cli/search/read-specification.js';

const SPACE = 'input: { resolution: 32 }\nclasses: 10\nstages: [{ block: basic, width: [16, 8] }]\n';
const spec = (space: string, rest = '') => `name: a\nspace: ${space}\n${rest}`;

let folder: string;
const write = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const read = (text: string) => readSpecification(write('spec.yaml', text));
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'zeroscout-spec-'));
  mkdirSync(join(folder, 'spaces'));
  write('spaces/good.yaml', SPACE);
  write('spaces/bad.yaml', SPACE.replace('8', '0'));
  write('spaces/broken.yaml', 'stages: [');
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('a space of a file', () => {
  it('is in the specification, and is the same written there or otherwise ordered', async () => {
    const { specification, digest } = await read(spec('{ kind: custom, file: spaces/good.yaml }'));
    expect(specification.space).toMatchObject({
      kind: 'custom',
      definition: { classes: 10, stages: [{ block: ['basic'], width: [8, 16], stride: [1] }] },
    });
    write('spaces/other.yaml', SPACE.replace('16, 8', '8, 16').replace('basic,', '[basic], stride: 1,'));
    expect((await read(spec('{ kind: custom, file: spaces/other.yaml }'))).digest).toBe(digest);
    expect((await read(JSON.stringify(specification))).digest).toBe(digest);
    write('spaces/other.yaml', SPACE.replace('8', '24'));
    expect((await read(spec('{ kind: custom, file: spaces/other.yaml }'))).digest).not.toBe(digest);
  });

  it('has candidates that lists may hold', async () => {
    write('list.txt', 'basic-w8\n# the same once more\nbasic-s1-w8-d1\nbasic-w16\n');
    const { list } = await read(
      spec('{ kind: custom, file: spaces/good.yaml }', 'strategy: { kind: list, file: list.txt }'),
    );
    expect(list).toEqual(['basic-w8', 'basic-w16']);
  });

  it.each([
    ['{ kind: custom, file: spaces/none.yaml }', /^space\.file: spaces\/none\.yaml: no such file$/],
    ['{ kind: custom, file: 7 }', /^space\.file: found 7; must be the path of a YAML file$/],
    ['{ kind: custom, file: spaces/broken.yaml }', /^space\.file: spaces\/broken\.yaml:1:\d+: /],
    [
      '{ kind: custom, file: spaces/bad.yaml }',
      /^space\.file: spaces\/bad\.yaml: stages\[0\]\.width: found 0; must be a whole number from 1 to 8192$/,
    ],
    ['{ kind: custom, file: spaces/good.yaml, definition: {} }', /^space\.file: found beside definition/],
    ['{ kind: custom }', /^space\.definition: missing; must be .*or file: my-space\.yaml beside kind$/],
    ['{ kind: custom, file: spaces/good.yaml, size: 3 }', /^space\.size: unknown key "size"/],
    ['{ kind: custom, definition: { stages: 3 } }', /^space\.definition\.input: /m],
  ])('%s is refused', async (space, message) => {
    await expect(read(spec(space))).rejects.toThrow(message);
  });

  it('a resolution that does not go through the strides, a constraint, a device that cannot', async () => {
    write('spaces/strided.yaml', SPACE.replace('basic,', 'basic, stride: [1, 4], depth: 2,'));
    const strided = (rest: string) => read(spec('{ kind: custom, file: spaces/strided.yaml }', rest));
    await expect(strided('fidelity: { resolution: 20 }')).resolves.toBeDefined();
    write(
      'spaces/strided.yaml',
      SPACE.replace('basic,', 'basic, stride: [1, 4],').replace('classes', 'stem: { stride: 2 }\nclasses'),
    );
    await expect(strided('fidelity: { resolution: 20 }')).rejects.toThrow(
      /^fidelity\.resolution: found 20; must be a multiple of 8 for custom$/,
    );
    await expect(strided('execution: { device: cuda }')).rejects.toThrow(/must be cpu for custom/);
  });
});
