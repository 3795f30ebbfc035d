// Defines the types of golden files: what a kind is, and what the cases of all kinds share.
import type { z } from 'zod';
import type { Draw } from '../../core/ir/draw.js';
import type { Costs } from '../../core/spaces/space.js';
import type { SpaceSpecification } from '../../core/specification/space.js';

/** Tolerances relative to max(1, |value|). */
export interface Tolerances {
  readonly feature: number;
  /** The tolerance of every block. */
  readonly block: number;
}

/** The fields of every case: its size, and the expected values. */
interface Expected {
  /** The name of the case; in a space, the candidate. */
  readonly candidate: string;
  readonly batch: number;
  readonly resolution: number;
  readonly expressivityPerFeature: readonly number[];
  /** null for a skipped block. */
  readonly trainabilityPerBlock: readonly (number | null)[];
  readonly expressivity: number;
  /** Absent if the space does not define it. */
  readonly progressivity?: number;
  readonly trainability: number;
  /** Costs, which must agree exactly. */
  readonly costs: readonly CostCheck[];
  readonly tolerances: Tolerances;
}
/** A candidate of a space with its tensors. */
export interface SpaceCase extends Expected {
  readonly space: SpaceSpecification;
  readonly draw: Draw;
}
/** An imported network, computed with the weights in its file. */
export interface OnnxCase extends Expected {
  /** The path of the file. */
  readonly file: string;
  /** The channels, height and width of the images. */
  readonly image: readonly number[];
  /** The names of the tensors that are features. */
  readonly features: readonly string[];
  /** Names of the weights that are 1 if the file holds no numbers. */
  readonly scales: readonly string[] | undefined;
}
export type GoldenCase = SpaceCase | OnnxCase;

export interface CostCheck {
  readonly name: string;
  readonly expected: number;
  /** The side of the images for which it is counted. */
  readonly resolution: number;
  of(costs: Costs): number;
}

/** A comparison that needs no engine: what was compared, and a description of the differences. */
export interface Check {
  readonly name: string;
  readonly differences: readonly string[];
}

interface Recognised {
  readonly kind: string;
  /** The end of the message "kinds of golden files supported: ". */
  readonly looks: string;
  is(json: unknown): boolean;
}

/** A list of cases. If the kind requires it, a share of a file's blocks must meet a closer tolerance. */
export interface CaseKind extends Recognised {
  readonly schema: z.ZodType<GoldenCase>;
  readonly close?: { readonly block: number; readonly share: number };
}
/** Any other kind, which reads and compares the file itself. */
export interface CheckKind extends Recognised {
  check(json: unknown): readonly Check[];
}
export type GoldenKind = CaseKind | CheckKind;
