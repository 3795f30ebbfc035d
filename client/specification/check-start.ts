// Checks, before a search is started or scheduled, what a specification alone cannot tell: settings and the notification.
import { logLevel } from '../../core/specification/log-level.js';
import { checkNotify } from './check-notify.js';
import { type ReadSpecification, warningTexts } from './read-candidates.js';

/** Who hears of what stops nothing. */
export interface StartListener {
  /** Called with one line for what a control worker elsewhere may refuse. */
  readonly onNote: (text: string) => void;
  /** Called with one line for each thing that is allowed and hardly meant; `onNote` without it. */
  readonly onWarning?: (text: string) => void;
}

/** SpecError where the notification would be refused, or where workers would not start because of a setting. */
export function checkStart(read: ReadSpecification, { onNote, onWarning = onNote }: StartListener): void {
  checkNotify({ ...read, onNote });
  logLevel(process.env);
  for (const warning of warningTexts(read)) onWarning(warning);
}
