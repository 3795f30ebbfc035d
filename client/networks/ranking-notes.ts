// Finds what a person should know before relying on a ranking of files: sizes of images or texts that differ, and
// proxies that do not count.
import type { ProxyName } from '../../core/specification/families.js';
import type { ScoredNetwork } from './score-networks.js';

/** The most sizes that a note names, and the most files for each of them. */
const MOST = 3;

/** One line for each reason; none where all networks have the same proxies and images. */
export function rankingNotes(networks: readonly ScoredNetwork[]): readonly string[] {
  const first = networks[0]?.proxies ?? {};
  return [
    ...noteOnSizes(networks),
    ...(Object.keys(first) as ProxyName[]).flatMap((name) => noteOnProxy(networks, name)),
  ];
}

/** Texts of one length are of one size, however wide their embeddings are. */
function noteOnSizes(networks: readonly ScoredNetwork[]): readonly string[] {
  const files = new Map<string, string[]>();
  for (const { file, input, image } of networks) {
    const shape = input === 'texts' ? `${image[0]} tokens` : `[${image}]`;
    files.set(shape, [...(files.get(shape) ?? []), file]);
  }
  if (files.size < 2) return [];
  const inputs = [...new Set(networks.map(({ input }) => input))].join(' and ');
  const sizes = [...files].map(([shape, found]) => `${shape} for ${shorten(found)}`);
  return [
    `the networks are scored with ${inputs} of different sizes: ${shorten(sizes)}; proxies and MACs depend on the size: export the files for one size, or for any`,
  ];
}

/** A proxy counts only if all networks have it. One that no network has is seen to be absent. */
function noteOnProxy(networks: readonly ScoredNetwork[], name: ProxyName): readonly string[] {
  const lacking = networks.filter(({ proxies }) => proxies[name] === null).map(({ file }) => file);
  if (lacking.length === 0 || lacking.length === networks.length) return [];
  return [`${name} does not count in the ranking, as it is not defined for ${shorten(lacking)}`];
}

function shorten(texts: readonly string[]): string {
  const more = texts.length - MOST;
  const named = texts.slice(0, MOST).join(', ');
  return more > 0 ? `${named} and ${more} more` : named;
}
