// Checks what a disturbed command wrote against an undisturbed one: the same ranking, every candidate once, honest counts.
import assert from 'node:assert/strict';
import { readRankingCsv } from '../../../core/report/ranking-csv.js';
import type { TestHome } from '../../support/home.js';

export interface CommandReference {
  readonly ranking: string;
}

export function checkOutput({
  home,
  folder,
  samples,
  reference,
}: {
  readonly home: TestHome;
  readonly folder: string;
  readonly samples: number;
  readonly reference: CommandReference | undefined;
}): CommandReference {
  const ranking = home.read(`${folder}/ranking.csv`);
  const failures = home.read(`${folder}/failures.csv`).trimEnd().split('\n').slice(1);
  const summary = JSON.parse(home.read(`${folder}/summary.json`));
  assert.deepEqual(failures, [], 'candidates were set aside');
  if (reference) assert.equal(ranking, reference.ranking, 'another ranking');
  const ranked = readRankingCsv(ranking).map(({ candidate }) => candidate);
  assert.equal(new Set(ranked).size, samples, 'ranked candidates');
  assert.equal(summary.candidates, samples, 'candidates of the summary');
  assert.equal(
    summary.scored + summary.reused + summary.failed,
    samples,
    'scored, reused and failed of the summary',
  );
  return { ranking };
}
