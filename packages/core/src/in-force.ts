import { assert } from "./assert.ts";
import {
  initialMembership,
  isMember,
  isVoter,
  uidOf,
  type InForce,
  type Membership,
  type Peer,
} from "./membership.ts";
import type { Config } from "./config.ts";
import type { Entry, LogView } from "./entry.ts";
import type { Index, NodeId } from "./ids.ts";
import type { Snapshot } from "./snapshot.ts";
import type { Env, State } from "./state.ts";

const initial = new WeakMap<Config, Membership>();

/**
 * The membership in force: the latest in the log, committed or not. A server that waited for the commit could decide by
 * a majority that no longer is one (§6, dissertation 4.1).
 */
export function membershipOf<C>({ config }: Env<C>, { memberships }: State): Membership {
  return memberships.at(-1)?.membership ?? initialOf(config);
}

function initialOf(config: Config): Membership {
  let known = initial.get(config);
  if (known === undefined) {
    known = initialMembership(config.voters);
    initial.set(config, known);
  }
  return known;
}

/**
 * The membership as of an applied entry, at or after the newest snapshot: the one that a snapshot up to that entry
 * records. The applied index is slightly behind the commit index, so this membership may already be replaced; it is
 * then read from the log or the previous snapshot.
 */
export function membershipAt<C>(env: Env<C>, state: State, at: Index): Membership {
  const base = state.snapshot?.index ?? 0;
  assert(
    at >= base,
    () => `the membership in force at ${at} was replaced by the snapshot of ${base}`,
  );
  const upTo = (known: readonly InForce[]): readonly InForce[] =>
    known.filter(({ index }) => index <= at);
  const counting = upTo(state.memberships);
  const memberships =
    counting.length > 0 || state.memberships.length === 0
      ? counting
      : upTo(recoveredMemberships(env.log, state.snapshot));
  return membershipOf(env, { ...state, memberships });
}

/** Whether the membership in force is not committed yet: no other change may begin until it is (dissertation 4.1). */
export function isChanging({ memberships, commit }: State): boolean {
  return (memberships.at(-1)?.index ?? 0) > commit;
}

/** The memberships of a recovered log and snapshot that may be in force. Only the snapshot is known to be committed. */
export function recoveredMemberships<C>(
  log: LogView<C>,
  snapshot: Snapshot | undefined,
): readonly InForce[] {
  const base =
    snapshot === undefined ? [] : [{ index: snapshot.index, membership: snapshot.membership }];
  if (log.lastIndex < log.firstIndex) return base;
  const entries =
    log.memberships?.() ?? log.slice(log.firstIndex, log.lastIndex, Number.MAX_SAFE_INTEGER);
  return [...base, ...membershipsIn(entries).filter(({ index }) => index > (snapshot?.index ?? 0))];
}

/** The memberships among entries. */
function membershipsIn<C>(entries: readonly Entry<C>[]): readonly InForce[] {
  const found: InForce[] = [];
  // A start looks at a whole log.
  for (const entry of entries)
    if (entry.type === "membership")
      found.push({ index: entry.index, membership: entry.membership });
  return found;
}

/**
 * Updates the memberships after a truncation and an append: a change that is truncated was never in force (dissertation
 * 4.1).
 */
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

/**
 * Sets a new commit index. Of the memberships up to it only the last can ever be in force again. A snapshot that is
 * being received and ends at or before it adds nothing more, so it is dropped.
 */
export function withCommit(state: State, commit: Index): State {
  const { memberships, role } = state;
  const settled = memberships.filter(({ index }) => index <= commit).length;
  const needless =
    role.type === "follower" && (role.receiving?.snapshot.index ?? Infinity) <= commit;
  return {
    ...state,
    commit,
    role: needless ? { ...role, receiving: undefined } : role,
    memberships: settled > 1 ? memberships.slice(settled - 1) : memberships,
  };
}

/**
 * Whether this server may stand for election: it is a voter, with its present disk, in a membership that may be in
 * force, and no promised part of its log is missing.
 *
 * That is the latest membership in its log, or an earlier one as long as the latest is not known to be committed. A
 * server that is about to be removed may be the only one whose log can win: the others lack the entry that removes it
 * (dissertation 4.2.2, Figure 4.6). A server that the latest membership lists with another disk may not stand: it would
 * count the vote of that disk as its own.
 */
export function mayStand<C>(env: Env<C>, state: State): boolean {
  const { id, uid } = env.config;
  const latest = membershipOf(env, state);
  const hasOtherDisk = isMember(latest, id) && uidOf(latest, id) !== uid;
  if (state.horizon !== undefined || hasOtherDisk) return false;
  return possiblyInForce(env, state).some(
    (membership) => isVoter(membership, id) && uidOf(membership, id) === uid,
  );
}

/** The last membership that is known to be committed, and all later ones. */
function possiblyInForce<C>({ config }: Env<C>, state: State): readonly Membership[] {
  const { memberships, commit } = state;
  const known = memberships.map(({ membership }) => membership);
  const first = memberships[0];
  return first === undefined || first.index > commit ? [initialOf(config), ...known] : known;
}

/** All other members of the membership in force. */
export function peersOf<C>(env: Env<C>, state: State): readonly NodeId[] {
  const { voters, outgoing, learners } = membershipOf(env, state);
  const { id } = env.config;
  if (outgoing.length === 0 && learners.length === 0) return voters.filter((node) => node !== id);
  return [...new Set([...voters, ...outgoing, ...learners])].filter((node) => node !== id);
}

/** A server with the uid that the membership in force lists. */
export function peerOf<C>(env: Env<C>, state: State, node: NodeId): Peer {
  return { node, uid: uidOf(membershipOf(env, state), node) };
}
