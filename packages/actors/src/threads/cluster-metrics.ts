import type { NodeId } from "@kontiki/core";
import type { Histogram } from "../metrics/histogram.ts";
import type { DeadLetterReason, Life, NodeStatus, RaftStatus } from "../mail/status.ts";
import type { MailboxAccount } from "../lanes/mailbox-table.ts";
import type { NodeCounters } from "../metrics/node-counters.ts";

/**
 * What a cluster measures of one node. Where etcd measures the same, the name is etcd's, without its prefix.
 *
 * Counts and histograms are sums over all incarnations of the node, since the cluster was started. What is about a state is
 * that of the present thread as it last reported it, and 0 or undefined while there is none.
 */
export type NodeMetrics = {
  /** The name of the node. */
  readonly node: NodeId;
  /** Where it is in its life. */
  readonly life: Life["type"];
  /** Its role in its term; undefined while no thread runs. */
  readonly role: RaftStatus["role"] | undefined;
  /** The latest term it has seen. */
  readonly term: number;
  /** Whether it knows a leader of its term. */
  readonly hasLeader: boolean;
  /** Whether it leads. */
  readonly isLeader: boolean;
  /** Whether it has no vote. */
  readonly isLearner: boolean;
  /** Highest index known to be committed. */
  readonly proposalsCommitted: number;
  /** Highest index applied to the state machine. */
  readonly proposalsApplied: number;
  /** How often it learned of a leader that was new to it: another one, or the same one in a new term. */
  readonly leaderChangesSeen: number;
  /** How often it stood for election, each time in a new term. Pre-votes (dissertation 9.6) do not count. */
  readonly electionsStarted: number;
  /** How often its thread was started, the first time included. */
  readonly incarnation: number;
  /** How often it was restarted after a crash, requested crashes included. */
  readonly restarts: number;
  /** Letters that are on the way to it or wait in its mailbox. */
  readonly mailboxLetters: number;
  /** Bytes of these letters. */
  readonly mailboxBytes: number;
  /** Turns by how long they took, the sync of the disk included. */
  readonly turnDuration: Histogram;
  /** Syncs of its log: each made what one turn had written durable. */
  readonly walFsyncDuration: Histogram;
};

/** Letters that were not delivered, to one receiver for one reason. */
export type DeadLetterCount = {
  /** A node, or `client` for all clients. */
  readonly to: string;
  /** Why they were not delivered. */
  readonly reason: DeadLetterReason;
  /** How many, since the cluster was started. */
  readonly count: number;
};

/** What a cluster measures: plain data, as of the moment in which it was asked for. */
export type ClusterMetrics = {
  /** Of each present node. */
  readonly nodes: readonly NodeMetrics[];
  /** What was not delivered. */
  readonly deadLetters: readonly DeadLetterCount[];
};

/** A node as it is measured. */
export type MeasuredNode = {
  status(): NodeStatus;
  readonly counters: NodeCounters;
  /** The account of its mailbox, while it has a thread. */
  readonly mailbox: MailboxAccount | undefined;
};

/** Puts together what is known of nodes. */
export function clusterMetrics(
  nodes: readonly MeasuredNode[],
  deadLetters: ReadonlyMap<string, number>,
): ClusterMetrics {
  return { nodes: nodes.map(nodeMetrics), deadLetters: deadLetterCounts(deadLetters) };
}

function nodeMetrics(measured: MeasuredNode): NodeMetrics {
  const { id, life, raft, incarnation, restarts } = measured.status();
  const { elections, leaderChanges, turns, syncs } = measured.counters.read();
  const { mailbox } = measured;
  return {
    node: id,
    life: life.type,
    role: raft?.role,
    term: raft?.term ?? 0,
    hasLeader: raft?.leader !== undefined,
    isLeader: raft?.role === "leader",
    isLearner: raft?.votes === false,
    proposalsCommitted: raft?.commit ?? 0,
    proposalsApplied: raft?.applied ?? 0,
    leaderChangesSeen: leaderChanges,
    electionsStarted: elections,
    incarnation,
    restarts,
    mailboxLetters: mailbox?.letters ?? 0,
    mailboxBytes: mailbox?.bytes ?? 0,
    turnDuration: turns,
    walFsyncDuration: syncs,
  };
}

/** Clients come and go, so they are counted together. */
function deadLetterCounts(counts: ReadonlyMap<string, number>): readonly DeadLetterCount[] {
  const merged = new Map<string, DeadLetterCount>();
  for (const [key, count] of counts) {
    const end = key.lastIndexOf(": ");
    const to = key.startsWith("client/") ? "client" : key.slice(0, end);
    const reason = key.slice(end + 2) as DeadLetterReason;
    const known = merged.get(`${to}: ${reason}`)?.count ?? 0;
    merged.set(`${to}: ${reason}`, { to, reason, count: known + count });
  }
  return [...merged.values()];
}
