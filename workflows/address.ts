// Holds the addresses of a search's scores, which are computed once and passed to every activity.
import { patched } from '@temporalio/workflow';
import type { ScoreAddress, SearchInput, SearchState } from '../core/contract/search.js';
import { control } from './control.js';

/** The address of the present stage; empty for a search of an earlier release until it begins a new step. */
export function addressOf({ addresses, rounds }: SearchState): { readonly address?: ScoreAddress } {
  if (!addresses) return {};
  const { engine, scopes, families } = addresses;
  const stage = rounds.length;
  return {
    address: { engine, scope: scopes[stage]!, ...(families ? { families: families[stage]! } : {}) },
  };
}

/** The part of a search's run that `decideAddresses` needs. */
interface Addressed {
  readonly input: SearchInput;
  readonly state: SearchState;
  update(change: Partial<SearchState>): void;
}

/** Computes the addresses of a search that has none yet. */
export async function decideAddresses(run: Addressed): Promise<void> {
  const { specification } = run.input;
  const { addresses, moved } = run.state;
  // The history of a search that an earlier release began does not contain this step.
  if (addresses || !patched('addresses')) return;
  const engine = moved ? { engine: moved.engine } : {};
  const summary = 'where its scores are';
  const made = await control.addressScores.executeWithOptions({ summary }, [{ specification, ...engine }]);
  run.update({ addresses: made });
}
