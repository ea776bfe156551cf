import { workerData } from "node:worker_threads";

/**
 * Has another state on each node, which no state machine may have.
 */
export default function makeOwnName() {
  return {
    apply: () => null,
    snapshot: () => workerData.spec.id,
    restore() {},
  };
}
