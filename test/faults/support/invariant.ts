// Checks the invariant of every fault: each planned candidate is scored or set aside exactly once, with the
// undisturbed ranking.
import assert from 'node:assert/strict';
import { readSpecification } from '../../../client/specification/read-specification.js';
import { scoreKey } from '../../../core/address.js';
import { readRankingCsv } from '../../../core/report/ranking-csv.js';
import { connectStore } from '../../../store/jetstream.js';
import type { Store } from '../../../store/store.js';
import { forgetScores, scopesOf } from '../../support/score-scopes.js';
import type { Cluster, Search } from './cluster.js';

/** The results of an undisturbed search of `SPEC.json`. */
export interface Reference {
  readonly spec: string;
  readonly ranking: string;
  /** All planned candidates. */
  readonly candidates: readonly string[];
  /** Where the scores of each family are. */
  readonly scopes: readonly string[];
}

/** Runs a search without faults, and deletes its scores. */
export async function undisturbed({
  cluster,
  spec = 'search',
  id = 'undisturbed',
}: {
  readonly cluster: Cluster;
  readonly spec?: string;
  readonly id?: string;
}): Promise<Reference> {
  const { run } = cluster.search(id, spec);
  const { code, stderr } = await run.ended;
  assert.equal(code, 0, stderr);
  const ranking = cluster.home.read(`${id}/ranking.csv`);
  const candidates = readRankingCsv(ranking).map(({ candidate }) => candidate);
  const { specification } = await readSpecification(`${cluster.home.dir}/${spec}.json`);
  const reference = { spec, ranking, candidates, scopes: scopesOf(specification) };
  await forget({ cluster, reference });
  return reference;
}

/** Deletes all scores, so that the next search must compute everything. */
export async function forget({
  cluster,
  reference,
}: {
  cluster: Cluster;
  reference: Reference;
}): Promise<void> {
  await withStore(cluster, (store) => forgetScores(store, reference.scopes));
}

/**
 * Waits for the end of a search and checks it: it succeeded; its ranking is `ranking`, byte for byte; every
 * candidate is in it or was set aside, exactly once; the summary has the same counts; and the store holds
 * exactly one score of each in every family.
 */
export async function checkInvariant({
  cluster,
  search: { id, run },
  reference: { ranking: whole, candidates, scopes },
  setAside = [],
  ranking = whole,
  store = 'whole',
}: {
  readonly cluster: Cluster;
  readonly search: Search;
  readonly reference: Reference;
  /** The candidates set aside in any order, with reasons. */
  readonly setAside?: readonly (readonly [candidate: string, reason: string])[];
  readonly ranking?: string;
  /** `lossy`: scores may have been lost after the ranking was made. */
  readonly store?: 'whole' | 'lossy';
}): Promise<void> {
  const { code, stderr } = await run.ended;
  assert.equal(code, 0, `${id} ended with code ${code}:\n${stderr}`);
  const { home } = cluster;
  const failures = home.read(`${id}/failures.csv`);
  const failed = failures
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => line.split(',').slice(0, 2));
  const guilty = setAside.map((pair) => [...pair]).sort();
  assert.deepEqual(failed.sort(), guilty, `${id}: others were set aside: ${failures}`);
  assert.equal(home.read(`${id}/ranking.csv`), ranking, `${id}: another ranking`);
  const ranked = readRankingCsv(ranking).map(({ candidate }) => candidate);
  const accounted = [...ranked, ...failed.map(([candidate]) => candidate!)];
  assert.deepEqual(accounted.sort(), [...candidates].sort(), `${id}: planned is not scored and set aside`);
  const summary = JSON.parse(home.read(`${id}/summary.json`));
  const counts = {
    candidates: summary.candidates,
    failed: summary.failed,
    done: summary.scored + summary.reused,
  };
  const expected = { candidates: candidates.length, failed: failed.length, done: ranked.length };
  assert.deepEqual(counts, expected, `${id}: its summary`);
  assert.ok(summary.seconds >= 0 && summary.millisecondsPerCandidate >= 0, `${id}: time ran backwards`);
  await withStore(cluster, async ({ scores, housekeeping }) => {
    const keys = candidates.map((candidate) => scoreKey({ candidate, draw: 0 }));
    const known = new Set(ranked.map((candidate) => scoreKey({ candidate, draw: 0 })));
    const held = new Map((await housekeeping.scopes()).map(({ name, count }) => [name, count]));
    for (const scope of scopes) {
      const found = await scores.get(scope, keys);
      for (const key of found.keys()) assert.ok(known.has(key), `${id}: ${key} is set aside and has a score`);
      assert.equal(held.get(scope) ?? 0, found.size, `${id}: scores of others in the store`);
      if (store === 'whole') assert.equal(found.size, ranked.length, `${id}: scores in the store`);
    }
  });
  for (const { role, dismissed, run } of cluster.workers)
    assert.ok(
      dismissed || run.child.exitCode === null,
      `a ${role} worker ended by itself:\n${run.stderr().slice(-2_000)}`,
    );
}

export async function withStore<T>(cluster: Cluster, use: (store: Store) => Promise<T>): Promise<T> {
  const store = await connectStore({ url: cluster.natsUrl(), patienceMs: 60_000, name: 'faults' });
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}
