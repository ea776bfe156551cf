import { absolutePath } from "../directory/absolute-path.ts";
import { MemoryDisks, NoDisks, type ClusterDisks } from "../directory/cluster-disks.ts";
import {
  holdsCluster,
  openDataDirectory,
  type DataDirectory,
} from "../directory/data-directory.ts";
import { KontikiError } from "../errors.ts";
import type { HostSpec } from "../hosts/host-spec.ts";
import { readLedger } from "../hosts/ledger-file.ts";
import type { ProbeSpec } from "../metrics/probe.ts";
import { MAILBOX_DEFAULTS } from "../mailboxes/router.ts";
import { RemoteSupervisor } from "../program/remote-supervisor.ts";
import { FileDisk } from "../storage/disk/file-disk.ts";
import type { CommonSpec } from "../threads/supervisor-options.ts";
import type { MailCarrier } from "../threads/mail-carrier.ts";
import { checkPriorities, checkRenames, type CheckedOptions } from "./checked-options.ts";
import { defaultNodes } from "./cluster-options.ts";

/** How many nodes a new cluster gets by default. */
const DEFAULT_NODES = 3;

/**
 * Opens the disks of the nodes. Without names, those in a new directory get the default ones.
 *
 * @throws KontikiError also for the priority or the new name of a node that does not exist. Nothing is created then.
 */
export function openDisks(options: CheckedOptions): OpenedDisks {
  const { dataDir, hosts, priorities } = options;
  if (hosts === undefined) return { disks: ownDisks(options), hosts: undefined };
  checkPriorities(priorities, hosts.voters);
  const { peers, host, transport, nodes, voters } = hosts;
  // Without a folder a host has clients only, and keeps nothing.
  if (dataDir === undefined) {
    const disks = new NoDisks(voters);
    return { disks, hosts: { peers, host, transport, start: 0, path: undefined } };
  }
  const shared = { cluster: peers.cluster, voters };
  const disks = openDataDirectory(dataDir, nodes, undefined, [], shared);
  try {
    const spec = { peers, host, transport, start: disks.countStart(), path: absolutePath(dataDir) };
    return { disks, hosts: spec };
  } catch (error) {
    disks.close();
    throw error;
  }
}

/** The disks of a cluster, and what is needed for mail to other hosts, if there are any. */
export type OpenedDisks = { readonly disks: ClusterDisks; readonly hosts: HostSpec | undefined };

function ownDisks({ dataDir, nodes, priorities, renames }: CheckedOptions): ClusterDisks {
  const isOld = dataDir !== undefined && holdsCluster(dataDir);
  const named = nodes ?? (isOld ? undefined : defaultNodes(DEFAULT_NODES));
  if (named !== undefined) {
    checkPriorities(priorities, named);
    checkRenames(renames, named);
  }
  if (dataDir === undefined) return new MemoryDisks(named ?? []);
  const disks = openDataDirectory(dataDir, named, undefined, Object.keys(renames));
  try {
    refuseHost(dataDir, disks);
    checkRenames(renames, disks.nodes);
    checkPriorities(priorities, disks.nodes);
    return disks;
  } catch (error) {
    disks.close();
    throw error;
  }
}

/**
 * Alone, the nodes of a host would be deaf to the others, and take changes of members that the others know nothing of. Its disks
 * are the first ones of its nodes, unless `recover` has made a cluster of its own of them.
 */
function refuseHost(dataDir: string, disks: DataDirectory): void {
  const { clusterId: cluster } = disks;
  const known = readLedger(new FileDisk(absolutePath(dataDir)), cluster);
  if (known.size > 0 && disks.disks().every(({ uid }) => uid === 0))
    throw new KontikiError(
      `${dataDir} holds nodes of the cluster ${cluster}, which has ${[...known.keys()].join(", ")} on other hosts: ` +
        "give its host, its peers and the way to them",
    );
}

/** Starts the supervisor of nodes with these disks, which starts the nodes. @throws KontikiError when no thread can start. */
export function startSupervisor(
  options: CheckedOptions,
  { disks, hosts }: OpenedDisks,
  stateMachine: string,
  { network, probe }: { readonly network: MailCarrier | undefined; readonly probe: ProbeSpec },
): RemoteSupervisor {
  const { priorities, policy, faults, dataDir } = options;
  const given = {
    voters: disks.voters,
    nodes: disks.disks(),
    spec: { ...commonSpec(options, stateMachine), probe },
    policy,
    mailbox: MAILBOX_DEFAULTS,
    dataDir,
    hosts,
  };
  const isCarried = options.network !== undefined;
  try {
    return new RemoteSupervisor({ options: given, priorities, network, isCarried, faults });
  } catch (error) {
    disks.close();
    throw error;
  }
}

function commonSpec(options: CheckedOptions, stateMachine: string): Omit<CommonSpec, "probe"> {
  const { electionTimeoutMs, heartbeatMs, heapMiB, snapshots, keptEntries } = options;
  const { maxUncommittedBytes, preVote, leases, trace, checks } = options;
  return {
    stateMachine,
    electionTimeoutMs,
    heartbeatMs,
    heapMiB,
    snapshots,
    keptEntries,
    maxUncommittedBytes,
    preVote,
    leases,
    trace,
    checks,
  };
}
