import type { Index, Membership, NodeId, Term } from "@kontiki/core";

/** Where a node is in its life. Its thread runs in `starting` and `running` only. */
export type Life =
  /** Its thread runs and reads its state back from its disk. */
  | { readonly type: "starting" }
  /** Its thread takes part in the cluster. */
  | { readonly type: "running" }
  /** It crashed and comes back from its disk after a pause. */
  | { readonly type: "restarting"; readonly cause: string }
  /** Stopped because somebody asked for it. */
  | { readonly type: "stopped" }
  /** It will not be started again unless somebody asks for it. */
  | { readonly type: "failed"; readonly cause: string };

/** What a node last said of its own Raft state. All zero before it has first spoken. */
export type RaftStatus = {
  /** What it is in `term` (§5.1, dissertation 9.6). */
  readonly role: "follower" | "preCandidate" | "candidate" | "leader";
  /** The latest term it has seen; 0 before any election. */
  readonly term: Term;
  /** Who leads `term`, itself included, as far as it knows. */
  readonly leader: NodeId | undefined;
  /** Highest index known to be committed. */
  readonly commit: Index;
  /** Last index of the log. */
  readonly last: Index;
  /** Highest index applied to the state machine. */
  readonly applied: Index;
  /** First entry that its log still holds; one more than `last` when it holds none. */
  readonly first: Index;
  /** The last entry in its newest snapshot; 0 when it has none. */
  readonly snapshot: Index;
  /** Whether it is a voter, by the membership that it knows. */
  readonly votes: boolean;
  /** Whether a part of its log was found damaged and is not whole again: until then it votes for nobody. */
  readonly repairing: boolean;
  /** How many bytes it has of a snapshot that its leader sends, and how many there are. */
  readonly receiving: { readonly received: number; readonly size: number } | undefined;
};

/** Whether a node says the same of itself as before. */
export function sameStatus(a: RaftStatus | undefined, b: RaftStatus): boolean {
  if (a?.role !== b.role || a.term !== b.term || a.leader !== b.leader) return false;
  if (a.commit !== b.commit || a.last !== b.last || a.applied !== b.applied) return false;
  if (a.first !== b.first || a.snapshot !== b.snapshot || a.votes !== b.votes) return false;
  return (
    a.repairing === b.repairing &&
    a.receiving?.received === b.receiving?.received &&
    a.receiving?.size === b.receiving?.size
  );
}

/** One node as its supervisor sees it. */
export type NodeStatus = {
  /** The name of the node. */
  readonly id: NodeId;
  /** Where it is in its life. */
  readonly life: Life;
  /** Starts of its thread since the cluster was started, the first included. */
  readonly incarnation: number;
  /** Crashes it came back from since the cluster was started, asked for or not. */
  readonly restarts: number;
  /** Undefined while no thread runs. */
  readonly raft: RaftStatus | undefined;
  /** Which disk it has: 0 for the one that the cluster began with, a higher number for each that came later. */
  readonly uid: number;
  /** What is wrong with its disk or its log, in one line, while it is. */
  readonly trouble: string | undefined;
};

/** Something happened in a cluster. */
export type ClusterEvent =
  /** A node's thread runs and has recovered its state. `tornBytes` of an unfinished last write were cut off. */
  | {
      readonly type: "started";
      readonly node: NodeId;
      readonly incarnation: number;
      readonly tornBytes: number;
    }
  /**
   * A thread died. `asked` when by `crash()`. It comes back after `restartInMs`, or not at all when that is
   * undefined: then a `failed` follows. `crashes` were counted within the restart window, this one included if it
   * was not asked for.
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
  /** A node is given up: its crashes exhausted the restart intensity, or its disk cannot be used. */
  | {
      readonly type: "failed";
      readonly node: NodeId;
      readonly incarnation: number;
      readonly cause: string;
    }
  /** A node was stopped in order. */
  | { readonly type: "stopped"; readonly node: NodeId; readonly incarnation: number }
  /** A node took the lead. */
  | { readonly type: "leader"; readonly node: NodeId; readonly term: Term }
  /**
   * The membership that the leader goes by is another one, or the one it went by is committed now. It is in force from
   * the entry `index` on.
   */
  | {
      readonly type: "membership";
      readonly node: NodeId;
      readonly index: Index;
      readonly membership: Membership;
      readonly committed: boolean;
    }
  /** Something is wrong with a node's disk or log. It runs on, but takes no part, or votes for nobody. */
  | { readonly type: "trouble"; readonly node: NodeId; readonly what: string }
  /** What was wrong with a node's disk or log is over. */
  | { readonly type: "repaired"; readonly node: NodeId }
  /** Mail could not be delivered, for the first time to this address for this reason. Later ones are only counted. */
  | { readonly type: "deadLetter"; readonly to: string; readonly reason: DeadLetterReason };

/** What {@link Cluster.events} tells, by the name of the event. */
export type ClusterEvents = {
  /** Something befell a node, or mail was lost: all of it, in the order in which it happened. */
  event: [ClusterEvent];
  /**
   * A node says something else of its Raft state than before: its role, term, leader, log, commit or applied index.
   *
   * A node reports with its mail, at most a few times a turn, so what began and ended within one turn is not seen.
   * A cluster under load tells a thousand of these a second. That a node is gone is an `event`.
   */
  status: [NodeStatus];
};

/** Why mail was not delivered. Raft sends again; a client is told. */
export type DeadLetterReason =
  "not running" | "mailbox full" | "stale incarnation" | "unknown address" | "malformed";
