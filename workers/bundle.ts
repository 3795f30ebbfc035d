// In: the compiled workflows. Out: dist/workflow-bundle.js, which control workers load. Run by the build.
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode } from '@temporalio/worker';

export const WORKFLOW_BUNDLE = fileURLToPath(new URL('../workflow-bundle.js', import.meta.url));

export async function buildWorkflowBundle(): Promise<void> {
  const workflowsPath = fileURLToPath(new URL('../workflows/index.js', import.meta.url));
  const quiet = { trace() {}, debug() {}, info() {}, warn: console.warn, error: console.error, log() {} };
  const { code } = await bundleWorkflowCode({ workflowsPath, logger: quiet as never });
  await mkdir(new URL('..', import.meta.url), { recursive: true });
  await writeFile(WORKFLOW_BUNDLE, code);
}
