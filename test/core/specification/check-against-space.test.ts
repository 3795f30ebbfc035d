// Tests that whatever a space cannot do for a specification is refused, with the field and the values.
import { describe, expect, it } from 'vitest';
import { nasBench201 } from '../../../core/spaces/nas-bench-201/definition.js';
import type { Space } from '../../../core/spaces/space.js';
import { checkAgainstSpace } from '../../../core/specification/check-against-space.js';
import { parseSpecification } from '../../../core/specification/specification.js';
import { faultsOf } from '../../support/facts.js';

const { enumeration: _, representative: __, ...rest }: Space = nasBench201;
/**
 * A space that cannot be enumerated and has no classes; it requires a multiple of 16 pixels, and of 32 for
 * candidates with `x`.
 */
const endless: Space = {
  ...rest,
  kind: 'endless',
  size: 'unbounded',
  resolutionStep: (candidate) => (candidate?.includes('x') ? 32 : 16),
};

/** The faults of a specification in this space. */
function faults(space: Space, text: string, candidates?: string[]): readonly (readonly string[])[] {
  const specification = parseSpecification({
    text: `name: a\nspace: { kind: nas-bench-201 }\n${text}`,
    source: 'spec',
  });
  return faultsOf(() => checkAgainstSpace({ specification, space, candidates }));
}

describe('a specification and its space', () => {
  it('nothing is wrong', () => {
    expect(faults(nasBench201, 'strategy: { kind: random, samples: 15625 }\ncohort: classes')).toEqual([]);
    expect(faults(endless, 'strategy: { kind: random, samples: 1000000 }\ncohort: written')).toEqual([]);
    expect(faults(endless, 'cohort: written\nstrategy: { kind: list, file: a }', ['x', 'y'])).toEqual([]);
  });

  it('more samples than candidates', () => {
    const values = ['15626', '15625'];
    const source = '{ kind: random, samples: 15626 }';
    expect(faults(nasBench201, `strategy: ${source}`)).toEqual([['strategy.samples', ...values]]);
    const screening = `strategy: { kind: screening, source: ${source}, rounds: [{ fidelity: screen, keep: 0.5 }, {fidelity: paper }] }`;
    expect(faults(nasBench201, screening)).toEqual([['strategy.source.samples', ...values]]);
  });

  it('a resolution for costs that no image of the space can have', () => {
    const text = (resolution: number) =>
      `strategy: { kind: random, samples: 3 }\ncohort: written\nconstraints: { resolution: ${resolution}, flops: { max: 1G } }`;
    expect(faults(endless, text(64))).toEqual([]);
    expect(faults(endless, text(40))).toEqual([['constraints.resolution', '40', '16']]);
  });

  it('what needs an enumeration', () => {
    expect(faults(endless, 'cohort: classes')).toEqual([['strategy'], ['cohort']]);
  });

  it('a device that scores in a batched supernet where the space has one', () => {
    const cuda = 'execution: { device: cuda }';
    const shared =
      'strategy: { kind: screening, rounds: [{ fidelity: screen, keep: 0.5 }, { fidelity: standard }] }';
    for (const text of ['', 'fidelity: screen', shared])
      expect(faults(nasBench201, `${text}\n${cuda}`)).toEqual([]);
    // This space is scored one by one, whatever its weights are.
    const random = 'strategy: { kind: random, samples: 3 }\ncohort: written';
    for (const text of [random, `${random}\nfidelity: paper`])
      expect(faults(endless, `${text}\n${cuda}`)).toEqual([]);
    expect(faults(nasBench201, `fidelity: paper\n${cuda}`)).toEqual([['execution.device']]);
    expect(faults(nasBench201, `${shared.replace('standard', 'paper')}\n${cuda}`)).toEqual([
      ['execution.device'],
    ]);
  });

  it('a resolution that does not go through the strides', () => {
    const fidelity = 'cohort: written\nfidelity: { resolution: 48 }\nstrategy: ';
    expect(faults(endless, `${fidelity}{ kind: list, file: a }`, ['y', 'xx', 'z'])).toEqual([
      ['fidelity.resolution', '48', '32', '"xx"'],
    ]);
    expect(
      faults(
        endless,
        'cohort: written\nstrategy: { kind: random, samples: 3 }\nfidelity: { resolution: 40 }',
      ),
    ).toEqual([['fidelity.resolution', '40', '16']]);
    const rounds = 'rounds: [{ fidelity: { resolution: 8 }, keep: 0.5 }, { fidelity: screen }]';
    expect(
      faults(
        endless,
        `cohort: written\nstrategy: { kind: screening, source: { kind: random, samples: 9 }, ${rounds} }`,
      ),
    ).toEqual([['strategy.rounds.0.fidelity.resolution', '8', '16']]);
  });
});
