import type { Config } from "./config.ts";
import type { Effect } from "./effect.ts";
import type { LogPosition, LogView } from "./entry.ts";
import type { HardState } from "./hard-state.ts";
import type { Index, NodeId, Term } from "./ids.ts";
import type { InForce, Peer } from "./membership.ts";
import type { Progress } from "./progress.ts";
import type { Snapshot } from "./snapshot.ts";

/** What only one role has. */
export type Role =
  /** It answers others. */
  | {
      readonly type: "follower";
      /** Who leads its term, undefined until it hears of one. */
      readonly leader: NodeId | undefined;
      /** Whether a leader was heard within the shortest election timeout: then votes are withheld. */
      readonly heard: boolean;
      /** The snapshot that it is getting from its leader. */
      readonly receiving: Receiving | undefined;
    }
  /** It asks who would vote for it; `votes` are those who would, itself included, nobody twice (dissertation 9.6). */
  | { readonly type: "preCandidate"; readonly votes: readonly NodeId[] }
  /** It stands for election; `votes` are those it has, its own included, nobody twice (§5.2). */
  | { readonly type: "candidate"; readonly votes: readonly NodeId[] }
  /** It leads its term. */
  | Leader;

/** What a leader keeps. */
export type Leader = {
  readonly type: "leader";
  /** What it knows of each other member's log (Figure 2). */
  readonly progress: Readonly<Record<NodeId, Progress>>;
  /** The last round: with each one it asks everybody whether it still leads. From 0, one up with each. */
  readonly round: number;
  /** The round that a majority must answer within so many heartbeats, and how many have passed. */
  readonly check: { readonly round: number; readonly beats: number };
  /** Reads that wait for a majority to answer their round, oldest first. */
  readonly reads: readonly PendingRead[];
  /** The transfer of leadership that is under way. */
  readonly transfer: Transfer | undefined;
  /** Whether it ever asked another server to stand for election in this term: it has no lease any more. */
  readonly leaseGivenUp: boolean;
};

/** A transfer of leadership that is under way (dissertation 3.10). */
export type Transfer = {
  /** Who is to lead. */
  readonly target: NodeId;
  /** Heartbeats since it began: when an election timeout of them has passed, it has failed. */
  readonly beats: number;
  /** Whether the target was told to stand. */
  readonly told: boolean;
};

/** A read that waits until it is certain that its leader still led when the read came (dissertation 6.4). */
export type PendingRead = {
  /** The follower that asked for it, undefined for the leader itself. */
  readonly from: Peer | undefined;
  /** The asker's name for it. */
  readonly id: number;
  /** The commit index when it came. */
  readonly index: Index;
  /** The round that a majority must answer. It began, or begins, after the read came. */
  readonly round: number;
};

/** A snapshot that is coming in. */
export type Receiving = {
  /** Which one. */
  readonly snapshot: Snapshot;
  /** Bytes from its beginning that were saved. */
  readonly received: number;
};

/** A server between two events: plain immutable data. */
export type State = {
  /** The latest term it has seen (§5.1). Persistent. */
  readonly term: Term;
  /** Who got its vote in `term`, undefined when nobody did (§5.2). Persistent. */
  readonly votedFor: NodeId | undefined;
  /** Highest entry known to be committed. Volatile: found again after a restart (Figure 2). */
  readonly commit: Index;
  /** Highest entry known to be on this server's disk. A leader counts itself only up to here. */
  readonly durable: Index;
  /**
   * The memberships that its log and snapshot hold and that may still be in force, oldest first: the last one at or
   * before the commit index, and all behind it. Empty while `config.voters` is in force. See `membershipOf`.
   */
  readonly memberships: readonly InForce[];
  /** Its newest snapshot. */
  readonly snapshot: Snapshot | undefined;
  /**
   * Set when a part of its log that it had promised to hold was found damaged: the last position of that log. Until its
   * log is as up to date again it neither votes nor stands for election (Alagappan et al., FAST '18).
   */
  readonly horizon: LogPosition | undefined;
  /** What it is, and what only servers of that role have. Volatile. */
  readonly role: Role;
};

/** What a server may look at while it handles an event. */
export type Env<C> = {
  /** What it knows of its cluster. The same for all its life. */
  readonly config: Config;
  /** Its log, with all that earlier effects said done to it. */
  readonly log: LogView<C>;
};

/** What handling an event comes to. */
export type Step<C> = {
  /** The server after the event. The one before it is not changed. */
  readonly state: State;
  /** What the runtime must do now, in this order. */
  readonly effects: readonly Effect<C>[];
};

/** The part of a state that must survive. */
export function hardStateOf(state: State): HardState {
  return { term: state.term, votedFor: state.votedFor };
}

/** Who leads, as far as this server knows. */
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

/** Nothing to do. */
export function unchanged<C>(state: State): Step<C> {
  return { state, effects: [] };
}

/** One step behind another: the second from the state that the first gave. Neither may rest on the other's log effects. */
export function andThen<C>(first: Step<C>, next: (state: State) => Step<C>): Step<C> {
  const second = next(first.state);
  if (second.effects.length === 0) return { state: second.state, effects: first.effects };
  if (first.effects.length === 0) return second;
  return { state: second.state, effects: [...first.effects, ...second.effects] };
}
