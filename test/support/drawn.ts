// Collects random candidates of a space in a list.
import { randomCandidates } from '../../core/spaces/random-candidates.js';

export async function drawn(args: Parameters<typeof randomCandidates>[0]): Promise<string[]> {
  const candidates: string[] = [];
  for await (const candidate of randomCandidates(args)) candidates.push(candidate);
  return candidates;
}
