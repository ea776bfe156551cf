import { Cluster, type ClusterEvent, type MailCarrier } from "@kontiki/actors";
import { callable, folder, oneOf, text, type Schema } from "@kontiki/actors/node";
import type { Plan } from "../plan/plan.ts";
import { THROWS, type Throws } from "../scenario/parts.ts";
import type { ClusterUnderTest, StartCluster } from "./cluster-under-test.ts";

/** The disks and the state machine of a run on threads. */
export type ClusterSource = {
  /** A folder for the disks, which must not exist yet. Default: disks in memory. */
  readonly dataDir?: string;
  /** The URL of the state machine's module. Default: the key-value machine. */
  readonly stateMachine?: string;
  /** What errors of the machine mean. Default: fail. */
  readonly throws?: Throws;
  /** Starts the cluster. Default: `Cluster.start`, for nodes that are threads of this process. */
  readonly start?: StartCluster;
  /** A folder for a trace of each start of a node, for `kontiki view`. Default: none. */
  readonly trace?: string | undefined;
};

export const CLUSTER_SOURCE: Schema<ClusterSource> = {
  dataDir: folder,
  stateMachine: text("the URL of a module"),
  throws: oneOf(...THROWS),
  start: callable(" that starts a cluster"),
  trace: folder,
};

/** Starts the cluster of a plan. @throws KontikiError when it cannot start. */
export function startCluster(
  { scenario, nodes }: Plan,
  {
    dataDir,
    stateMachine,
    throws = "fail",
    trace,
    start = (options) => Cluster.start<unknown, unknown>(options),
  }: ClusterSource,
  network: MailCarrier,
  onEvent: (event: ClusterEvent) => void,
): Promise<ClusterUnderTest> {
  const { cluster, workload } = scenario;
  const { electionTimeoutMs, heartbeatMs, preVote, snapshotEntries, keptEntries, leases } = cluster;
  return start({
    nodes,
    dataDir,
    stateMachine,
    checks: true,
    throws,
    trace,
    network,
    faults: true,
    onEvent,
    electionTimeoutMs,
    heartbeatMs,
    snapshotEntries,
    keptEntries,
    preVote,
    leases,
    proposalTimeoutMs: workload.timeoutMs,
  });
}
