// Runs the longest test files first, so that the end of a run does not wait for one long file alone. Vitest's
// own order uses the durations of the previous run, which a new clone does not have.
import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The longest files in descending order on two cores; others follow in vitest's order. */
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

  'test/faults/workers.test.ts',
  'test/faults/nats.test.ts',
  'test/faults/scorers.test.ts',
  'test/faults/identical.test.ts',
  'test/e2e/evolution.test.ts',
  'test/faults/temporal.test.ts',
  'test/operate/schedule.test.ts',
  'test/operate/status.test.ts',
  'test/faults/damaged-data.test.ts',
  'test/faults/verify.test.ts',
  'test/faults/versions.test.ts',
  'test/e2e/parts.test.ts',
  'test/e2e/custom-space.test.ts',
  'test/e2e/onnx-space.test.ts',
  'test/operate/correlate.test.ts',
  'test/faults/restarted-servers.test.ts',
  'test/operate/families.test.ts',
  'test/faults/damaged-database.test.ts',
  'test/faults/darts.test.ts',
  'test/e2e/search.test.ts',
  'test/faults/backup.test.ts',
  'test/operate/control.test.ts',
  'test/faults/compose.test.ts',
  'test/operate/refine.test.ts',
  'test/operate/workers.test.ts',
  'test/e2e/batched.test.ts',
  'test/faults/unreachable.test.ts',
  'test/operate/tracing.test.ts',
  'test/faults/damage.test.ts',
  'test/operate/report.test.ts',
  'test/client/connections/connections.test.ts',
  'test/client/embedded/embedded.test.ts',
  'test/operate/sharing.test.ts',
  'test/operate/encryption.test.ts',
  'test/operate/package.test.ts',
  'test/operate/secrets.test.ts',
  'test/faults/until-idle.test.ts',
];

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    // Projects, and with them the groups that run one after the other, keep vitest's order.
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
