import type { Config } from "./config.ts";
import type { Effect } from "./effect.ts";
import type { LogView } from "./entry.ts";
import type { HardState } from "./hard-state.ts";
import { INDEX_ZERO, type Index, type NodeId, type Term } from "./ids.ts";
import type { Progress } from "./progress.ts";

/** What only one role has. */
export type Role =
  /** It answers others. `leader` is who leads its term, undefined until it hears of one. */
  | { readonly type: "follower"; readonly leader: NodeId | undefined }
  /** It stands for election; `votes` are those it has, its own included, nobody twice (§5.2). */
  | { readonly type: "candidate"; readonly votes: readonly NodeId[] }
  /** It leads its term; `progress` is what it knows of each other server's log (Figure 2). */
  | { readonly type: "leader"; readonly progress: Readonly<Record<NodeId, Progress>> };

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

/**
 * The state after a start, first or not: a follower that remembers its term, its own vote and its log, and nothing
 * else (§5.2, Figure 2). The whole of the recovered log is on disk.
 */
export function restore<C>(hard: HardState, log: LogView<C>): State {
  return {
    term: hard.term,
    votedFor: hard.votedFor,
    commit: INDEX_ZERO,
    durable: log.lastIndex,
    role: { type: "follower", leader: undefined },
  };
}

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
