// Creates files with which training can start, for the best candidates of a finished search.
import { SpecError } from '../../core/errors.js';
import { candidateFiles } from '../../core/export/candidate-files.js';
import { randomDraw } from '../../core/ir/draw.js';
import type { RankingRow } from '../../core/report/ranking-csv.js';
import type { Space } from '../../core/spaces/space.js';
import { spaceDefaults } from '../../core/specification/space.js';
import type { Specification } from '../../core/specification/specification.js';
import type { ModulePermission } from '../specification/module-permission.js';
import { openSpaceWith } from '../specification/open-space.js';
import { formatLatencyJson } from './latencies.js';
import type { Results } from './results.js';

/** `config`: text and costs as JSON; `onnx`: a model with initial weights; `pytorch`: a module. */
export const EXPORT_FORMATS = ['config', 'onnx', 'pytorch'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** The formats of a candidate of the space: the network of a file has no PyTorch module here. */
export function exportFormatsOf({ structureOf }: Pick<Space, 'structureOf'>): readonly ExportFormat[] {
  return structureOf ? EXPORT_FORMATS.filter((format) => format !== 'pytorch') : EXPORT_FORMATS;
}

export interface ExportedFile {
  /** The file name, such as `rank-1.onnx`. */
  readonly name: string;
  readonly content: string | Uint8Array;
}

export interface ExportRequest {
  readonly results: Results;
  readonly specification: Specification;
  readonly modules: ModulePermission;
  readonly format: ExportFormat;
  /** The number of candidates from the top of the ranking. */
  readonly top: number;
  /** Reads a blob: the structure of a candidate that was read from a file. */
  readonly blob: (digest: string) => Promise<Uint8Array>;
}

/**
 * One file for each candidate, in the order of the ranking, for images of the space's published size. Throws SpecError where
 * none is ranked.
 */
export async function* exportCandidates({
  results,
  specification: { space: kind, seed },
  modules,
  format,
  top,
  blob,
}: ExportRequest): AsyncGenerator<ExportedFile> {
  const rows = await results.first(top);
  const { id } = results.summary;
  if (rows.length === 0)
    throw SpecError.of({ path: 'id', message: `${id} has ranked no candidate; all of them were set aside` });
  const latencies = await results.latencies(rows);
  const about: About = {
    search: id,
    kind,
    space: openSpaceWith({ space: kind, modules }),
    seed,
    machines: [...new Set(Object.values(results.scopes))],
  };
  for (const row of rows) {
    const digest = about.space.structureOf?.(row.candidate);
    const structure = digest === undefined ? undefined : new TextDecoder().decode(await blob(digest));
    yield fileOf({ about, row, latency: formatLatencyJson(latencies.get(row.candidate)), format, structure });
  }
}

interface About {
  readonly search: string;
  readonly kind: Specification['space'];
  readonly space: Space;
  readonly seed: number;
  /** The machines on which latencies were measured. */
  readonly machines: readonly string[];
}

interface FileOfArguments {
  readonly about: About;
  readonly row: RankingRow;
  /** An object without fields if the latency was not measured. */
  readonly latency: object;
  readonly format: ExportFormat;
  readonly structure: string | undefined;
}

function fileOf({
  about: { search, kind, space, seed, machines },
  row: { rank, candidate, score, proxies },
  latency,
  format,
  structure,
}: FileOfArguments): ExportedFile {
  const { resolution } = spaceDefaults(kind);
  const files = candidateFiles({ space, candidate, resolution, structure });
  if (format === 'config') {
    const content = {
      search,
      rank,
      space: spaceOf({ kind, candidate }),
      candidate,
      resolution,
      costs: space.costs({ candidate, resolution }),
      trainableParameters: files.trainableParameters,
      ...formatProxies({ score, ...proxies }),
      ...('latency' in latency ? { ...latency, latencyMachines: machines } : {}),
    };
    return { name: `rank-${rank}.json`, content: `${JSON.stringify(content, null, 2)}\n` };
  }
  const comment = `${kind.kind} ${candidate}; rank ${rank} of search ${search}; ${files.trainableParameters} trainable parameters`;
  if (format === 'pytorch')
    return {
      name: `rank_${rank}.py`,
      content: files.pytorch(`${comment}, images of ${resolution} x ${resolution}`),
    };
  return { name: `rank-${rank}.onnx`, content: files.onnx(randomDraw({ seed, draw: 0 }), comment) };
}

/** For a space of files, only the entry of this candidate, since there may be thousands. */
function spaceOf({ kind, candidate }: { readonly kind: Specification['space']; readonly candidate: string }) {
  if (!('networks' in kind)) return kind;
  return { ...kind, networks: kind.networks.filter(({ name }) => name === candidate) };
}

/** JSON has no infinities, so they are written as text. */
export function formatProxies(proxies: Readonly<Record<string, number>>): Record<string, number | string> {
  return Object.fromEntries(
    Object.entries(proxies).map(([name, value]) => [
      name,
      Number.isFinite(value) ? value : value > 0 ? 'inf' : '-inf',
    ]),
  );
}
