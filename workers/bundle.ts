// In: the compiled workflows. Out: dist/workflow-bundle.js and the same for encrypted payloads, which control workers load. Run by the build.
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode } from '@temporalio/worker';

export const WORKFLOW_BUNDLE = fileURLToPath(new URL('../workflow-bundle.js', import.meta.url));
/** The same workflows, with errors as payloads; what an error says would else stay in the clear. */
export const ENCRYPTED_BUNDLE = fileURLToPath(new URL('../workflow-bundle-encrypted.js', import.meta.url));
export const FAILURE_CONVERTER = fileURLToPath(new URL('../workflows/failure-converter.js', import.meta.url));

export async function buildWorkflowBundle(): Promise<void> {
  const workflowsPath = fileURLToPath(new URL('../workflows/index.js', import.meta.url));
  const quiet = { trace() {}, debug() {}, info() {}, warn: console.warn, error: console.error, log() {} };
  const shared = { workflowsPath, logger: quiet as never };
  const encrypted = await bundleWorkflowCode({ ...shared, failureConverterPath: FAILURE_CONVERTER });
  const plain = await bundleWorkflowCode(shared);
  await mkdir(new URL('..', import.meta.url), { recursive: true });
  await writeFile(ENCRYPTED_BUNDLE, encrypted.code);
  // Last: its time is the time of the build.
  await writeFile(WORKFLOW_BUNDLE, plain.code);
}
