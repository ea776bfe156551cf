import type { NodeId } from "@kontiki/core";
import { KontikiError } from "../errors.ts";
import type { MailCarrier } from "../threads/mail-carrier.ts";
import type { ClusterEvent } from "../mail/status.ts";
import { byNode, namesByNode, nodeName, nodeNames } from "../options/node-names.ts";
import {
  callable,
  decimal,
  either,
  flag,
  folder,
  milliseconds,
  path,
  rule,
  text,
  whole,
} from "../options/rules.ts";
import { oneOf } from "../options/words.ts";
import { fields, needed, type Schema } from "../options/schema.ts";
import { CLUSTER_ID, hostsRule, isCloneable } from "./host-options.ts";
import type { Peers } from "../hosts/host-spec.ts";
import type { TransportSpec } from "../hosts/transport.ts";

/** The most nodes of a cluster: each has a thread, and none of them has a core to itself. */
export const NODES_MAX = 9;

/** The highest priority of a node. */
export const PRIORITY_MAX = 100;

/** Options of a cluster. All are optional. */
export type ClusterOptions = {
  /**
   * The number of nodes, 1 to {@link NODES_MAX}, named n1, n2 ...; or their names. Default: those of the data
   * directory, or 3 for a new one.
   */
  readonly nodes?: number | readonly string[] | undefined;
  /**
   * The directory of the nodes' logs; created if absent. Without it, and also with `dataDir: undefined`, the disks are in
   * memory: they survive the nodes' threads and are lost with the process.
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
  readonly restartIntensity?:
    { readonly crashes?: number | undefined; readonly withinMs?: number | undefined } | undefined;
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
   * each level below the highest a node waits one more election timeout before it stands for election; a quarter of one
   * when the leader's thread has ended. This is only a preference: a node that lacks entries cannot win. A name that no
   * node has at the start is an error; an added node has priority 0 until the next start. Default: all equal.
   */
  readonly priorities?: Readonly<Record<string, number>> | undefined;
  /**
   * Take a snapshot and compact the log after this many applied commands since the last one, 1 or more. An entry of the
   * log without commands counts as one.
   *
   * Default, when neither this nor `snapshotBytes` is given: after 50,000 commands or 64 MiB of them, but not before
   * these take half as much memory as the last snapshot has bytes. So what snapshots cost is in proportion to the entries,
   * however large the state is. The first voters take their first snapshots earlier, one after another, so that not all
   * write one at the same time. If only one of the two is given, the other limit stays, and all take theirs at the limits.
   */
  readonly snapshotEntries?: number | undefined;
  /** Take a snapshot also when the log has this many bytes since the last one, 1 or more. */
  readonly snapshotBytes?: number | undefined;
  /**
   * How many entries before a snapshot stay in the log, 0 or more: a follower that lacks only those gets them instead
   * of the whole snapshot. Default 1,024. They are fewer if their commands have more than 16 MiB.
   */
  readonly keptEntries?: number | undefined;
  /**
   * Whether a node asks which nodes would vote for it before it stands for election (dissertation 9.6). Without this a node
   * that was cut off deposes the leader when it returns. Default: true.
   */
  readonly preVote?: boolean | undefined;
  /**
   * Lets reads with `consistency: "lease"` rely on the leader's clock alone, without a round of messages (dissertation
   * 6.4.1). They are linearizable as long as no two nodes' clocks drift apart by more than the fraction `clockDrift` of
   * the elapsed time, from 0 to 0.9; 0.1 is a cautious bound. Off by default: then such reads are handled like
   * linearizable ones.
   */
  readonly leases?: { readonly clockDrift: number } | undefined;
  /**
   * New names for nodes of the data directory, by their present names, for a directory that an earlier version wrote with
   * a name that is now refused. Each such node is replaced by a new one, which copies everything from the others, in a
   * change of members; `Cluster.start` resolves when that is done. Default none.
   */
  readonly renames?: Readonly<Record<string, string>> | undefined;
  /** A folder in which each node writes a trace of everything that happens to it. Created if absent. Default none. */
  readonly trace?: string | undefined;
  /**
   * Checks the state machine while the cluster runs, for tests: each snapshot is restored into a second machine, which
   * must then give the same answers as the first, and the states of all nodes are compared after each restart and at
   * `stop`. A node whose snapshot loses something fails with the reason, different states are an event, and `stop` throws
   * the first finding. It doubles the memory and the work of the machine. Default: whether a test runs, that is, whether
   * the environment has NODE_ENV=test, as under vitest and jest, or NODE_TEST_CONTEXT, as under `node --test`.
   */
  readonly checks?: boolean | undefined;
  /**
   * What errors of `apply` and `query` mean that are no `CommandError`, and results that are not plain data: with `allow` they
   * are answers, outcomes of type `error`; with `fail` the node fails. Default: `allow`.
   */
  readonly throws?: "fail" | "allow" | undefined;
  /** A leader with this many bytes of uncommitted commands rejects proposals, 1 or more. Default 64 MiB. */
  readonly maxUncommittedBytes?: number | undefined;
  /**
   * For tests: carries the letters between nodes. It delivers each of them at once, later, several times or never, and
   * so creates partitions, delays, loss and copies of all kinds. Letters between nodes and clients are not affected. A
   * client's proposals that a node forwards must not be repeated: a rejection of one copy counts for all of them.
   * Default: all are delivered at once.
   */
  readonly network?: MailCarrier | undefined;
  /**
   * For experiments: lets faults be injected while the cluster runs, by {@link Cluster.faults}. Each node then keeps a
   * record of what it has not synced. With `network` as well, letters are carried from the start. Default: false.
   */
  readonly faults?: boolean | undefined;
  /**
   * For a cluster with nodes on several hosts: what carries mail between them, such as `nats()` of `@kontiki/nats`. Needs
   * `host`, `peers` and `dataDir`. The members are those of `peers`: no node can be added or removed.
   */
  readonly transport?: TransportSpec | undefined;
  /** The name of this host in `peers`. Only its nodes are started here. */
  readonly host?: string | undefined;
  /** The id of the cluster and the nodes of each host. All hosts must be given the same. */
  readonly peers?: Peers | undefined;
};

const NODES = `1 to ${NODES_MAX} nodes, as their number or as a list of their names`;

/** What each of them may be. */
export const CLUSTER_OPTIONS: Schema<ClusterOptions> = {
  nodes: either(
    Array.isArray,
    nodeNames(NODES, NODES_MAX),
    rule<number>(NODES, (count) => isNodeCount(count)),
  ),
  dataDir: folder,
  stateMachine: either(
    (value) => value instanceof URL,
    rule<URL>("", () => true),
    path("a URL, or a path that starts from the calling file"),
  ),
  electionTimeoutMs: milliseconds(10),
  heartbeatMs: milliseconds(1),
  onEvent: callable(" that gets each event"),
  proposalTimeoutMs: milliseconds(1),
  restartIntensity: fields<NonNullable<ClusterOptions["restartIntensity"]>>({
    crashes: whole(0),
    withinMs: milliseconds(1),
  }),
  heapMiB: whole(16),
  priorities: byNode(whole(0, PRIORITY_MAX)),
  snapshotEntries: whole(1),
  snapshotBytes: whole(1),
  keptEntries: whole(0),
  preVote: flag,
  leases: fields({ clockDrift: needed(decimal(0, 0.9, ", such as 0.1")) }),
  renames: namesByNode,
  trace: folder,
  checks: flag,
  throws: oneOf("fail", "allow"),
  maxUncommittedBytes: whole(1),
  transport: fields<TransportSpec>({
    module: needed(text("the URL of a module")),
    options: rule<unknown>("plain data", isCloneable),
  }),
  host: nodeName,
  peers: fields<Peers>({ cluster: needed(CLUSTER_ID), hosts: needed(hostsRule) }),
  network: callable(" that takes a letter and a function that delivers it"),
  faults: flag,
};

/** The names of this many nodes: n1, n2 and so on. */
export function defaultNodes(count: number): readonly NodeId[] {
  return Array.from({ length: count }, (_, at) => `n${at + 1}` as NodeId);
}

/** Checks the name of a new node. @throws KontikiError if no node can have it. */
export function checkNodeName(name: string): NodeId {
  const wrong = nodeName(name, "the name");
  if (wrong !== undefined) throw new KontikiError(wrong);
  return name as NodeId;
}

function isNodeCount(count: unknown): boolean {
  return Number.isSafeInteger(count) && Number(count) >= 1 && Number(count) <= NODES_MAX;
}
