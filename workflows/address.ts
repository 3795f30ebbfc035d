// Keeps the address of a search's scores, which is made once and travels with all that is asked of activities.
import { patched } from '@temporalio/workflow';
import type { ScoreAddress, SearchInput, SearchState } from '../core/contract/search.js';
import { control } from './control.js';

/** The address of the present stage; empty for a search of an earlier release until that begins a new step. */
export function addressOf({ addresses, rounds }: SearchState): { readonly address?: ScoreAddress } {
  if (!addresses) return {};
  const { engine, scopes, families } = addresses;
  const stage = rounds.length;
  return {
    address: { engine, scope: scopes[stage]!, ...(families ? { families: families[stage]! } : {}) },
  };
}

/** Makes the addresses of a search that has none yet. */
export async function decideAddresses({
  input: { specification },
  state: { addresses, moved },
  update,
}: {
  input: SearchInput;
  state: SearchState;
  update: (change: Partial<SearchState>) => void;
}): Promise<void> {
  // The history of a search that an earlier release began knows of no such step.
  if (addresses || !patched('addresses')) return;
  const asked = moved ? { engine: moved.engine } : {};
  const summary = 'where its scores are';
  update({
    addresses: await control.addressScores.executeWithOptions({ summary }, [{ specification, ...asked }]),
  });
}
