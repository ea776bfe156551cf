import type { ScenarioParts } from "../scenario/parts.ts";
import type { StartCluster } from "../workers/cluster-under-test.ts";
import type { WorkersOptions } from "../workers/run-on-workers.ts";

/** What the parts of a scenario mean for a run in real time. @param start starts the clusters of another engine. */
export function workersOptions(
  { stateMachine, specification, throws }: ScenarioParts,
  start: StartCluster | undefined,
): WorkersOptions {
  return {
    ...(start !== undefined && { start }),
    ...(stateMachine !== undefined && { stateMachine, specification }),
    ...(throws !== undefined && { throws }),
  };
}
