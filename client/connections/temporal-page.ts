// Reads the address of Temporal's web page, and links to the page of a search there.
import { workflowIdOf } from '../../core/contract/search-queues.js';
import { SpecError } from '../../core/errors.js';
import type { TemporalSettings } from './settings.js';

/** The address in ZEROSCOUT_TEMPORAL_UI without a final slash. Throws a SpecError for any other text. */
export function readConfiguredWebAddress(env: NodeJS.ProcessEnv): string | undefined {
  const written = env.ZEROSCOUT_TEMPORAL_UI;
  if (!written) return undefined;
  const url = URL.canParse(written) ? new URL(written) : undefined;
  const isPage = url && /^https?:$/.test(url.protocol) && !url.username && !url.search && !url.hash;
  if (isPage) return url.href.replace(/\/+$/, '');
  throw SpecError.of({
    path: 'ZEROSCOUT_TEMPORAL_UI',
    message: `found "${written}"; must be the address of Temporal's web page, such as https://temporal.example.com`,
  });
}

/** The page of a search at Temporal; undefined if nobody said where Temporal's web page is. */
export function temporalPageOf(
  { webAddress, namespace }: Pick<TemporalSettings, 'webAddress' | 'namespace'>,
  id: string,
): string | undefined {
  if (webAddress === undefined) return undefined;
  const [place, workflow] = [namespace, workflowIdOf(id)].map(encodeURIComponent);
  return `${webAddress.replace(/\/+$/, '')}/namespaces/${place}/workflows/${workflow}`;
}
