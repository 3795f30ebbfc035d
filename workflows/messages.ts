// Defines what a search, and each of its parts, can be told and asked.
import { defineQuery, defineSignal } from '@temporalio/workflow';
import type { PartProgress } from '../core/contract/search.js';

export const progressQuery = defineQuery<PartProgress>('progress');
export const pauseSignal = defineSignal('pause');
export const resumeSignal = defineSignal('resume');
