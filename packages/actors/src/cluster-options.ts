import { inspect } from "node:util";
import { isNodeId, type NodeId } from "@kontiki/core";
import { KontikiError } from "./errors.ts";
import type { ClusterEvent } from "./status.ts";
import { RESTART_DEFAULTS, type RestartPolicy } from "./restart-policy.ts";

/** The most nodes of a cluster: each has a thread, and none of them ever gets a core to itself. */
export const NODES_MAX = 9;

/** How a cluster is started. Everything may be left out. */
export type ClusterOptions = {
  /**
   * How many nodes, 1 to {@link NODES_MAX}, named n1, n2 ...; or their names. Default: those of the data directory,
   * or 3 for a new one.
   */
  readonly nodes?: number | readonly string[] | undefined;
  /**
   * The directory of the nodes' logs; made when it is absent. Without it the disks are in memory: they outlive the
   * nodes' threads and end with the process.
   */
  readonly dataDir?: string | undefined;
  /**
   * The module of the state machine: a URL, or a path relative to the file that calls. Its default export makes a
   * `StateMachine`. It may be TypeScript that needs no more than its types stripped. Default: the key-value machine.
   */
  readonly stateMachine?: string | URL | undefined;
  /** Least time without a leader before a node stands for election, in ms, from 10; the most is twice that. 300. */
  readonly electionTimeoutMs?: number | undefined;
  /** Time between heartbeats in ms, from 1, at most half of `electionTimeoutMs`. 50. */
  readonly heartbeatMs?: number | undefined;
  /** Told of every event from the very first on; the same as a listener of `Cluster.events`, which comes later. */
  readonly onEvent?: ((event: ClusterEvent) => void) | undefined;
  /** How long a proposal may take in ms, from 1. 10,000. */
  readonly proposalTimeoutMs?: number | undefined;
  /** How many crashes of one node that nobody asked for are too many. 10 within 10,000 ms. */
  readonly restartIntensity?: { readonly crashes: number; readonly withinMs: number } | undefined;
  /** Heap of each node's thread in MiB, from 16. A node that outgrows it crashes, alone. Logs lie outside. 4,096. */
  readonly heapMiB?: number | undefined;
};

/** Options that were checked and completed. */
export type CheckedOptions = {
  readonly nodes: readonly NodeId[] | undefined;
  readonly dataDir: string | undefined;
  readonly electionTimeoutMs: number;
  readonly heartbeatMs: number;
  readonly proposalTimeoutMs: number;
  readonly policy: RestartPolicy;
  readonly heapMiB: number;
};

/** Checks and completes options. @throws KontikiError that says which is wrong, and what it may be. */
export function checkOptions(options: ClusterOptions): CheckedOptions {
  const {
    electionTimeoutMs = 300,
    heartbeatMs = 50,
    proposalTimeoutMs = 10_000,
    heapMiB = 4096,
    dataDir,
  } = options;
  atLeast("electionTimeoutMs", electionTimeoutMs, 10);
  atLeast("heartbeatMs", heartbeatMs, 1);
  atLeast("proposalTimeoutMs", proposalTimeoutMs, 1);
  if (heartbeatMs * 2 > electionTimeoutMs) {
    throw new KontikiError(
      `heartbeatMs is ${heartbeatMs} and electionTimeoutMs ${electionTimeoutMs}: ` +
        "a heartbeat must come at least twice in an election timeout, or healthy leaders are deposed",
    );
  }
  const policy = { ...RESTART_DEFAULTS, ...options.restartIntensity };
  if (!Number.isSafeInteger(policy.crashes) || policy.crashes < 0) {
    throw new KontikiError(
      `restartIntensity.crashes is ${policy.crashes}: give a whole number from 0`,
    );
  }
  atLeast("restartIntensity.withinMs", policy.withinMs, 1);
  if (!Number.isSafeInteger(heapMiB) || heapMiB < 16)
    throw new KontikiError(`heapMiB is ${heapMiB}: give a whole number from 16`);
  if (dataDir !== undefined && (typeof dataDir !== "string" || dataDir === ""))
    throw new KontikiError(`dataDir is ${inspect(dataDir)}: give the path of a folder`);
  const nodes = options.nodes === undefined ? undefined : nodeIds(options.nodes);
  return { nodes, dataDir, electionTimeoutMs, heartbeatMs, proposalTimeoutMs, policy, heapMiB };
}

/** The names of so many nodes: n1, n2 and so on. */
export function defaultNodes(count: number): readonly NodeId[] {
  return Array.from({ length: count }, (_, at) => `n${at + 1}` as NodeId);
}

function nodeIds(nodes: number | readonly string[]): readonly NodeId[] {
  const names = typeof nodes === "number" ? undefined : nodes;
  const count: unknown = Array.isArray(names) ? names.length : nodes;
  if (!isNodeCount(count))
    throw new KontikiError(`a cluster has 1 to ${NODES_MAX} nodes, not ${inspect(count)}`);
  if (names === undefined) return defaultNodes(count);
  // A data directory has a folder of this name for itself.
  if (names.includes("lock"))
    throw new KontikiError('"lock" cannot name a node: choose another name');
  const wrong = names.find((node) => !isNodeId(node));
  if (wrong !== undefined) {
    throw new KontikiError(
      `"${wrong}" cannot name a node: use a-z, 0-9 and -, a letter first, 64 at most`,
    );
  }
  if (new Set(names).size < count) throw new KontikiError("each node needs a name of its own");
  return names as readonly NodeId[];
}

function isNodeCount(count: unknown): count is number {
  return Number.isSafeInteger(count) && Number(count) >= 1 && Number(count) <= NODES_MAX;
}

function atLeast(name: string, value: number, least: number): void {
  if (Number.isFinite(value) && value >= least && value <= 2 ** 30) return;
  throw new KontikiError(`${name} is ${value}: give a number of milliseconds from ${least}`);
}
