// Tests which addresses belong to a specification, and where the scores of a finished search are.
import { expect, test } from 'vitest';
import {
  addressesOf,
  addressOf,
  addressOfResult,
  addressScores,
  isAddressOf,
  listScopesByFamily,
} from '../../activities/address-scores.js';
import type { ScoreAddress } from '../../core/contract/search.js';
import { checkSpecification } from '../../core/specification/specification.js';
import { stagesOf } from '../../core/specification/stages.js';

const specificationOf = (more: object) =>
  checkSpecification({
    value: { name: 'a', space: 'nas-bench-201', proxies: ['trainability', 'residual', 'zen'], ...more },
    source: 'test',
  });
const plain = specificationOf({});
const rounds = specificationOf({
  strategy: {
    kind: 'screening',
    source: 'exhaustive',
    rounds: [
      { fidelity: { draws: 1, batch: 4 }, keep: 0.5 },
      { fidelity: { draws: 1, batch: 8 }, keep: 0.5 },
      { fidelity: { draws: 1, batch: 16 } },
    ],
  },
});

test('each stage has a scope of its own in every family', async () => {
  const { scopes, families } = await addressScores({ specification: rounds });
  expect(scopes).toHaveLength(3);
  expect(families!.map((one) => Object.keys(one).sort())).toEqual(Array(3).fill(['residual', 'zen']));
  const all = [...scopes, ...families!.flatMap((one) => Object.values(one))];
  expect(new Set(all).size).toBe(9);
});

test('the scores of a finished search are those of its last stage, or of the stage that is asked for', async () => {
  const addresses = await addressScores({ specification: rounds });
  const stages = stagesOf(rounds).map(({ specification }) => addressOf({ specification }));
  const last = { specification: stagesOf(rounds)[2]!.specification, result: addresses };
  expect(addressOfResult(last)).toEqual(stages[2]);
  for (const stage of [0, 1, 2]) expect(addressOfResult({ ...last, stage })).toEqual(stages[stage]);
  // Results of early releases have no scopes.
  expect(addressOfResult({ ...last, result: {} })).toEqual(stages[2]);
});

test('the scopes of a specification are those of the families that it needs', () => {
  const address = addressOf({ specification: plain });
  expect([...listScopesByFamily({ specification: plain, address })]).toEqual([
    ['az-nas', address.scope],
    ['residual', address.families!.residual],
    ['zen', address.families!.zen],
  ]);
});

test('an address belongs to a specification with the scopes of all its families, and with no other', () => {
  const { engine, scopes, families } = addressesOf({ specifications: [plain] });
  const own: ScoreAddress = { engine, scope: scopes[0]!, families: families![0]! };
  const other = addressOf({ specification: specificationOf({ seed: 2 }) });
  const is = (address: ScoreAddress) => isAddressOf(address, { specification: plain, engine });
  expect(is(own)).toBe(true);
  expect(is({ ...own, scope: other.scope })).toBe(false);
  for (const name of ['residual', 'zen'])
    expect(is({ ...own, families: { ...own.families, [name]: other.families![name]! } }), name).toBe(false);
  expect(is({ engine, scope: own.scope })).toBe(false);
  expect(is({ ...own, families: { residual: own.families!.residual! } })).toBe(false);
  expect(is({ ...own, families: { ...own.families, naswot: other.scope } })).toBe(false);
});
