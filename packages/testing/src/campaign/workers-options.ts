import type { ScenarioParts } from "../scenario/parts.ts";
import type { WorkersOptions } from "../workers/run-on-workers.ts";

/** What the parts of a scenario mean for a run on threads. */
export function workersOptions({
  stateMachine,
  specification,
  throws,
}: ScenarioParts): WorkersOptions {
  return {
    ...(stateMachine !== undefined && { stateMachine, specification }),
    ...(throws !== undefined && { throws }),
  };
}
