import { relative } from "node:path";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/**
 * Files that take more than ten seconds, the longest first. Vitest begins with large files, as long as it has not measured
 * them; some of these are small, and one that began last would run alone.
 */
const LONG: readonly string[] = [
  "examples/transcripts.test.ts",
  "docs/commands/crash-experiments.test.ts",
  "docs/commands/launcher.test.ts",
  "nats/programs/engine.test.ts",
  "web/page/live.test.ts",
  "workers/cluster-faults.test.ts",
  "docs/commands/explorer.test.ts",
  "workers/situations.test.ts",
  "nats/programs/fleet.test.ts",
  "testing/scenario/shipped.test.ts",
  "testing/explore/named-instances.test.ts",
  "nats/fleet/fleet.test.ts",
  "workers/crash.test.ts",
  "workers/scenarios.test.ts",
  "cli/surroundings.test.ts",
  "testing/explore/oracle.test.ts",
  "docs/commands/readme.test.ts",
  "testing/vitest/sim.test.ts",
  "actors/node/sync.test.ts",
];

/** Runs long files first, so that all workers end at about the same time; what is installed is the longest of all. */
export class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rankOf = ({ project, moduleId }: TestSpecification): number => {
      if (project.name === "packed") return -1;
      const at = LONG.indexOf(relative(project.config.root, moduleId));
      return at === -1 ? LONG.length : at;
    };
    const groupOf = ({ project }: TestSpecification): number =>
      project.config.sequence.groupOrder ?? 0;
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => groupOf(a) - groupOf(b) || rankOf(a) - rankOf(b));
  }
}
