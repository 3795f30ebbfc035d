// Builds the bundles of workflows that control workers load, with variants for encrypted payloads and for
// tracing. The build runs it.
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode } from '@temporalio/worker';

/** The parts that a bundle adds to the workflows, in the order in which its file name lists it. */
export interface BundleKind {
  /** `encrypted`: errors are payloads, since their messages would otherwise not be encrypted. */
  readonly payloads: 'plain' | 'encrypted';
  readonly spans: 'none' | 'traced';
}

export const FAILURE_CONVERTER = fileURLToPath(new URL('../workflows/failure-converter.js', import.meta.url));
const INTERCEPTORS = fileURLToPath(new URL('../workflows/traced.js', import.meta.url));

export function locateBundle({ payloads, spans }: BundleKind): string {
  const kind = `${payloads === 'encrypted' ? '-encrypted' : ''}${spans === 'traced' ? '-traced' : ''}`;
  return fileURLToPath(new URL(`../workflow-bundle${kind}.js`, import.meta.url));
}

export async function buildWorkflowBundles(): Promise<void> {
  await mkdir(new URL('..', import.meta.url), { recursive: true });
  // The plain bundle is written last, because its modification time counts as the time of the build.
  for (const payloads of ['encrypted', 'plain'] as const)
    for (const spans of ['traced', 'none'] as const) await build({ payloads, spans });
}

async function build(kind: BundleKind): Promise<void> {
  const quiet = { trace() {}, debug() {}, info() {}, warn: console.warn, error: console.error, log() {} };
  const { code } = await bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('../workflows/index.js', import.meta.url)),
    workflowInterceptorModules: kind.spans === 'traced' ? [INTERCEPTORS] : [],
    ...(kind.payloads === 'encrypted' ? { failureConverterPath: FAILURE_CONVERTER } : {}),
    logger: quiet as never,
  });
  await writeFile(locateBundle(kind), code);
}
