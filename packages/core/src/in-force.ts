import { assert } from "./assert.ts";
import { initialMembership, isVoter, uidOf, type Membership } from "./membership.ts";
import type { Config } from "./config.ts";
import type { Entry, LogView } from "./entry.ts";
import { INDEX_ZERO, indexAfter, type Index, type NodeId } from "./ids.ts";
import type { Snapshot } from "./snapshot.ts";
import type { Env, State } from "./state.ts";

/** A membership, and the entry from which on it is in force; or the snapshot's last entry, if it came with one. */
export type InForce = { readonly index: Index; readonly membership: Membership };

const initial = new WeakMap<Config, Membership>();

/**
 * The membership that counts now: the latest in the log, committed or not, because a server that waited for the commit
 * could decide by a majority that is none any more (§6, dissertation 4.1).
 */
export function membershipOf<C>({ config }: Env<C>, { memberships }: State): Membership {
  const last = memberships.at(-1);
  if (last !== undefined) return last.membership;
  let known = initial.get(config);
  if (known === undefined) {
    known = initialMembership(config.voters);
    initial.set(config, known);
  }
  return known;
}

/**
 * The membership as of an entry that is committed: what a snapshot of the log up to there says. It is read from the log,
 * because of the memberships up to the commit index a state keeps only the last, and what is applied may be before it.
 */
export function membershipAt<C>(env: Env<C>, state: State, at: Index): Membership {
  const { snapshot } = state;
  const base = snapshot?.index ?? INDEX_ZERO;
  assert(at >= base, `the snapshot of ${base} took the place of what was in force at ${at}`);
  const entries = at === base ? [] : env.log.slice(indexAfter(base), at, Number.MAX_SAFE_INTEGER);
  const before = snapshot === undefined ? [] : [{ index: base, membership: snapshot.membership }];
  return membershipOf(env, { ...state, memberships: [...before, ...membershipsIn(entries)] });
}

/** Whether the membership that counts is not committed yet: then no other change may begin (dissertation 4.1). */
export function isChanging({ memberships, commit }: State): boolean {
  return (memberships.at(-1)?.index ?? 0) > commit;
}

/** What of a recovered log and snapshot may be in force. Nothing is known to be committed but the snapshot. */
export function recoveredMemberships<C>(
  log: LogView<C>,
  snapshot: Snapshot | undefined,
): readonly InForce[] {
  const base =
    snapshot === undefined ? [] : [{ index: snapshot.index, membership: snapshot.membership }];
  if (log.lastIndex < log.firstIndex) return base;
  const entries = log.slice(log.firstIndex, log.lastIndex, Number.MAX_SAFE_INTEGER);
  return [...base, ...membershipsIn(entries).filter(({ index }) => index > (snapshot?.index ?? 0))];
}

/** The memberships among entries. */
export function membershipsIn<C>(entries: readonly Entry<C>[]): readonly InForce[] {
  return entries.flatMap((entry) =>
    entry.type === "membership" ? [{ index: entry.index, membership: entry.membership }] : [],
  );
}

/** After entries were cut off and others appended: a change that is cut off was never in force (dissertation 4.1). */
export function withLog<C>(
  state: State,
  cutAfter: Index | undefined,
  appended: readonly Entry<C>[],
): State {
  const kept =
    cutAfter === undefined
      ? state.memberships
      : state.memberships.filter(({ index }) => index <= cutAfter);
  const fresh = membershipsIn(appended);
  if (fresh.length === 0 && kept.length === state.memberships.length) return state;
  return { ...state, memberships: [...kept, ...fresh] };
}

/** With a new commit index: of the memberships up to it only the last can ever count again. */
export function withCommit(state: State, commit: Index): State {
  const { memberships } = state;
  const settled = memberships.filter(({ index }) => index <= commit).length;
  return {
    ...state,
    commit,
    memberships: settled > 1 ? memberships.slice(settled - 1) : memberships,
  };
}

/**
 * Whether this server may stand for election: it votes in the membership that counts, with the disk that it has, and no
 * part of what it promised to hold is missing.
 *
 * One that loses its vote by a change that may not be committed yet stands as well: it may be the only one that has the
 * change, and those who stay would refuse each other their votes for good (dissertation 4.2.2, Figure 4.6).
 */
export function mayStand<C>(env: Env<C>, state: State): boolean {
  if (state.horizon !== undefined) return false;
  const { id, uid } = env.config;
  const votes = (membership: Membership): boolean =>
    isVoter(membership, id) && uidOf(membership, id) === uid;
  if (votes(membershipOf(env, state))) return true;
  const before = { ...state, memberships: state.memberships.slice(0, -1) };
  return isChanging(state) && votes(membershipOf(env, before));
}

/** Everybody else in the membership that counts. */
export function peersOf<C>(env: Env<C>, state: State): readonly NodeId[] {
  const { voters, outgoing, learners } = membershipOf(env, state);
  const { id } = env.config;
  if (outgoing.length === 0 && learners.length === 0) return voters.filter((node) => node !== id);
  return [...new Set([...voters, ...outgoing, ...learners])].filter((node) => node !== id);
}
