// Tests that the examples in the description of the API are right: each fits its own schema, and those that the
// library reads are read.
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, it } from 'vitest';
import { parseSpecification } from '../../core/specification/specification.js';
import { createAccess } from '../../http/access.js';
import { type AppOptions, createApp } from '../../http/app.js';
import { parseFilter } from '../../http/rankings/filter.js';

type Node = Readonly<Record<string, unknown>>;

const HOST = 'localhost:8600';

async function readDescription(): Promise<Node> {
  const access = createAccess({ anonymous: 'viewer', hosts: [HOST], prefix: '', isSecure: false });
  // Describing the API asks neither the library nor rankings.
  const app = createApp({
    access,
    site: { version: '0', prefix: '' },
    stopped: new AbortController().signal,
    onFault: (error: unknown) => {
      throw error;
    },
    zeroscout: {},
    kept: {},
  } as unknown as AppOptions);
  const answer = await app.request(`http://${HOST}/api/openapi.json`, { headers: { host: HOST } });
  return (await answer.json()) as Node;
}

interface Example {
  readonly at: string;
  readonly schema: Node;
  readonly value: unknown;
}

/** Every schema with an example, and where it is. */
function examplesIn(node: unknown, at = ''): readonly Example[] {
  if (typeof node !== 'object' || node === null) return [];
  const { example, schema, ...rest } = node as Node;
  const own =
    example === undefined
      ? []
      : [{ at, schema: (schema as Node | undefined) ?? (rest as Node), value: example }];
  return [
    ...own,
    ...Object.entries(node).flatMap(([name, child]) =>
      examplesIn(child, `${at}/${name.replaceAll('/', '~1')}`),
    ),
  ];
}

it('every example fits its schema', async () => {
  const description = await readDescription();
  const ajv = new Ajv2020({ strict: false });
  const examples = examplesIn(description);
  expect(examples.length).toBeGreaterThan(10);
  for (const { at, schema, value } of examples) {
    const isRight = ajv.compile({ ...schema, components: description.components });
    expect(isRight(value), `${at}: ${JSON.stringify(value)}`).toBe(true);
  }
});

it('the examples of specifications and filters are read', async () => {
  const values = examplesIn(await readDescription()).map(({ value }) => String(value));
  const specifications = values.filter((value) => value.startsWith('name: '));
  expect(specifications.length).toBeGreaterThan(0);
  for (const text of specifications)
    expect(parseSpecification({ source: 'example', text }).space).toEqual({ kind: 'nas-bench-201' });
  const filters = values.filter((value) => value.includes('<='));
  expect(filters.length).toBeGreaterThan(0);
  const columns = new Map([['rank', 'number' as const]]);
  for (const text of filters) expect(parseFilter({ text, columns }).sql).toContain('rank');
});
