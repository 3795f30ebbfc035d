// Holds the data of a search's workflow while it runs: the state that is carried on, and the running shards
// and parts.
import type { AddressedInput, SearchInput, SearchState } from '../core/contract/search.js';
import { type Stage, stagesOf } from '../core/specification/stages.js';
import { addressOf } from './address.js';
import { createDisplay, type Display } from './display.js';

/** A running part, in its own workflow. */
export interface RunningPart {
  readonly workflowId: string;
  /** Pauses or resumes it. */
  readonly tell: (what: 'pause' | 'resume') => void;
  readonly finished: Promise<void>;
}

export interface RunOptions {
  readonly input: SearchInput;
  /** The state from which the search resumes. */
  readonly begun: SearchState;
  /** Called after every change of the state. */
  readonly onState: (state: SearchState) => void;
}

export class SearchRun {
  readonly input: SearchInput;
  readonly stages: readonly Stage[];
  readonly display: Display;
  /** The running shards, by number. */
  readonly shards = new Map<number, Promise<void>>();
  /** The running parts, by number. */
  readonly parts = new Map<number, RunningPart>();
  state: SearchState;
  private readonly onState: RunOptions['onState'];

  constructor({ input, begun, onState }: RunOptions) {
    this.input = input;
    this.state = begun;
    this.onState = onState;
    this.stages = stagesOf(input.specification);
    this.display = createDisplay({
      specification: input.specification,
      stages: this.stages.length,
      state: () => this.state,
    });
  }

  update(change: Partial<SearchState>): void {
    this.begin({ ...this.state, ...change });
  }

  /** Resumes from another state. */
  begin(state: SearchState): void {
    this.state = state;
    this.onState(state);
  }

  get stage(): Stage {
    return this.stages[this.state.rounds.length]!;
  }

  /** The fields of every activity's input that reads or writes scores of the present stage. */
  get scoring(): AddressedInput & { readonly run: string } {
    return { run: this.state.run, specification: this.stage.specification, ...addressOf(this.state) };
  }

  /** The share of the new scores that other workers compute again. */
  get verifyShare(): number {
    return this.input.specification.execution.verify ?? this.state.verify ?? 0;
  }
}
