import type { ClusterEvent } from "@kontiki/actors";
import type { Recoveries } from "../run/recoveries.ts";
import type { ClusterUnderTest } from "./cluster-under-test.ts";

/**
 * Follows the crashes of a cluster of threads. A crash that was asked for is told before it is made; of others the supervisor
 * learns first.
 */
export function watchRecoveries(cluster: ClusterUnderTest, recoveries: Recoveries): void {
  cluster.events.on("event", (event: ClusterEvent) => {
    if (event.type === "crashed") {
      recoveries.crashed(event.node);
      recoveries.detected(event.node);
      if (event.restartInMs !== undefined) recoveries.restarted(event.node, event.restartInMs);
    }
    if (event.type === "started") recoveries.recovered(event.node);
  });
  cluster.events.on("status", ({ id, raft }) => {
    if (raft !== undefined) recoveries.committed(id, raft.commit);
  });
}
