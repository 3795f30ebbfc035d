// Names the option of a program, and not the setting, where the folder that the program named cannot be a home.
import { SpecError } from '../../core/errors.js';

const SETTING = 'ZEROSCOUT_HOME';

/** Does `work`; issues of the setting are those of the option `home` where a program named the folder by it. */
export async function withHomeField<T>(home: string | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (home === undefined || !(error instanceof SpecError)) throw error;
    throw new SpecError(
      error.issues.map((issue) => (issue.path === SETTING ? { ...issue, path: 'home' } : issue)),
    );
  }
}
