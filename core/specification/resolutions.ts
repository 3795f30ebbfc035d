// The resolutions that a specification may have, by the kind of its space.
import { z } from 'zod';
import { SPACES } from '../spaces/index.js';

/** Sides of images in pixels. */
export interface Resolutions {
  /** Of the images on which candidates are scored. */
  readonly scored: { readonly min: number; readonly max: number; readonly multipleOf?: number };
  /** Of the images for which costs are counted. */
  readonly counted: { readonly min: number; readonly max: number };
}

/** Networks of files may have been exported for any size. */
export const RESOLUTIONS: Readonly<Record<'built' | 'files', Resolutions>> = {
  built: { scored: { min: 8, max: 512, multipleOf: 4 }, counted: { min: 8, max: 1024 } },
  files: { scored: { min: 4, max: 4096 }, counted: { min: 4, max: 4096 } },
};

/** The range of spaces that are not files, which the range of a schema for all spaces leaves out. */
export function describeRange(of: keyof Resolutions): string {
  const { min, max, multipleOf }: Resolutions['scored'] = RESOLUTIONS.built[of];
  return `in spaces other than ${KINDS_OF_FILES.join(', ')} from ${min} to ${max}${multipleOf ? `, a multiple of ${multipleOf}` : ''}`;
}

/** The kinds of spaces whose networks are files. */
export const KINDS_OF_FILES = SPACES.filter(({ file }) => file?.written === 'files').map(({ kind }) => kind);

const OfFiles = z.looseObject({ space: z.looseObject({ kind: z.enum(KINDS_OF_FILES) }) });

export function resolutionsFor(value: unknown): 'built' | 'files' {
  return OfFiles.safeParse(value).success ? 'files' : 'built';
}
