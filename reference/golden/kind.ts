// Types of golden files: what a kind is, and what the cases of all kinds have in common.
import type { z } from 'zod';
import type { Draw } from '../../core/ir/draw.js';
import type { Costs } from '../../core/spaces/space.js';
import type { SpaceSpecification } from '../../core/specification/space.js';

/** Relative to max(1, |value|). */
export interface Tolerances {
  readonly feature: number;
  /** Tolerance of every block. */
  readonly block: number;
}

/** The fields of every case: its size, and the expected values. */
interface Expected {
  /** Names the case; of a space, its candidate. */
  readonly candidate: string;
  readonly batch: number;
  readonly resolution: number;
  readonly expressivityPerFeature: readonly number[];
  /** null: skipped. */
  readonly trainabilityPerBlock: readonly (number | null)[];
  readonly expressivity: number;
  /** Absent where the space has none. */
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
/** An imported network, which is computed with the weights of its file. */
export interface OnnxCase extends Expected {
  /** Path of the file. */
  readonly file: string;
  /** The channels, height and width of the images. */
  readonly image: readonly number[];
  /** The names of the tensors that are features. */
  readonly features: readonly string[];
  /** Names of the weights that are 1 where the file holds no numbers. */
  readonly scales: readonly string[] | undefined;
}
export type GoldenCase = SpaceCase | OnnxCase;

export interface CostCheck {
  readonly name: string;
  readonly expected: number;
  /** Side of the images it is counted for. */
  readonly resolution: number;
  of(costs: Costs): number;
}

/** A comparison that needs no engine: what was compared, and what differs, in words. */
export interface Check {
  readonly name: string;
  readonly differences: readonly string[];
}

interface Recognised {
  readonly kind: string;
  /** Completes "kinds of golden files supported: ". */
  readonly looks: string;
  is(json: unknown): boolean;
}

/** A list of cases; a share of a file's blocks must be within a closer tolerance, where the kind asks for it. */
export interface CaseKind extends Recognised {
  readonly schema: z.ZodType<GoldenCase>;
  readonly close?: { readonly block: number; readonly share: number };
}
/** Anything else: it reads the file and compares by itself. */
export interface CheckKind extends Recognised {
  check(json: unknown): readonly Check[];
}
export type GoldenKind = CaseKind | CheckKind;
