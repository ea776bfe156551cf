import type { Config } from "./config.ts";
import type { Effect } from "./effect.ts";
import type { LogPosition, LogView } from "./entry.ts";
import type { HardState } from "./hard-state.ts";
import type { Index, NodeId, Term } from "./ids.ts";
import type { InForce, Peer } from "./membership.ts";
import type { Lack } from "./message.ts";
import type { Progress } from "./progress.ts";
import type { Salvage } from "./salvage.ts";
import type { Snapshot } from "./snapshot.ts";

/** The role of a server, with the data that only this role has. */
export type Role =
  /** It answers requests. */
  | {
      readonly type: "follower";
      /** The leader of its term, undefined until it hears from one. */
      readonly leader: NodeId | undefined;
      /** Whether a leader was heard within the shortest election timeout: while it was, votes are withheld. */
      readonly heard: boolean;
      /** The snapshot that it is receiving from its leader. */
      readonly receiving: Receiving | undefined;
    }
  /** It asks which servers would vote for it; `votes` lists those that would, itself included (dissertation 9.6). */
  | { readonly type: "preCandidate"; readonly votes: readonly NodeId[] }
  /** It stands for election; `votes` lists the votes it has, its own included (§5.2). */
  | { readonly type: "candidate"; readonly votes: readonly NodeId[] }
  /** It leads its term. */
  | Leader;

/** What only a leader has. */
export type Leader = {
  readonly type: "leader";
  /** What it knows of each other member's log (Figure 2). */
  readonly progress: Readonly<Record<NodeId, Progress>>;
  /** The current round, from 0. Each round asks every follower whether this server still leads. */
  readonly round: number;
  /** The quorum check: the round that a majority must answer, and the heartbeats since it began. */
  readonly check: { readonly round: number; readonly beats: number };
  /** Reads that wait until a majority has answered their round, oldest first. */
  readonly reads: readonly PendingRead[];
  /** The transfer of leadership in progress. */
  readonly transfer: Transfer | undefined;
  /** Whether it ever asked another server to stand for election in this term: then it has no lease any more. */
  readonly leaseGivenUp: boolean;
};

/** A transfer of leadership in progress (dissertation 3.10). */
export type Transfer = {
  /** The server that is to lead. */
  readonly target: NodeId;
  /** Heartbeats since it began: after an election timeout of them it has failed. */
  readonly beats: number;
  /** Whether the target was told to stand for election. */
  readonly told: boolean;
};

/** A read that waits until it is certain that the leader still led when the read arrived (dissertation 6.4). */
export type PendingRead = {
  /** The follower that asked for it; undefined for the leader itself. */
  readonly from: Peer | undefined;
  /** The id that the asking server gave it. */
  readonly id: number;
  /** The commit index when it arrived. */
  readonly index: Index;
  /** The round that a majority must answer. It begins after the read arrived. */
  readonly round: number;
};

/** A snapshot that is being received. */
export type Receiving = {
  /** Which one. */
  readonly snapshot: Snapshot;
  /** Bytes saved from its beginning. */
  readonly received: number;
};

/** How far the repair of a damaged log has come. */
export type Repair = {
  /** Up to this entry the log is certainly the beginning of the log that ended at the horizon. */
  readonly proven: Index;
  /** Which servers lack the entry after the log's last one, of those that answered since all of them were asked. */
  readonly answers: Readonly<Record<NodeId, Lack>>;
  /** The servers that do not have the next part of the snapshot that is being fetched. */
  readonly without: readonly NodeId[];
  /** Damaged snapshots that could not be put together since one of them was last tried a second time. */
  readonly tried: readonly Snapshot[];
};

/** A server between two events: plain immutable data. */
export type State = {
  /** The latest term it has seen (§5.1). Persistent. */
  readonly term: Term;
  /** The server that got its vote in `term`, undefined for none (§5.2). Persistent. */
  readonly votedFor: NodeId | undefined;
  /** Highest entry known to be committed. Volatile: learned again after a restart (Figure 2). */
  readonly commit: Index;
  /** Highest entry known to be on this server's disk. A leader counts itself only up to here. */
  readonly durable: Index;
  /**
   * The memberships in its log and snapshot that may still be in force, oldest first: the last one at or before the
   * commit index, and all later ones. Empty while `config.voters` is in force. See `membershipOf`.
   */
  readonly memberships: readonly InForce[];
  /** Its newest snapshot. */
  readonly snapshot: Snapshot | undefined;
  /**
   * Set when a part of the log that it had promised to hold was found damaged: the last position of that log. Until its
   * log is as up to date again, the server does not stand for election, and votes as if its log still ended there
   * (Alagappan et al., FAST '18).
   */
  readonly horizon: LogPosition | undefined;
  /** How far the repair of a damaged log has come; undefined without a horizon. Volatile. */
  readonly repair: Repair | undefined;
  /** Its role and the data of that role. Volatile. */
  readonly role: Role;
};

/** What a server may read while it handles an event. */
export type Env<C> = {
  /** What it knows about its cluster. Constant for its whole life. */
  readonly config: Config;
  /** Its log, with all earlier effects applied. */
  readonly log: LogView<C>;
  /** The intact parts of damaged files. Constant. */
  readonly salvage?: Salvage<C>;
};

/** The result of handling an event. */
export type Step<C> = {
  /** The state after the event. The previous state is not modified. */
  readonly state: State;
  /** What the runtime must do now, in this order. */
  readonly effects: readonly Effect<C>[];
};

/** The part of a state that must survive. */
export function hardStateOf(state: State): HardState {
  return { term: state.term, votedFor: state.votedFor };
}

/** The current leader, if this server knows it. */
export function leaderOf(config: Config, state: State): NodeId | undefined {
  switch (state.role.type) {
    case "leader":
      return config.id;
    case "follower":
      return state.role.leader;
    case "preCandidate":
    case "candidate":
      return undefined;
    default:
      return state.role satisfies never;
  }
}

/** A step that does nothing. */
export function unchanged<C>(state: State): Step<C> {
  return { state, effects: [] };
}

/**
 * Runs a second step on the state of the first and joins their effects. Neither may depend on the other's log effects.
 */
export function andThen<C>(first: Step<C>, next: (state: State) => Step<C>): Step<C> {
  const second = next(first.state);
  if (second.effects.length === 0) return { state: second.state, effects: first.effects };
  if (first.effects.length === 0) return second;
  return { state: second.state, effects: [...first.effects, ...second.effects] };
}
