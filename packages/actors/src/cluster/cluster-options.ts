import { inspect } from "node:util";
import { CONFIG_DEFAULTS, isNodeId, type NodeId } from "@kontiki/core";
import { KontikiError } from "../errors.ts";
import type { MailCarrier } from "../threads/mail-carrier.ts";
import type { ClusterEvent } from "../mail/status.ts";
import { RESTART_DEFAULTS, type RestartPolicy } from "../threads/restart-policy.ts";

/** The most nodes of a cluster: each has a thread, and none of them has a core to itself. */
export const NODES_MAX = 9;

/** The highest priority of a node. */
export const PRIORITY_MAX = 100;

/** The default limits after which a node takes a snapshot. */
const SNAPSHOT_DEFAULTS = { entries: 10_000, bytes: 64 * 1024 * 1024 };

/** Options of a cluster. All are optional. */
export type ClusterOptions = {
  /**
   * The number of nodes, 1 to {@link NODES_MAX}, named n1, n2 ...; or their names. Default: those of the data
   * directory, or 3 for a new one.
   */
  readonly nodes?: number | readonly string[] | undefined;
  /**
   * The directory of the nodes' logs; created if absent. Without it the disks are in memory: they survive the nodes'
   * threads and are lost with the process.
   */
  readonly dataDir?: string | undefined;
  /**
   * The module of the state machine: a URL, or a path relative to the calling file. Its default export returns a
   * `StateMachine`. It may be TypeScript that needs only type stripping. Default: the key-value machine.
   */
  readonly stateMachine?: string | URL | undefined;
  /**
   * The shortest time without a leader before a node stands for election, in ms, 10 or more; the longest is twice that.
   * Default 300.
   */
  readonly electionTimeoutMs?: number | undefined;
  /** Time between heartbeats in ms, 1 or more, at most half of `electionTimeoutMs`. Default 50. */
  readonly heartbeatMs?: number | undefined;
  /** Called with every event from the very first on; listeners of `Cluster.events` are added later. */
  readonly onEvent?: ((event: ClusterEvent) => void) | undefined;
  /** How long a proposal may take in ms, 1 or more. Default 10,000. */
  readonly proposalTimeoutMs?: number | undefined;
  /** A node with more unrequested crashes than this within the window is given up. Default 10 within 10,000 ms. */
  readonly restartIntensity?: { readonly crashes: number; readonly withinMs: number } | undefined;
  /**
   * Heap limit of each node's thread in MiB, 16 or more. Logs are outside the heap. Default 4,096.
   *
   * A node with more than nine tenths of it in use after a turn, garbage not counted, crashes alone and with this cause.
   * Within a turn the heap may grow to three times the limit, at most 1,024 MiB above it, because a map or an array grows
   * by copying. Beyond that V8 ends the thread; or, if a single allocation is too large, the whole process, which
   * no program can prevent. So do not let one command allocate hundreds of MiB at once.
   */
  readonly heapMiB?: number | undefined;
  /**
   * Leader priority per node, by name: integers from 0 to 100, higher is preferred; 0 for nodes that are not named. For
   * each level below the highest a node waits one more election timeout before it stands for election. This is only a
   * preference: a node that lacks entries cannot win an election. Default: all equal.
   */
  readonly priorities?: Readonly<Record<string, number>> | undefined;
  /**
   * Take a snapshot and compact the log after this many applied entries since the last one, 1 or more. Default 10,000.
   */
  readonly snapshotEntries?: number | undefined;
  /** Take a snapshot also when the log has this many bytes, 1 or more. Default 64 MiB. */
  readonly snapshotBytes?: number | undefined;
  /**
   * How many entries before a snapshot stay in the log, 0 or more: a follower that lacks only those gets them instead
   * of the whole snapshot. Default 1,024.
   */
  readonly keptEntries?: number | undefined;
  /**
   * Lets reads with `consistency: "lease"` rely on the leader's clock alone, without a round of messages (dissertation
   * 6.4.1). They are linearizable as long as no two nodes' clocks drift apart by more than the fraction `clockDrift` of
   * the elapsed time, from 0 to 0.9; 0.1 is a cautious bound. Off by default: then such reads are handled like
   * linearizable ones.
   */
  readonly leases?: { readonly clockDrift: number } | undefined;
  /** A folder in which each node writes a trace of everything that happens to it. Created if absent. Default none. */
  readonly trace?: string | undefined;
  /** A leader with this many bytes of uncommitted commands rejects proposals, 1 or more. Default 64 MiB. */
  readonly maxUncommittedBytes?: number | undefined;
  /**
   * For tests: carries the letters between nodes. It delivers each of them at once, later, several times or never, and
   * so creates partitions, delays, loss and copies of all kinds. Letters between nodes and clients are not affected. A
   * client's proposals that a node forwards must not be repeated: a rejection of one copy counts for all of them.
   * Default: all are delivered at once.
   */
  readonly network?: MailCarrier | undefined;
};

/** Options after checking, with defaults filled in. */
export type CheckedOptions = {
  readonly nodes: readonly NodeId[] | undefined;
  readonly dataDir: string | undefined;
  readonly electionTimeoutMs: number;
  readonly heartbeatMs: number;
  readonly proposalTimeoutMs: number;
  readonly policy: RestartPolicy;
  readonly heapMiB: number;
  readonly priorities: Readonly<Record<string, number>>;
  readonly snapshots: { readonly entries: number; readonly bytes: number };
  readonly keptEntries: number;
  readonly leases: { readonly clockDrift: number } | undefined;
  readonly trace: string | undefined;
  readonly maxUncommittedBytes: number;
  readonly network: MailCarrier | undefined;
};

/** Checks options and fills in defaults. @throws KontikiError that says which is wrong and what is allowed. */
export function checkOptions(options: ClusterOptions): CheckedOptions {
  const { heapMiB = 4096, dataDir, trace, priorities = {} } = options;
  checkWhole("heapMiB", heapMiB, 16);
  checkPath("dataDir", dataDir);
  checkPath("trace", trace);
  checkPriorities(priorities);
  return {
    nodes: options.nodes === undefined ? undefined : nodeIds(options.nodes),
    dataDir,
    ...checkedTimes(options),
    policy: checkedPolicy(options),
    heapMiB,
    priorities,
    ...checkedLogLimits(options),
    leases: checkedLeases(options),
    trace,
    network: checkedNetwork(options),
  };
}

/** How many levels a node's priority is below the highest. */
export function levelsBelow(priorities: Readonly<Record<string, number>>, node: NodeId): number {
  return Math.max(0, ...Object.values(priorities)) - (priorities[node] ?? 0);
}

function checkedTimes(
  options: ClusterOptions,
): Pick<CheckedOptions, "electionTimeoutMs" | "heartbeatMs" | "proposalTimeoutMs"> {
  const { electionTimeoutMs = 300, heartbeatMs = 50, proposalTimeoutMs = 10_000 } = options;
  atLeast("electionTimeoutMs", electionTimeoutMs, 10);
  atLeast("heartbeatMs", heartbeatMs, 1);
  atLeast("proposalTimeoutMs", proposalTimeoutMs, 1);
  if (heartbeatMs * 2 > electionTimeoutMs) {
    throw new KontikiError(
      `heartbeatMs is ${heartbeatMs} and electionTimeoutMs ${electionTimeoutMs}: ` +
        "a heartbeat must come at least twice in an election timeout, or healthy leaders are deposed",
    );
  }
  return { electionTimeoutMs, heartbeatMs, proposalTimeoutMs };
}

function checkedPolicy({ restartIntensity }: ClusterOptions): RestartPolicy {
  const policy = { ...RESTART_DEFAULTS, ...restartIntensity };
  checkWhole("restartIntensity.crashes", policy.crashes, 0);
  atLeast("restartIntensity.withinMs", policy.withinMs, 1);
  return policy;
}

function checkedLogLimits(
  options: ClusterOptions,
): Pick<CheckedOptions, "snapshots" | "keptEntries" | "maxUncommittedBytes"> {
  const {
    snapshotEntries = SNAPSHOT_DEFAULTS.entries,
    snapshotBytes = SNAPSHOT_DEFAULTS.bytes,
    keptEntries = CONFIG_DEFAULTS.keptEntries,
    maxUncommittedBytes = CONFIG_DEFAULTS.maxUncommittedBytes,
  } = options;
  checkWhole("snapshotEntries", snapshotEntries, 1);
  checkWhole("snapshotBytes", snapshotBytes, 1);
  checkWhole("keptEntries", keptEntries, 0);
  checkWhole("maxUncommittedBytes", maxUncommittedBytes, 1);
  const snapshots = { entries: snapshotEntries, bytes: snapshotBytes };
  return { snapshots, keptEntries, maxUncommittedBytes };
}

function checkedLeases({ leases }: ClusterOptions): CheckedOptions["leases"] {
  if (leases === undefined) return undefined;
  const clockDrift: unknown = leases.clockDrift;
  if (typeof clockDrift === "number" && clockDrift >= 0 && clockDrift <= 0.9) return { clockDrift };
  throw new KontikiError(
    `leases.clockDrift is ${inspect(clockDrift)}: give a number from 0 to 0.9, such as 0.1`,
  );
}

function checkedNetwork({ network }: ClusterOptions): MailCarrier | undefined {
  const given: unknown = network;
  if (given === undefined || typeof given === "function") return network;
  throw new KontikiError(
    `network is ${inspect(given)}: give a function that takes a letter and a function that delivers it`,
  );
}

function checkPriorities(priorities: Readonly<Record<string, number>>): void {
  for (const [node, priority] of Object.entries(priorities)) {
    if (!isNodeId(node)) throw new KontikiError(`priorities: ${inspect(node)} cannot name a node`);
    if (!Number.isSafeInteger(priority) || priority < 0 || priority > PRIORITY_MAX)
      throw new KontikiError(
        `priorities.${node} is ${inspect(priority)}: give a whole number from 0 to ${PRIORITY_MAX}`,
      );
  }
}

/** The names of this many nodes: n1, n2 and so on. */
export function defaultNodes(count: number): readonly NodeId[] {
  return Array.from({ length: count }, (_, at) => `n${at + 1}` as NodeId);
}

function nodeIds(nodes: number | readonly string[]): readonly NodeId[] {
  const names = typeof nodes === "number" ? undefined : nodes;
  const count: unknown = Array.isArray(names) ? names.length : nodes;
  if (!isNodeCount(count))
    throw new KontikiError(`a cluster has 1 to ${NODES_MAX} nodes, not ${inspect(count)}`);
  if (names === undefined) return defaultNodes(count);
  const checked = names.map(checkNodeName);
  if (new Set(names).size < count) throw new KontikiError("each node needs its own name");
  return checked;
}

/** Checks that a name is a node id. @throws KontikiError if it is not. */
export function checkNodeName(name: string): NodeId {
  // A data directory has a folder with this name.
  if (name === "lock") throw new KontikiError('"lock" cannot name a node: choose another name');
  if (isNodeId(name)) return name;
  throw new KontikiError(
    `"${name}" cannot name a node: use a-z, 0-9 and -, a letter first, 64 at most`,
  );
}

function isNodeCount(count: unknown): count is number {
  return Number.isSafeInteger(count) && Number(count) >= 1 && Number(count) <= NODES_MAX;
}

function atLeast(name: string, value: number, least: number): void {
  if (Number.isFinite(value) && value >= least && value <= 2 ** 30) return;
  throw new KontikiError(`${name} is ${value}: give a number of milliseconds from ${least}`);
}

function checkWhole(name: string, value: number, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return;
  throw new KontikiError(`${name} is ${inspect(value)}: give a whole number from ${least}`);
}

function checkPath(name: string, value: string | undefined): void {
  if (value === undefined || (typeof value === "string" && value !== "")) return;
  throw new KontikiError(`${name} is ${inspect(value)}: give the path of a folder`);
}
