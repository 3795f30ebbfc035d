// Decides which requests a batched supernet can score; all others are scored one by one.
import { definitionOf } from '../../core/spaces/index.js';
import type { ScoreRequest } from '../protocol.js';

export function isForSupernet({ space }: Pick<ScoreRequest, 'space'>): boolean {
  return definitionOf(space).batched;
}
