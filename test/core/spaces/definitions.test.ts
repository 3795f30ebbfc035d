// Tests that every kind of space is defined once, and that its definition agrees with the space that it
// opens.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkDefinition } from '../../../core/spaces/custom/schema.js';
import { openSpace, SPACES, type SpaceSpecification } from '../../../core/spaces/index.js';
import { SpaceSchema, spaceDefaults } from '../../../core/specification/space.js';

const ROOT = new URL('../../../', import.meta.url).pathname;

const TOKENS = checkDefinition({
  value: {
    input: { resolution: 32 },
    classes: 10,
    stages: [{ block: 'transformer', width: [16, 32], heads: 1 }],
  },
  source: 'test',
});

/** One space of each kind that opens without a user's code. */
const EXAMPLES: readonly SpaceSpecification[] = [
  { kind: 'nas-bench-201' },
  { kind: 'mobilenet-v2' },
  { kind: 'autoformer', size: 'tiny' },
  { kind: 'custom', definition: TOKENS },
  {
    kind: 'onnx',
    resolution: 32,
    networks: [{ name: 'a', digest: 'a'.repeat(64), macs: 1, parameters: 1, form: 'maps' }],
  },
  { kind: 'nas-bench-101' },
  { kind: 'transnas-bench-101', size: 'micro' },
  { kind: 'darts' },
];

describe('definitions of spaces', () => {
  it.each(EXAMPLES)('$kind: schema, defaults and opened space agree', (space) => {
    expect(SpaceSchema.parse(space)).toEqual(space);
    const opened = openSpace(space);
    expect(opened.kind).toBe(space.kind);
    const { proxies, resolution, classes } = spaceDefaults(space);
    expect(opened.proxies).toEqual(proxies);
    expect(resolution % opened.resolutionStep()).toBe(0);
    const isMerged = opened.enumeration !== undefined && space.kind !== 'custom';
    expect(classes).toBe(isMerged);
  });

  it('have an example here, or carry code', () => {
    const opened = SPACES.filter(({ code }) => code === 'built-in').map(({ kind }) => kind);
    expect(EXAMPLES.map(({ kind }) => kind)).toEqual(opened);
  });

  it('are the only files that name a kind: everything else asks the definition', () => {
    const kinds = SPACES.map(({ kind }) => kind).join('|');
    // Matches `space.kind === 'x'` and the like; kinds of strategies and of layers have other names.
    const comparison = new RegExp(`(===|!==|case)\\s*'(${kinds})'`);
    const named: string[] = [];
    for (const room of [
      'client',
      'cli',
      'engine',
      'activities',
      'workflows',
      'workers',
      'core/specification',
      'core/contract',
    ])
      for (const file of readdirSync(join(ROOT, room), { recursive: true, encoding: 'utf8' }))
        if (file.endsWith('.ts') && comparison.test(readFileSync(join(ROOT, room, file), 'utf8')))
          named.push(`${room}/${file}`);
    expect(named).toEqual([]);
  });
});
