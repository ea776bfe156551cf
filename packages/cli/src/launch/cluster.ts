import type { Cluster, ClusterOptions, NodeHandle } from "@kontiki/actors";
import type { Host } from "../host/host.ts";
import type { SessionCluster, SessionNode } from "../session/context.ts";
import type { Faults } from "./fault-ledger.ts";
import type { Notes } from "../output/notes.ts";

/** The part of a node's API that the program uses. */
export type ProgramNode = SessionNode & Pick<NodeHandle, "digest">;

/** The part of a cluster's API that the program uses. */
export type ProgramCluster = Omit<SessionCluster, "node"> &
  Pick<Cluster, "events" | "metrics" | "nodeIds" | "proposeAll" | "stop" | "watchApplied"> & {
    node(id: string): ProgramNode;
    /** Gets ready to inject faults. @throws KontikiError when that is not possible now. */
    openFaults(): Promise<Faults>;
  };

/** How a cluster starts. */
export type StartOptions = ClusterOptions & {
  /** Nodes that its data directory must hold. Default: none. */
  readonly mustHold?: readonly string[];
};

/** Starts a cluster of key-value machines. @throws KontikiError */
export type StartCluster = (options: StartOptions) => Promise<ProgramCluster>;

/** How long nodes may take to stop gracefully. */
const STOP_TIMEOUT_MS = 5000;

/** How long the first election may take before commands run without a leader. */
const FIRST_LEADER_TIMEOUT_MS = 5000;

/** Starts a cluster, uses it, and stops it gracefully, even if `use` throws. */
export async function withCluster<T>(
  start: StartCluster,
  options: StartOptions,
  notes: Notes,
  use: (cluster: ProgramCluster) => Promise<T>,
): Promise<T> {
  const cluster = await notes.during("starting the nodes ...", start(options));
  try {
    return await use(cluster);
  } finally {
    const stopped = cluster.stop({ timeoutMs: STOP_TIMEOUT_MS });
    await notes.during("stopping the nodes ...", stopped);
  }
}

/**
 * Waits for the first leader, so that the first command finds one. Undefined if that takes too long, for example when most
 * nodes cannot start.
 */
export function firstLeader(
  cluster: ProgramCluster,
  notes: Notes,
  { signal }: Host,
): Promise<string | undefined> {
  const leader = cluster.leader({ timeoutMs: FIRST_LEADER_TIMEOUT_MS, signal });
  return notes.during("waiting for a leader ...", leader).catch(() => undefined);
}
