// Defines where candidates come from: all of a space, random ones, those of a list, or those of another
// search's ranking.
import { z } from 'zod';
import { bareKind, checkKind, mapping, text, wholeNumber } from '../schema/fields.js';

const LIST_FILE = 'the path of a text file with one candidate a line';

/** Candidates of a file, or of the ranking of a finished search; with `top` only the first ones. */
const CandidateSource = mapping({
  kind: z.literal('list'),
  file: text({
    test: (value) => value.trim() !== '' && !value.includes('\0'),
    right: LIST_FILE,
  }).optional(),
  search: text({
    test: (value) => /^\S{1,200}$/.test(value),
    right: 'the ID of a finished search',
  }).optional(),
  top: wholeNumber({ min: 1, max: 1e9 }).optional().describe('only the first candidates of the list'),
}).superRefine(({ file, search }, context) => {
  const fault = (path: string, message: string) =>
    context.addIssue({ code: 'custom', path: [path], message });
  if (file === undefined && search === undefined)
    fault('file', `missing; must be ${LIST_FILE}, or search: the ID of a finished search beside kind`);
  else if (file !== undefined && search !== undefined)
    fault('search', 'found beside file; keep one of the two');
});

/** A source of candidates. */
export const Sources = [
  mapping({ kind: z.literal('exhaustive') }),
  mapping({
    kind: z.literal('random'),
    samples: wholeNumber({ min: 1, max: 1e9 }).describe(
      'how many different candidates are drawn; with constraints, how many that satisfy them',
    ),
  }),
  CandidateSource,
] as const;
export const Source = z.preprocess(
  bareKind(Sources),
  z.unknown().superRefine(checkKind(Sources)).pipe(z.discriminatedUnion('kind', Sources)),
);
