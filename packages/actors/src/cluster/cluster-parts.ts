import { MemoryDisks, type ClusterDisks } from "../directory/cluster-disks.ts";
import { holdsCluster, openDataDirectory } from "../directory/data-directory.ts";
import { MAILBOX_DEFAULTS } from "../threads/router.ts";
import { Supervisor, type CommonSpec } from "../threads/supervisor.ts";
import { defaultNodes, levelsBelow, type CheckedOptions } from "./cluster-options.ts";

/** How many nodes a new cluster gets by default. */
const DEFAULT_NODES = 3;

/** Opens the disks of the nodes. Without names, those in a new directory get the default ones. */
export function openDisks({ dataDir, nodes }: CheckedOptions): ClusterDisks {
  if (dataDir === undefined) return new MemoryDisks(nodes ?? defaultNodes(DEFAULT_NODES));
  const ofNew = holdsCluster(dataDir) ? undefined : defaultNodes(DEFAULT_NODES);
  return openDataDirectory(dataDir, nodes ?? ofNew);
}

/** Makes the supervisor of nodes with these disks. No node is started. */
export function makeSupervisor(
  options: CheckedOptions,
  disks: ClusterDisks,
  stateMachine: string,
): Supervisor {
  const { priorities, policy, network } = options;
  return new Supervisor({
    voters: disks.voters,
    nodes: disks.disks(),
    spec: commonSpec(options, stateMachine),
    levelsBelow: (node) => levelsBelow(priorities, node),
    policy,
    mailbox: MAILBOX_DEFAULTS,
    network,
  });
}

function commonSpec(options: CheckedOptions, stateMachine: string): CommonSpec {
  const { electionTimeoutMs, heartbeatMs, heapMiB, snapshots, keptEntries } = options;
  const { maxUncommittedBytes, leases, trace } = options;
  return {
    stateMachine,
    electionTimeoutMs,
    heartbeatMs,
    heapMiB,
    snapshots,
    keptEntries,
    maxUncommittedBytes,
    leases,
    trace,
  };
}
