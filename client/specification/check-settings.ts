// Checks the settings that only workers read, in the environment of a program that is about to start some.
import { readAllowedAddresses } from '../../activities/notify/addresses.js';
import { logLevel } from '../../core/specification/log-level.js';
import { readListedSecrets } from '../../core/specification/notify-secrets.js';
import { readVerifySetting } from '../../core/specification/verify-share.js';
import { checkWorkerSettings } from '../../core/specification/worker-settings.js';

/**
 * A worker refuses a wrong setting when it starts, in its log, and would be started again and again. Throws a
 * SpecError for the first such setting.
 */
export function checkSettings(env: NodeJS.ProcessEnv = process.env): void {
  logLevel(env);
  checkWorkerSettings(env);
  readVerifySetting(env.ZEROSCOUT_VERIFY);
  readListedSecrets(env);
  readAllowedAddresses(env);
}
