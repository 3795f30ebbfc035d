// Lists the kinds of spaces. To add a kind, add a folder beside this file and one line here.
import type { z } from 'zod';
import { autoformerDefinition } from './autoformer/definition.js';
import { customDefinition } from './custom/definition.js';
import { dartsDefinition } from './darts/definition.js';
import type { RankedAs, SpaceDefinition } from './definition.js';
import { mobileNetV2Definition } from './mobilenet-v2/definition.js';
import { moduleDefinition } from './module/definition.js';
import { nasBench101Definition } from './nas-bench-101/definition.js';
import { nasBench201Definition } from './nas-bench-201/definition.js';
import { onnxDefinition } from './onnx/definition.js';
import type { Space } from './space.js';
import { transnasBench101Definition } from './transnas-bench-101/definition.js';

export const SPACES = [
  nasBench201Definition,
  mobileNetV2Definition,
  autoformerDefinition,
  customDefinition,
  moduleDefinition,
  onnxDefinition,
  nasBench101Definition,
  transnasBench101Definition,
  dartsDefinition,
] as const;

/** The `space` of a checked specification: a kind and its parameters. */
export type SpaceSpecification = z.output<(typeof SPACES)[number]['schema']>;
export type SpaceKind = SpaceSpecification['kind'];

/**
 * A definition without the type of its schema, because TypeScript cannot see that a space's kind and its
 * definition match.
 */
type AnyDefinition = Omit<SpaceDefinition, 'defaults' | 'open' | 'inAddress' | 'isGraph' | 'rankedAs'> & {
  readonly inAddress?: (space: SpaceSpecification, resolution: number) => unknown;
  readonly isGraph?: (space: SpaceSpecification) => boolean;
  readonly rankedAs?: (space: SpaceSpecification) => RankedAs | undefined;
  readonly defaults: (space: SpaceSpecification) => ReturnType<SpaceDefinition['defaults']>;
  readonly open: (space: SpaceSpecification) => Space;
};

const BY_KIND = new Map(SPACES.map((each) => [each.kind as string, each as unknown as AnyDefinition]));

/** Undefined for a kind that does not exist. */
export function definitionOfKind(kind: string): AnyDefinition | undefined {
  return BY_KIND.get(kind);
}

export function definitionOf(space: SpaceSpecification): AnyDefinition {
  return BY_KIND.get(space.kind)!;
}

/** The space that a specification names, with its parameters. */
export function openSpace(space: SpaceSpecification): Space {
  return definitionOf(space).open(space);
}
