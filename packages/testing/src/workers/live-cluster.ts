import { Cluster, type ClusterEvent, type MailCarrier } from "@kontiki/actors";
import type { Plan } from "../plan/plan.ts";

/** Where and of what the nodes of a run on threads are. */
export type ClusterSource = {
  /** A folder for the disks, which must not be there yet; they are in memory when left out. */
  readonly dataDir?: string;
  /** The URL of the state machine's module; the key-value machine when left out. */
  readonly stateMachine?: string;
};

/** Starts the cluster of a plan. @throws KontikiError when it cannot be. */
export function startCluster(
  { scenario, nodes }: Plan,
  { dataDir, stateMachine }: ClusterSource,
  network: MailCarrier,
  onEvent: (event: ClusterEvent) => void,
): Promise<Cluster<unknown, unknown>> {
  const { electionTimeoutMs, heartbeatMs, snapshotEntries, keptEntries, leases } = scenario.cluster;
  return Cluster.start<unknown, unknown>({
    nodes,
    dataDir,
    stateMachine,
    network,
    onEvent,
    electionTimeoutMs,
    heartbeatMs,
    snapshotEntries,
    keptEntries,
    leases,
    proposalTimeoutMs: scenario.workload.timeoutMs,
  });
}
