import {
  indexAfter,
  isChanging,
  isVoter,
  leaderOf,
  membershipOf,
  uidOf,
  type Env,
  type Index,
  type InForce,
  type State,
} from "@kontiki/core";
import type { RaftStatus } from "../mail/status.ts";
import type { CommandBytes } from "../storage/storage.ts";

/** The state of a node as it reports it. */
export function raftStatus(env: Env<CommandBytes>, state: State, applied: Index): RaftStatus {
  const { config, log } = env;
  const { term, commit, role, snapshot, horizon } = state;
  const receiving = role.type === "follower" ? role.receiving : undefined;
  const membership = membershipOf(env, state);
  const { id, uid } = config;
  return {
    role: role.type,
    term,
    leader: leaderOf(config, state),
    commit,
    last: log.lastIndex,
    applied,
    first: log.firstIndex,
    snapshot: snapshot?.index ?? (0 as Index),
    votes: isVoter(membership, id) && uidOf(membership, id) === uid,
    repairing: horizon !== undefined,
    lacks:
      horizon === undefined
        ? undefined
        : {
            from: indexAfter(log.lastIndex),
            to: horizon.index,
            answers: state.repair?.answers ?? {},
          },
    receiving:
      receiving === undefined
        ? undefined
        : { received: receiving.received, size: receiving.snapshot.size },
  };
}

/** A membership that is in force, the entry from which on it is, and whether that entry is committed. */
export type MembershipInForce = InForce & { readonly committed: boolean };

/** The membership that a node uses. */
export function membershipInForce(env: Env<CommandBytes>, state: State): MembershipInForce {
  const membership = membershipOf(env, state);
  const index = state.memberships.at(-1)?.index ?? (0 as Index);
  return { index, membership, committed: !isChanging(state) };
}
