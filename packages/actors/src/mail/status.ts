import type { Index, Lack, Membership, NodeId, Term } from "@kontiki/core";
import type { DeadLetterReason } from "../mailboxes/letter.ts";
import type { Life } from "../supervision/life.ts";

export type { DeadLetterReason } from "../mailboxes/letter.ts";
export type { Life } from "../supervision/life.ts";

/** The Raft state that a node last reported. */
export type RaftStatus = {
  /** Its role in `term` (§5.1, dissertation 9.6). */
  readonly role: "follower" | "preCandidate" | "candidate" | "leader";
  /** The latest term it has seen; 0 before any election. */
  readonly term: Term;
  /** The leader of `term`, which may be the node itself; undefined when it knows none. */
  readonly leader: NodeId | undefined;
  /** Highest index known to be committed. */
  readonly commit: Index;
  /** Last index of the log. */
  readonly last: Index;
  /** Highest index applied to the state machine. */
  readonly applied: Index;
  /** Index of the first entry that its log still holds; one more than `last` when it holds none. */
  readonly first: Index;
  /** Index of the last entry in its newest snapshot; 0 when it has none. */
  readonly snapshot: Index;
  /** Whether it is a voter, according to the membership that it knows. */
  readonly votes: boolean;
  /** Whether a part of its log was found damaged and is not repaired yet. Until then it does not stand for election. */
  readonly repairing: boolean;
  /** The entries that a damaged log lacks; undefined when it lacks none. */
  readonly lacks: LackedEntries | undefined;
  /** How many bytes it has received of a snapshot that its leader sends, and the size of that snapshot. */
  readonly receiving: { readonly received: number; readonly size: number } | undefined;
};

/** Entries that a node had promised to hold and has lost. */
export type LackedEntries = {
  /** The first one that it lacks. It may have some of the later ones. */
  readonly from: Index;
  /** The last one: where its log ended. */
  readonly to: Index;
  /**
   * The nodes that answered that they cannot give it the first one. `damaged`: its copy is damaged as well. `absent`: it
   * does not have that entry. `unproven`: it has one, which may be another.
   */
  readonly answers: Readonly<Record<NodeId, Lack>>;
};

/**
 * What keeps a running node from taking part as it should. `repairing`: entries of its log are damaged. `disk full`, `disk
 * failed`: its disk refuses to be written or read, and the node tries it again and again.
 */
export type Condition = "repairing" | "disk full" | "disk failed";

/** Whether two statuses are the same. */
export function sameStatus(a: RaftStatus | undefined, b: RaftStatus): boolean {
  if (a?.commit !== b.commit || a.last !== b.last || a.applied !== b.applied) return false;
  return sameApartFromProgress(a, b);
}

/** Whether two statuses differ in nothing but how far the log has come. */
export function sameApartFromProgress(a: RaftStatus, b: RaftStatus): boolean {
  if (a.role !== b.role || a.term !== b.term || a.leader !== b.leader) return false;
  if (a.first !== b.first || a.snapshot !== b.snapshot || a.votes !== b.votes) return false;
  return (
    a.repairing === b.repairing &&
    sameLack(a.lacks, b.lacks) &&
    a.receiving?.received === b.receiving?.received &&
    a.receiving?.size === b.receiving?.size
  );
}

function sameLack(a: LackedEntries | undefined, b: LackedEntries | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  const answers = Object.entries(a.answers);
  return (
    a.from === b.from &&
    a.to === b.to &&
    answers.length === Object.keys(b.answers).length &&
    answers.every(([node, lack]) => b.answers[node as NodeId] === lack)
  );
}

/** The status of a node, as its supervisor knows it. */
export type NodeStatus = {
  /** The name of the node. */
  readonly id: NodeId;
  /** Where it is in its life. */
  readonly life: Life;
  /** How often its thread was started since the cluster was, the first time included. */
  readonly incarnation: number;
  /** How often it was restarted after a crash since the cluster was started, requested crashes included. */
  readonly restarts: number;
  /** Undefined while no thread runs. */
  readonly raft: RaftStatus | undefined;
  /** Which disk it has: 0 for the one that the cluster began with, a higher number for each later one. */
  readonly uid: number;
  /** What is wrong with its disk or its log, in one line; undefined when nothing is. */
  readonly trouble: string | undefined;
  /** What keeps it from taking part as it should while it runs; undefined when nothing does. */
  readonly condition: Condition | undefined;
};

/** An event in a cluster. */
export type ClusterEvent =
  /** A node's thread has recovered its state. `tornBytes` of an unfinished last write were cut off. */
  | {
      readonly type: "started";
      readonly node: NodeId;
      readonly incarnation: number;
      readonly tornBytes: number;
    }
  /**
   * A node's thread died; `asked`: because of `crash()`. The node is restarted after `restartInMs`. When that is undefined
   * it is not, and a `failed` follows, or a `stopped` if a stop was requested when it had crashed. `crashes` is the number of
   * crashes within the restart window, this one included unless it was asked for.
   */
  | {
      readonly type: "crashed";
      readonly node: NodeId;
      readonly incarnation: number;
      readonly cause: string;
      readonly asked: boolean;
      readonly crashes: number;
      readonly restartInMs: number | undefined;
    }
  /** A node is given up: it crashed more often than the restart intensity allows, or it can never start. */
  | {
      readonly type: "failed";
      readonly node: NodeId;
      readonly incarnation: number;
      readonly cause: string;
    }
  /** A node was stopped on request. */
  | { readonly type: "stopped"; readonly node: NodeId; readonly incarnation: number }
  /** A node has become leader. */
  | { readonly type: "leader"; readonly node: NodeId; readonly term: Term }
  /**
   * The leader uses another membership, or the one that it uses has been committed. It is in force from the entry `index`
   * on.
   */
  | {
      readonly type: "membership";
      readonly node: NodeId;
      readonly index: Index;
      readonly membership: Membership;
      readonly committed: boolean;
    }
  /** Something is wrong with a node's disk or log. It keeps running, but takes no part, or does not stand for election. */
  | { readonly type: "trouble"; readonly node: NodeId; readonly what: string }
  /** A node's disk and log are in order again. */
  | { readonly type: "repaired"; readonly node: NodeId }
  /** No node has led for this long. `why` says in one line which nodes are missing for what, and what can be done. */
  | { readonly type: "noLeader"; readonly forMs: number; readonly why: string }
  /** A part of the data directory was found lost or damaged at the start, and was restored. */
  | { readonly type: "directoryRepaired"; readonly what: string }
  /** The connection to the other hosts has come, or is lost and is tried again; `what` says in one line what happened. */
  | { readonly type: "transport"; readonly connected: boolean; readonly what: string }
  /** Two nodes have applied the same entries, up to `applied`, and their states differ. */
  | {
      readonly type: "diverged";
      readonly nodes: readonly [StateDigest, StateDigest];
      readonly applied: number;
    }
  /** Mail to this address could not be delivered for this reason, for the first time. Later ones are only counted. */
  | { readonly type: "deadLetter"; readonly to: string; readonly reason: DeadLetterReason };

/** The state of a node as SHA-256 in hex. */
export type StateDigest = {
  /** The node. */
  readonly node: NodeId;
  /** The digest of its state, in hex. */
  readonly sha256: string;
};

/** What {@link Cluster.events} emits, by the name of the event. */
export type ClusterEvents = {
  /** Something happened to a node, or mail was lost. All such events, in the order in which they happened. */
  event: [ClusterEvent];
  /**
   * A node's Raft state has changed: its role, term, leader, log, commit or applied index.
   *
   * A node reports its state with its mail, at most a few times a turn, so what begins and ends within one turn is not
   * seen. A cluster under load emits a thousand of these a second. The end of a node's thread is an `event`.
   */
  status: [NodeStatus];
};
