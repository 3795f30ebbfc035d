// Draws the architectures of the best candidates of a search.
import { drawArchitecture } from '../../core/drawing/draw-architecture.js';
import { BlobError, SpecError } from '../../core/errors.js';
import type { ReportRow, Winner } from '../../core/report-page/report-data.js';
import type { Space } from '../../core/spaces/space.js';
import { candidateArchitecture } from '../results/candidate-architecture.js';

/** The number of different functions that are drawn. */
const DRAWN = 4;

export interface DrawRequest {
  readonly top: readonly ReportRow[];
  /** The number of ranked candidates of each class. */
  readonly members: ReadonlyMap<string, number>;
  readonly space: Space;
  /** The side in pixels of the images for which costs are counted. */
  readonly resolution: number;
  readonly blob: (digest: string) => Promise<Uint8Array>;
}

/** A picture that cannot be drawn, such as one whose file is gone from the store, is replaced by the reason. */
export async function drawWinners({ top, members, space, resolution, blob }: DrawRequest): Promise<Winner[]> {
  const winners: Winner[] = [];
  const seen = new Set<string>();
  for (const row of top) {
    const unit = row.class ?? row.candidate;
    if (seen.has(unit) || seen.size === DRAWN) continue;
    seen.add(unit);
    const others = row.class === undefined ? 0 : (members.get(row.class) ?? 1) - 1;
    winners.push({ row, others, drawing: await draw({ space, candidate: row.candidate, resolution, blob }) });
  }
  return winners;
}

async function draw({
  candidate,
  ...where
}: Omit<DrawRequest, 'top' | 'members'> & { readonly candidate: string }): Promise<Winner['drawing']> {
  try {
    const architecture = await candidateArchitecture({ candidate, ...where });
    return { svg: drawArchitecture(architecture, { label: `architecture of ${candidate.slice(0, 200)}` }) };
  } catch (error) {
    if (error instanceof SpecError || error instanceof BlobError) return { missing: error.message };
    throw error;
  }
}
