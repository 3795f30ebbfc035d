// Shows the state of a search where people look without querying it: memo, search attributes and details on
// Temporal's page.
import { defineSearchAttributeKey, type SearchAttributePair } from '@temporalio/common';
import {
  patched,
  setCurrentDetails,
  upsertMemo,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { countsText, type ShownProgress } from '../core/contract/counts-text.js';
import type { BestCandidate, Phase, SearchState, ShownCounts } from '../core/contract/search.js';
import type { Specification } from '../core/specification/specification.js';
import { countsOf } from './counts.js';

/**
 * While it scores, a search writes its counts at most once in this time, and only when progress has grown by
 * this share.
 */
const WRITE_MS = 10_000;
const WRITE_SHARE = 0.05;

const STATE = defineSearchAttributeKey('ZeroscoutState', 'KEYWORD');
const PROGRESS = defineSearchAttributeKey('ZeroscoutProgress', 'DOUBLE');
const BEST_SCORE = defineSearchAttributeKey('ZeroscoutBestScore', 'DOUBLE');

export interface Display {
  readonly phase: () => Phase;
  show(phase: Phase): void;
  /** Sets the best candidate of this stage's ranking. */
  found(best: BestCandidate | undefined): void;
  /** Updates the counts within a phase, after a shard or a part has finished. */
  advance(options: { readonly running: number }): void;
}

export function createDisplay({
  specification,
  stages,
  state,
}: {
  readonly specification: Specification;
  readonly stages: number;
  readonly state: () => SearchState;
}): Display {
  let phase: Phase = 'planning';
  let best: BestCandidate | undefined;
  let written = { at: 0, done: 0 };
  const hasAttributes = wasStartedWithAttributes();

  const show = (next: Phase) => {
    phase = next;
    const now = state();
    const counts = countsOf(now, specification);
    const stage = stages > 1 ? `round ${Math.min(now.rounds.length + 1, stages)} of ${stages}, ` : '';
    const said = countsText(counts);
    const text = phase === 'done' ? said : `${stage}${phase}: ${said}`;
    const shown = now.paused ? 'paused' : phase;
    setCurrentDetails(details({ shown: `${stage}${shown}`, text: said, best }));
    upsertMemo({
      state: shown,
      progress: text,
      counts: selectShownCounts(counts),
      ...(best ? { best } : {}),
    });
    if (hasAttributes) upsertSearchAttributes(attributesOf({ shown, counts, best }));
    written = { at: Date.now(), done: counts.done };
  };
  return {
    phase: () => phase,
    show,
    found: (next) => {
      best = next;
    },
    advance: ({ running }) => {
      const { done, planned } = countsOf(state(), specification);
      const isAtRest = state().paused && running === 0;
      const isMuch = done - written.done >= WRITE_SHARE * planned && Date.now() - written.at >= WRITE_MS;
      // Histories of earlier versions do not contain this step.
      if ((isAtRest || isMuch) && patched('shown-while-scoring')) show(phase);
    },
  };
}

/**
 * A server without these attributes would refuse every further step, so only a search that was started with
 * them writes them.
 */
function wasStartedWithAttributes(): boolean {
  return workflowInfo().typedSearchAttributes.get(STATE) !== undefined;
}

/** Shows that a search ended without results, so that lists do not count it as running. */
export function showEnd({
  state,
  why,
}: {
  readonly state: 'failed' | 'cancelled';
  readonly why?: string;
}): void {
  setCurrentDetails(why === undefined ? `**${state}**` : `**${state}**: ${why}`);
  upsertMemo({ state });
  if (wasStartedWithAttributes()) upsertSearchAttributes([{ key: STATE, value: state }]);
}

function selectShownCounts({ candidates, planned, done, failed }: ShownProgress): ShownCounts {
  return { candidates, planned, done, failed };
}

function attributesOf({
  shown,
  counts: { planned, done },
  best,
}: {
  readonly shown: string;
  readonly counts: ShownProgress;
  readonly best: BestCandidate | undefined;
}): SearchAttributePair[] {
  const isOver = ['ranking', 'reporting', 'done'].includes(shown);
  const percent = isOver ? 100 : planned > 0 ? Math.round((1000 * done) / planned) / 10 : 0;
  return [
    { key: STATE, value: shown },
    { key: PROGRESS, value: percent },
    ...(best ? [{ key: BEST_SCORE, value: best.score }] : []),
  ];
}

/**
 * Markdown for Temporal's page. The candidate is formatted as code, because its text contains Markdown's
 * special characters.
 */
function details({
  shown,
  text,
  best,
}: {
  readonly shown: string;
  readonly text: string;
  readonly best: BestCandidate | undefined;
}): string {
  const found = best ? `\n\nbest candidate: \`${best.candidate}\`, score ${best.score.toFixed(4)}` : '';
  return `**${shown}**: ${text}${found}`;
}
