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
 * The membership that counts now: the latest in the log, committed or not, because a server that waited for the commit
 * could decide by a majority that is none any more (§6, dissertation 4.1).
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
 * The membership as of an entry that is applied, from the newest snapshot on: what a snapshot of the log up to there
 * says. Entries are applied a little behind the commit index, and so the one that was in force there may not count any
 * more: then the log has it, or the snapshot before.
 */
export function membershipAt<C>(env: Env<C>, state: State, at: Index): Membership {
  const base = state.snapshot?.index ?? 0;
  assert(at >= base, () => `the snapshot of ${base} took the place of what was in force at ${at}`);
  const upTo = (known: readonly InForce[]): readonly InForce[] =>
    known.filter(({ index }) => index <= at);
  const counting = upTo(state.memberships);
  const memberships =
    counting.length > 0 || state.memberships.length === 0
      ? counting
      : upTo(recoveredMemberships(env.log, state.snapshot));
  return membershipOf(env, { ...state, memberships });
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
function membershipsIn<C>(entries: readonly Entry<C>[]): readonly InForce[] {
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

/**
 * With a new commit index: of the memberships up to it only the last can ever count again, and a snapshot of it or of what
 * is before it brings nothing more.
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
 * Whether this server may stand for election: it votes in a membership that may be in force, with the disk that it has,
 * and no part of what it promised to hold is missing.
 *
 * That is the latest in its log, or one before it while nobody is known to have committed the latest. A server that is to
 * be removed may be the only one with a log that can win: the others lack the entry that removes it (dissertation 4.2.2,
 * Figure 4.6). Not so one that the latest knows by another disk: it would count the other's vote as its own.
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

/** The last membership that is known to be committed, and all behind it. */
function possiblyInForce<C>({ config }: Env<C>, state: State): readonly Membership[] {
  const { memberships, commit } = state;
  const known = memberships.map(({ membership }) => membership);
  const first = memberships[0];
  return first === undefined || first.index > commit ? [initialOf(config), ...known] : known;
}

/** Everybody else in the membership that counts. */
export function peersOf<C>(env: Env<C>, state: State): readonly NodeId[] {
  const { voters, outgoing, learners } = membershipOf(env, state);
  const { id } = env.config;
  if (outgoing.length === 0 && learners.length === 0) return voters.filter((node) => node !== id);
  return [...new Set([...voters, ...outgoing, ...learners])].filter((node) => node !== id);
}

/** A server as the membership that counts knows it. */
export function peerOf<C>(env: Env<C>, state: State, node: NodeId): Peer {
  return { node, uid: uidOf(membershipOf(env, state), node) };
}
