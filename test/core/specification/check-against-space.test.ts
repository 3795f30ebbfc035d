// Tests every message about what a space cannot do for a specification.
import { describe, expect, it } from 'vitest';
import { SpecError } from '../../../core/errors.js';
import { nasBench201 } from '../../../core/spaces/nas-bench-201/definition.js';
import type { Space } from '../../../core/spaces/space.js';
import { checkAgainstSpace } from '../../../core/specification/check-against-space.js';
import { parseSpecification } from '../../../core/specification/specification.js';

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

function messages(space: Space, text: string, candidates?: string[]): string[] {
  const specification = parseSpecification({
    text: `name: a\nspace: { kind: nas-bench-201 }\n${text}`,
    source: 'spec',
  });
  try {
    checkAgainstSpace({ specification, space, candidates });
  } catch (error) {
    if (error instanceof SpecError) return error.message.split('\n');
    throw error;
  }
  return [];
}

describe('a specification and its space', () => {
  it('nothing is wrong', () => {
    expect(messages(nasBench201, 'strategy: { kind: random, samples: 15625 }\ncohort: classes')).toEqual([]);
    expect(messages(endless, 'strategy: { kind: random, samples: 1000000 }\ncohort: written')).toEqual([]);
    expect(messages(endless, 'cohort: written\nstrategy: { kind: list, file: a }', ['x', 'y'])).toEqual([]);
  });

  it('more samples than candidates', () => {
    const expected = 'found 15626; nas-bench-201 has 15625 candidates; must be at most that';
    const source = '{ kind: random, samples: 15626 }';
    expect(messages(nasBench201, `strategy: ${source}`)).toEqual([`strategy.samples: ${expected}`]);
    const screening = `strategy: { kind: screening, source: ${source}, rounds: [{ fidelity: screen, keep: 0.5 }, {fidelity: paper }] }`;
    expect(messages(nasBench201, screening)).toEqual([`strategy.source.samples: ${expected}`]);
  });

  it('what needs an enumeration', () => {
    expect(messages(endless, 'cohort: classes')).toEqual([
      'strategy: exhaustive (the default): endless cannot be enumerated; choose random, evolution or list',
      'cohort: classes: not known for endless; must be written',
    ]);
  });

  it('a device that scores in a batched supernet where the space has one', () => {
    const cuda = 'execution: { device: cuda }';
    const shared =
      'strategy: { kind: screening, rounds: [{ fidelity: screen, keep: 0.5 }, { fidelity: standard }] }';
    for (const text of ['', 'fidelity: screen', shared])
      expect(messages(nasBench201, `${text}\n${cuda}`)).toEqual([]);
    // This space is scored one by one, whatever its weights are.
    const random = 'strategy: { kind: random, samples: 3 }\ncohort: written';
    for (const text of [random, `${random}\nfidelity: paper`])
      expect(messages(endless, `${text}\n${cuda}`)).toEqual([]);
    const weights =
      'execution.device: cuda scores many candidates with the weights of one draw; must be cpu with weights: candidate';
    expect(messages(nasBench201, `fidelity: paper\n${cuda}`)).toEqual([weights]);
    expect(messages(nasBench201, `${shared.replace('standard', 'paper')}\n${cuda}`)).toEqual([weights]);
  });

  it('a resolution that does not go through the strides', () => {
    const fidelity = 'cohort: written\nfidelity: { resolution: 48 }\nstrategy: ';
    expect(messages(endless, `${fidelity}{ kind: list, file: a }`, ['y', 'xx', 'z'])).toEqual([
      'fidelity.resolution: found 48; must be a multiple of 32 for candidate "xx"',
    ]);
    expect(
      messages(
        endless,
        'cohort: written\nstrategy: { kind: random, samples: 3 }\nfidelity: { resolution: 40 }',
      ),
    ).toEqual(['fidelity.resolution: found 40; must be a multiple of 16 for endless']);
    const rounds = 'rounds: [{ fidelity: { resolution: 8 }, keep: 0.5 }, { fidelity: screen }]';
    expect(
      messages(
        endless,
        `cohort: written\nstrategy: { kind: screening, source: { kind: random, samples: 9 }, ${rounds} }`,
      ),
    ).toEqual(['strategy.rounds.0.fidelity.resolution: found 8; must be a multiple of 16 for endless']);
  });
});
