// Runs the longest test files first, so that the end of a run does not wait for one long file alone.
// Vitest's own order goes by the durations of the run before, which a fresh clone does not have.
import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** From the longest on, on a machine of two cores; others follow in vitest's order. */
export const LONGEST: readonly string[] = [
  'test/engine/batched/batched-scorer.test.ts',
  'test/reference/golden.test.ts',
  'test/engine/scorer-pool.test.ts',
  'test/core/spaces/graph-spaces.test.ts',
  'test/core/export/pytorch-module.test.ts',
  'test/reference/golden-mbv2.test.ts',
  'test/reference/zeroscout-export.test.ts',
  'test/engine/reproducible.test.ts',
  'test/engine/batched/batched-scoring.test.ts',

  'test/e2e/evolution.test.ts',
  'test/faults/nats.test.ts',
  'test/faults/workers.test.ts',
  'test/e2e/schedule.test.ts',
  'test/faults/temporal.test.ts',
  'test/faults/scorers.test.ts',
  'test/e2e/identical.test.ts',
  'test/e2e/verify.test.ts',
  'test/e2e/versions.test.ts',
  'test/client/embedded/damaged-data.test.ts',
  'test/e2e/workers.test.ts',
  'test/e2e/status.test.ts',
  'test/e2e/parts.test.ts',
  'test/e2e/onnx-space.test.ts',
  'test/e2e/search.test.ts',
  'test/e2e/refine.test.ts',
  'test/e2e/sharing.test.ts',
  'test/e2e/backup.test.ts',
];

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    // Projects, and with them the groups that run one after the other, stay in the order in which vitest has put them.
    const projects = [...new Set(sorted.map(({ project }) => project))];
    const placeOf = ({ moduleId }: TestSpecification) => {
      const place = LONGEST.indexOf(relative(this.ctx.config.root, moduleId));
      return place < 0 ? LONGEST.length : place;
    };
    return projects.flatMap((project) =>
      sorted.filter((file) => file.project === project).sort((a, b) => placeOf(a) - placeOf(b)),
    );
  }
}
