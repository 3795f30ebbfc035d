// Starts the searches and schedules that `npm run fuzz:http` asks for, and writes their names into the API's
// description, so that requests find something behind an id, a column or a candidate.
import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NETWORKS = fileURLToPath(new URL('../examples/networks/', import.meta.url));
/** Texts that break a program which takes a text for markup, a path, a query, a formula, or something short. */
const HOSTILE = [
  '<script>alert(1)</script>"><img src=x onerror=alert(1)>',
  `'; DROP TABLE ranking; -- "" \\ %00 %2e%2e%2f {{7*7}}`,
  '\u202Ederorrim\u202C \u2066inner\u2069 \u{1F600} e\u0301',
  `=HYPERLINK("http://example.com")${'long'.repeat(40)}`,
];
/** The longest name that a search may have, of every kind of character that it may contain. */
const LONGEST = 'Na-m_e9-'.repeat(8);
const FIDELITY = { draws: 2, batch: 2, resolution: 8 };
const CELLS = { space: 'nas-bench-201', fidelity: FIDELITY };

/** Starts the searches and waits for them; one stays paused, so that some requests find no results. */
export async function startFuzzedSearches(scout, folder) {
  const names = ['small-byobnet', 'small-efficientnet', 'small-resnet'];
  // The names of files become names of candidates.
  for (const [i, name] of names.entries())
    copyFileSync(
      join(NETWORKS, `${name}.onnx`),
      join(folder, `${HOSTILE[i].replaceAll(/[/\\\\]/g, '-')}.onnx`),
    );
  const path = join(folder, 'files.json');
  const files = {
    name: 'files',
    seed: 1,
    space: { kind: 'onnx', files: `${folder}/*.onnx` },
    fidelity: { draws: 1, batch: 2 },
  };
  writeFileSync(path, JSON.stringify(files));
  const random = (samples, seed) => ({ ...CELLS, seed, strategy: { kind: 'random', samples } });
  const searches = {
    fuzzed: { name: LONGEST, ...random(60, 1) },
    again: { name: LONGEST, ...random(60, 2) },
    bred: {
      name: LONGEST,
      ...CELLS,
      seed: 1,
      strategy: { kind: 'evolution', population: 8, generation: 8, budget: 24 },
    },
    screened: {
      name: LONGEST,
      space: 'nas-bench-201',
      seed: 1,
      strategy: {
        kind: 'screening',
        source: { kind: 'random', samples: 40 },
        rounds: [{ fidelity: { ...FIDELITY, draws: 1 }, keep: 0.5 }, { fidelity: FIDELITY }],
      },
    },
  };
  for (const [id, specification] of Object.entries(searches)) {
    const text = JSON.stringify(specification);
    await (await scout.searches.start({ id, specification: { text } })).results();
  }
  await (await scout.searches.start({ id: 'files', specification: { path } })).results();
  const waiting = { name: LONGEST, ...random(10_000, 3) };
  await scout.searches.start({ id: 'waiting', specification: { text: JSON.stringify(waiting) } });
  await scout.searches.pause('waiting');
  const schedules = ['yearly', 'S-1_'.repeat(16), 'deleted'];
  for (const name of schedules)
    await scout.schedules.create({
      name,
      cron: '0 2 1 1 *',
      specification: { text: JSON.stringify({ name: LONGEST, ...random(10, 4) }) },
    });
  return { ids: [...Object.keys(searches), 'files', 'waiting'], schedules };
}

/** Values of parameters that requests use half of the time, in place of generated ones. */
export async function readKnownValues(scout, { ids, schedules }) {
  const columns = [
    'rank',
    'candidate',
    'score',
    'flops',
    'params',
    'mean-expressivity',
    'trainability',
    'members',
  ];
  const results = await Promise.all(['fuzzed', 'files'].map((id) => scout.searches.results(id)));
  const rows = await Promise.all(results.map((each) => each.first(4)));
  const candidates = rows.flat().map(({ candidate }) => candidate);
  const filters = [
    ...['score > 0', 'rank <= 5 and not flops < 1M', 'mean-expressivity = -inf', 'parameters != parameters'],
    ...HOSTILE.map((text) => `candidate ~ ${JSON.stringify(text)}`),
    'candidate ~ "\\u0000" or rank > 1e308',
  ];
  return {
    id: [...ids, '@last', ...HOSTILE],
    name: schedules,
    ids: [ids.join(','), 'fuzzed,again', 'files,fuzzed', 'fuzzed,waiting', 'bred'],
    from: ids,
    compare: ['again', 'files', 'waiting'],
    candidate: [...candidates, ...HOSTILE],
    rank: [1, 2, 3, 60, 61],
    ...Object.fromEntries(['column', 'x', 'y'].map((axis) => [axis, columns])),
    sort: columns.flatMap((column) => [column, `-${column}`]),
    filter: filters,
  };
}

/**
 * The description with the known values beside each parameter's own schema. Deleting asks for one schedule
 * alone, so that the others stay.
 */
export function withKnownValues(description, known) {
  const copy = structuredClone(description);
  for (const methods of Object.values(copy.paths))
    for (const [method, operation] of Object.entries(methods))
      for (const parameter of operation.parameters ?? []) {
        const values = method === 'delete' ? ['deleted'] : known[parameter.name];
        if (values === undefined || (parameter.name === 'name' && parameter.in !== 'path')) continue;
        parameter.schema = { anyOf: [{ enum: values }, parameter.schema] };
      }
  const texts = [
    JSON.stringify({ name: HOSTILE[0], ...CELLS, seed: 1, strategy: { kind: 'random', samples: 3 } }),
    JSON.stringify({ name: HOSTILE[1], ...CELLS, seed: 1, strategy: { kind: 'random', samples: 'many' } }),
    `name: a\nspace: { kind: onnx, files: ${JSON.stringify(HOSTILE[1])} }\nfidelity: screen\nseed: 1\n`,
    'a: &a [*a, *a]',
  ];
  const input = copy.components.schemas.SpecificationInput.properties;
  input.specification = { anyOf: [{ enum: texts }, input.specification] };
  return copy;
}
