// Tests that a program's permission decides whether the module of a complete specification is run.
import { expect, it } from 'vitest';
import { readSpecificationInput } from '../../../client/specification/read-specification.js';
import { moduleDigest } from '../../../core/spaces/module/definition.js';

it('a complete specification, as a search has it, is read by programs that allow modules, whoever read it before', async () => {
  const code =
    "const { BlockBuilder } = require('zeroscout/space'); const block = (name, from) => { const b = new BlockBuilder({ name }); b.add('conv', [0], { kernel: 3, stride: 1 }, { slot: 'c', name, shape: [8, from, 3, 3] }); return b.build(); }; exports.default = { parse: (text) => text, random: () => 'a', mutate: () => 'b', network: () => ({ stem: block('stem', 3), blocks: [block('b', 8)], identities: 'worst' }) };";
  const space = { kind: 'module', digest: moduleDigest(code), code, resolution: 8, proxies: ['complexity'] };
  const value = { name: 'a', space, strategy: { kind: 'random', samples: 1 } };
  const refused = () =>
    expect(readSpecificationInput({ value }, { modules: 'refused' })).rejects.toMatchObject({
      field: 'space',
      issues: [{ advice: { text: expect.stringContaining("connect with modules: 'allowed'") } }],
    });
  await refused();
  const { specification } = await readSpecificationInput({ value }, { modules: 'allowed' });
  expect(specification.space).toEqual(space);
  // The permission was that of the program that gave it.
  await refused();
});
