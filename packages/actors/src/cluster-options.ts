import { isNodeId, type NodeId } from "@kontiki/core";
import { KontikiError } from "./errors.ts";
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
  /** How long a proposal may take in ms, from 1. 10,000. */
  readonly proposalTimeoutMs?: number | undefined;
  /** How many crashes of one node that nobody asked for are too many. 10 within 10,000 ms. */
  readonly restartIntensity?: { readonly crashes: number; readonly withinMs: number } | undefined;
};

/** Options that were checked and completed. */
export type CheckedOptions = {
  readonly nodes: readonly NodeId[] | undefined;
  readonly dataDir: string | undefined;
  readonly electionTimeoutMs: number;
  readonly heartbeatMs: number;
  readonly proposalTimeoutMs: number;
  readonly policy: RestartPolicy;
};

/** Checks and completes options. @throws KontikiError that says which is wrong, and what it may be. */
export function checkOptions(options: ClusterOptions): CheckedOptions {
  const {
    electionTimeoutMs = 300,
    heartbeatMs = 50,
    proposalTimeoutMs = 10_000,
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
  const nodes = options.nodes === undefined ? undefined : nodeIds(options.nodes);
  return { nodes, dataDir, electionTimeoutMs, heartbeatMs, proposalTimeoutMs, policy };
}

/** The names of so many nodes: n1, n2 and so on. */
export function defaultNodes(count: number): readonly NodeId[] {
  return Array.from({ length: count }, (_, at) => `n${at + 1}` as NodeId);
}

function nodeIds(nodes: number | readonly string[]): readonly NodeId[] {
  const count = typeof nodes === "number" ? nodes : nodes.length;
  if (!Number.isSafeInteger(count) || count < 1 || count > NODES_MAX) {
    throw new KontikiError(`a cluster has 1 to ${NODES_MAX} nodes, not ${count}`);
  }
  if (typeof nodes === "number") return defaultNodes(nodes);
  const wrong = nodes.find((node) => !isNodeId(node));
  if (wrong !== undefined) {
    throw new KontikiError(
      `"${wrong}" cannot name a node: use a-z, 0-9 and -, a letter first, 64 at most`,
    );
  }
  if (new Set(nodes).size < count) throw new KontikiError("each node needs a name of its own");
  return nodes as readonly NodeId[];
}

function atLeast(name: string, value: number, least: number): void {
  if (Number.isFinite(value) && value >= least && value <= 2 ** 30) return;
  throw new KontikiError(`${name} is ${value}: give a number of milliseconds from ${least}`);
}
