// Checks whether a specification's space can do what the specification asks for.

import { type Issue, SpecError } from '../errors.js';
import { countClasses } from '../spaces/count-classes.js';
import { definitionOfKind } from '../spaces/index.js';
import type { Space } from '../spaces/space.js';
import { LIMITED } from './constraints.js';
import { checkLimits } from './cost-bounds.js';
import { isBatchedDevice } from './devices.js';
import { familyOf, readsLabels } from './families.js';
import type { Specification } from './specification.js';
import { sourceOf, stagesOf } from './stages.js';

/** The most candidates of a list that get a message each. */
const SHOWN = 20;

/**
 * `candidates` are those of a list strategy, which are checked for the resolution; other strategies draw
 * valid ones.
 */
export function checkAgainstSpace({
  specification,
  space,
  candidates,
}: {
  readonly specification: Specification;
  readonly space: Space;
  readonly candidates?: readonly string[] | undefined;
}): void {
  const issues = [
    ...sourceIssues({ specification, space }),
    ...cohortIssues({ specification, space }),
    ...constraintIssues({ specification, space }),
    ...checkLimits({ specification, space }).impossible,
    ...resolutionIssues({ specification, space, candidates }),
    ...deviceIssues({ specification, space }),
    ...imageIssues({ specification, space }),
  ];
  if (issues.length) throw new SpecError(issues);
}

/**
 * Warns of settings that are valid but hardly intended: limits that exclude no candidate, an evolution that
 * never selects, more candidates than the space has.
 */
export function adviseOn({
  specification,
  space,
}: {
  readonly specification: Specification;
  readonly space: Space;
}): readonly Issue[] {
  const { strategy } = specification;
  const advice = [...checkLimits({ specification, space }).vacuous, ...unreadLabels(specification)];
  if (strategy.kind !== 'evolution') return advice;
  const { population, budget } = strategy;
  if (budget < population) {
    const message = `found ${budget}, below the population of ${population}: parents are chosen among the best only when the population is full, so nothing is ever selected; raise it, or lower strategy.population`;
    advice.push({ path: 'strategy.budget', message });
  }
  if (typeof space.size === 'bigint' && BigInt(budget) > space.size) {
    const message = `found ${budget}; ${space.kind} has ${space.size} candidates, so the search ends before it is spent`;
    advice.push({ path: 'strategy.budget', message });
  }
  return advice;
}

function unreadLabels({ input, proxies }: Specification): readonly Issue[] {
  if (!input?.labels || proxies.some((proxy) => readsLabels(familyOf(proxy)))) return [];
  const message = `no proxy of this search reads labels (${proxies.join(', ')}); leave them out`;
  return [{ path: 'input.labels', message }];
}

function sourceIssues({
  specification,
  space,
}: {
  readonly specification: Specification;
  readonly space: Space;
}): Issue[] {
  const source = sourceOf(specification);
  const path = specification.strategy.kind === 'screening' ? 'strategy.source' : 'strategy';
  if (specification.strategy.kind === 'evolution' && space.structureOf)
    return [
      {
        path,
        message: `evolution: candidates of ${space.kind} are files, which cannot be mutated; choose exhaustive, random, list or screening`,
      },
    ];
  if (source.kind === 'exhaustive' && !space.enumeration)
    return [
      {
        path,
        message: `exhaustive (the default): ${space.kind} cannot be enumerated; choose random, evolution or list`,
      },
    ];
  if (source.kind === 'random' && typeof space.size === 'bigint' && BigInt(source.samples) > space.size) {
    const message = `found ${source.samples}; ${space.kind} has ${space.size} candidates; must be at most that`;
    return [{ path: `${path}.samples`, message }];
  }
  return [];
}

function cohortIssues({
  specification,
  space,
}: {
  readonly specification: Specification;
  readonly space: Space;
}): Issue[] {
  if (specification.cohort === 'written' || space.representative) return [];
  return [{ path: 'cohort', message: `classes: not known for ${space.kind}; must be written` }];
}

function constraintIssues({
  specification: { constraints },
  space,
}: {
  readonly specification: Specification;
  readonly space: Space;
}): Issue[] {
  if (!constraints) return [];
  const costs = space.costs({
    candidate: space.random({ seed: 0, draw: 0, name: 'costs' }),
    resolution: constraints.resolution,
  });
  return LIMITED.filter((cost) => constraints[cost] && costs[cost] === undefined).map((cost) => ({
    path: `constraints.${cost}`,
    message: `${space.kind} does not count ${cost}; remove it`,
  }));
}

/**
 * A batched supernet evaluates the cells of many candidates side by side, so all of them must share the
 * weights of the draw.
 */
function deviceIssues({
  specification,
  space,
}: {
  readonly specification: Specification;
  readonly space: Space;
}): Issue[] {
  const { device } = specification.execution;
  if (!isBatchedDevice(device)) return [];
  const path = 'execution.device';
  // Other spaces are scored candidate by candidate, which every device can do.
  if (!definitionOfKind(space.kind)?.batched) return [];
  if (stagesOf(specification).every(({ specification: { fidelity } }) => fidelity.weights === 'shared'))
    return [];
  const message = `${device} scores many candidates with the weights of one draw; must be cpu with weights: candidate`;
  return [{ path, message }];
}

/**
 * A specification's images must fit each round that scores them: the resolution, the space's channels, and
 * enough images for all draws.
 */
function imageIssues({
  specification,
  space,
}: {
  readonly specification: Specification;
  readonly space: Space;
}): Issue[] {
  const { input, execution } = specification;
  if (!input) return [];
  const path = 'input.images';
  const [count, channels, side] = input.images.shape as [number, number, number];
  const whole = `has images ${input.images.shape.join(' x ')}`;
  if (isBatchedDevice(execution.device) && definitionOfKind(space.kind)?.batched)
    return [
      { path, message: `${execution.device} scores on noise alone so far; must be cpu, or without images` },
    ];
  const { image } = space;
  const shape = input.images.shape.slice(1);
  const isRight = image ? `${shape}` === `${image}` : shape.length === 3 && shape[1] === shape[2];
  if (!isRight)
    return [
      {
        path,
        message: `${whole}; must be images x ${image?.join(' x ') ?? 'channels x height x width, square'}`,
      },
    ];
  const issues: Issue[] = [...countIssues(input)];
  for (const { specification: stage } of stagesOf(specification)) {
    const { draws, batch, resolution } = stage.fidelity;
    if (!image && resolution !== side)
      issues.push({
        path,
        message: `${whole}; fidelity.resolution is ${resolution}, must be ${side} or left out`,
      });
    if (count < draws * batch) {
      const message = `${whole}; ${draws} draws of ${batch} images need ${draws * batch} (each draw takes the next ones)`;
      issues.push({ path, message });
    }
  }
  // At a resolution that the space does not support there is no network to check.
  if (issues.length || side % space.resolutionStep() !== 0) return issues;
  // The channels of networks that are read from files are checked when these are scored.
  if (space.structureOf) return issues;
  const candidate = space.random({ seed: 0, draw: 0, name: 'images' });
  const at = { candidate, resolution: side };
  issues.push(...classIssues({ labels: input.labels, space, at }));
  const inputChannels = space.graph
    ? space.graph(at).graph.inputs[0]!.shape[1]
    : (space.network(at).inputChannels ?? 3);
  if (inputChannels !== channels)
    issues.push({ path, message: `${whole}; ${space.kind} reads images of ${inputChannels} channels` });
  return issues;
}

/** There must be a label for each image. */
function countIssues({ images, labels }: NonNullable<Specification['input']>): readonly Issue[] {
  const [count] = images.shape as [number];
  if (!labels || labels.length === count) return [];
  const message = `has ${labels.length} labels; must have ${count}, one for each image of input.images`;
  return [{ path: 'input.labels', message }];
}

/** Every label must be a class of the networks, of which all candidates of a space have as many. */
function classIssues({
  labels,
  space,
  at,
}: {
  readonly labels: readonly number[] | undefined;
  readonly space: Space;
  readonly at: { readonly candidate: string; readonly resolution: number };
}): readonly Issue[] {
  if (!labels) return [];
  const classes = countClasses({ space, ...at });
  const place = labels.findIndex((label) => label >= classes);
  if (place < 0) return [];
  const message = `found ${labels[place]}; must be below ${classes}, the number of classes of ${space.kind}`;
  return [{ path: `input.labels.${place}`, message }];
}

function resolutionIssues({
  specification,
  space,
  candidates = [undefined],
}: {
  readonly specification: Specification;
  readonly space: Space;
  readonly candidates?: readonly (string | undefined)[] | undefined;
}): Issue[] {
  const { strategy, constraints } = specification;
  const { image, countedAt } = space;
  const rounds =
    strategy.kind === 'screening'
      ? strategy.rounds.map(({ fidelity }, i) => ({ fidelity, path: `strategy.rounds.${i}.fidelity` }))
      : [{ fidelity: specification.fidelity, path: 'fidelity' }];
  const issues: Issue[] = [];
  for (const { fidelity, path } of rounds) {
    if (image && fidelity.resolution !== countedAt)
      issues.push({
        path: `${path}.resolution`,
        message: `found ${fidelity.resolution}; must be left out, because the networks read images of ${image.join(' x ')}`,
      });
    for (const candidate of image ? [] : candidates) {
      const step = space.resolutionStep(candidate);
      if (fidelity.resolution % step === 0) continue;
      const whose = candidate === undefined ? space.kind : `candidate "${candidate}"`;
      const message = `found ${fidelity.resolution}; must be a multiple of ${step} for ${whose}`;
      issues.push({ path: `${path}.resolution`, message });
    }
  }
  if (space.structureOf && constraints && constraints.resolution !== countedAt)
    issues.push({
      path: 'constraints.resolution',
      message: `found ${constraints.resolution}; must be left out, because costs of files are counted for the images that they read`,
    });
  const step = space.resolutionStep();
  if (!space.structureOf && constraints && constraints.resolution % step !== 0)
    issues.push({
      path: 'constraints.resolution',
      message: `found ${constraints.resolution}; must be a multiple of ${step} for ${space.kind}`,
    });
  return issues.slice(0, SHOWN);
}
