// Defines the signals and queries of a search and of its parts.
import { defineQuery, defineSignal } from '@temporalio/workflow';
import type { PartProgress } from '../core/contract/search.js';

export const progressQuery = defineQuery<PartProgress>('progress');
export const pauseSignal = defineSignal('pause');
export const resumeSignal = defineSignal('resume');
