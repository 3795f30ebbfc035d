// Writes the page of the file formats, from the tables of their columns and from files that the code writes.
import { scoreKey } from '../../dist/core/address.js';
import { failuresCsv } from '../../dist/core/report/failures-csv.js';
import {
  FAILURE_COLUMNS,
  FAILURE_REASONS,
  RANKING_COLUMNS,
  SUMMARY_MEANINGS,
} from '../../dist/core/report/file-formats.js';
import { encodeScore } from '../../dist/store/codec.js';
import { code, page, table } from './markdown.mjs';

const CANDIDATE = '|nor_conv_3x3~0|+|none~0|nor_conv_1x1~1|+|skip_connect~0|none~1|avg_pool_3x3~2|';

export function filesPage() {
  const intro =
    '`run --out DIR`, and `results ID --out DIR` afterwards, write `ranking.csv` (or `ranking.parquet`), `failures.csv` and `summary.json`. A file is never incomplete. The bytes of `ranking.csv` depend on the specification and the type of the machine, not on workers, shards or restarts.';
  return page('Files', intro, [
    rankingSection(),
    failuresSection(),
    `## summary.json\n\n${meanings('key', SUMMARY_MEANINGS)}\n\nKeys that do not apply are absent; later versions may add keys.`,
    inputSections(),
    exportSection(),
    scoreSection(),
  ]);
}

function rankingSection() {
  return [
    '## ranking.csv and ranking.parquet',
    'Best first. Read a ranking by its header: columns of AZ-NAS proxies by which the search does not rank are empty, and later versions may add columns.',
    meanings('column', RANKING_COLUMNS),
    '`ranking.parquet` (`--format parquet`) has the same columns: `rank` as INT32, texts as strings, numbers as DOUBLE, null where a cell of `ranking.csv` is empty.',
  ].join('\n\n');
}

function failuresSection() {
  const example = [
    ...failuresCsv([{ candidate: CANDIDATE, reason: 'timeout', detail: 'no score after 600 s' }]),
  ].join('');
  return [
    '## failures.csv',
    meanings('column', FAILURE_COLUMNS),
    meanings('reason', FAILURE_REASONS),
    `\`\`\`\n${example}\`\`\``,
  ].join('\n\n');
}

function inputSections() {
  return [
    '## Candidate list',
    'The file of `strategy: { kind: list, file: FILE }`: UTF-8 text, one candidate a line. Surrounding spaces, blank lines and lines that begin with `#` are ignored, and a repeated candidate counts once. A file that begins with the header of a ranking (`ranking.csv`, `ranking.parquet`) or of a truth file is read as one, in the order of its ranks; `top: N` takes the first N.',
    '## Truth file',
    'The file of `--truth FILE` and `correlate`: a CSV `arch,<dataset>,...` with one candidate a line and a number for each dataset, from -1e100 to 1e100. A cell can be empty if the candidate has another number; a candidate can occur twice with the same numbers. Tables of published benchmarks can be used unchanged: columns `parameters`, `flops`, `macs` (in millions with `_m`) and `std` are no accuracies, rows of one candidate with the same costs are several trainings, of which the mean of the filled cells counts (equal rows count once), and NAS-Bench-101 has `matrix` and `operations` in place of `arch`. In NAS-Bench-101 and DARTS a candidate has the accuracy of any of its class, such as an isomorphic graph. Another ranking stands in place of a truth file, with each of its columns of numbers in place of an accuracy.',
    '## Space definition and space module',
    '`space: { kind: custom, file: FILE }` names a YAML file, `{ kind: module, file: FILE }` a TypeScript module that exports a `SpaceModule` of `zeroscout/space`: [Spaces of your own](../guides/own-space.md). `zeroscout schema space` prints the JSON Schema of the former.',
    '## Images',
    'The file of `input: { images: FILE.npy }`: a NumPy array `[n, channels, h, w]` of float32, or `[n, ...]` of the shape that ONNX files read: [Images of your own](../guides/own-images.md).',
  ].join('\n\n');
}

function exportSection() {
  return [
    '## Exports',
    '`zeroscout export ID --out DIR` writes a file for each of the best candidates:',
    table(
      ['format', 'file', 'holds'],
      [
        [
          '`config`',
          '`rank-1.json`',
          'candidate, costs at the published image size, number of trainable parameters of the exported model (`trainableParameters`), score and proxies',
        ],
        [
          '`onnx`',
          '`rank-1.onnx`',
          'the complete untrained network: `images` [batch, 3, r, r] to `logits` [batch, classes], with any batch size and weights drawn with the seed of the search; its `doc_string` says which candidate of which search it is',
        ],
        [
          '`pytorch`',
          '`rank_1.py`',
          'the same network as a PyTorch module `Network` that needs only torch; its parameters have the same names as in the ONNX model',
        ],
      ],
    ),
  ].join('\n\n');
}

function scoreSection() {
  const key = scoreKey({ candidate: CANDIDATE, draw: 0 });
  const proxies = {
    expressivity: 20.5,
    progressivity: Number.NEGATIVE_INFINITY,
    trainability: -0.25,
    complexity: 40_000_000,
  };
  return [
    '## Stored score',
    'A message of the stream `ZEROSCOUT_SCORES`, which never changes and holds one family of proxies of a candidate under one draw. Its subject is the *scope*, a digest of everything but candidate and draw that a score depends on (`core/address.ts`), and a digest of the key. Infinities are texts, because JSON has none.',
    `\`\`\`json\n${encodeScore({ key, proxies }, { worker: '1234@node-7' })}\n\`\`\``,
  ].join('\n\n');
}

/** A row for each meaning, with all names that have it. */
function meanings(title, byName) {
  const names = new Map();
  for (const [name, meaning] of Object.entries(byName))
    names.set(meaning, [...(names.get(meaning) ?? []), code(name)]);
  const rows = [...names].map(([meaning, sharing]) => [sharing.join(', '), meaning]);
  return table([title, 'holds'], rows);
}
