import { send, type Effect } from "./effect.ts";
import { membershipOf, peerOf } from "./in-force.ts";
import type { ReadReply, ReadRequest } from "./message.ts";
import type { Peer } from "./membership.ts";
import { decided } from "./quorum.ts";
import {
  leaderOf,
  unchanged,
  type Env,
  type Leader,
  type PendingRead,
  type State,
  type Step,
} from "./state.ts";

/** A client of this server wants to read. A follower asks its leader. */
export function onRead<C>(env: Env<C>, state: State, id: number, leased: boolean): Step<C> {
  const { role } = state;
  if (role.type === "leader")
    return readAtLeader(env, state, role, { from: undefined, id }, leased);
  const leader = leaderOf(env.config, state);
  if (leader === undefined)
    return { state, effects: [{ type: "rejectRead", id, leader: undefined }] };
  const request = { type: "readRequest", term: state.term, id } as const;
  return { state, effects: [send<C>(peerOf(env, state, leader), request)] };
}

/** A follower wants to read. A non-leader does not answer, and the client asks again. */
export function onReadRequest<C>(
  env: Env<C>,
  state: State,
  from: Peer,
  request: ReadRequest,
): Step<C> {
  const { role } = state;
  if (role.type !== "leader" || request.term !== state.term) return unchanged(state);
  return readAtLeader(env, state, role, { from, id: request.id }, false);
}

/** A leader answers from which index on a read of this server is linearizable. */
export function onReadReply<C>(state: State, { id, index }: ReadReply): Step<C> {
  return { state, effects: [{ type: "readReady", id, index }] };
}

/**
 * Answers the reads whose round a majority has answered: no other server led when they arrived. A leader first commits
 * an entry of its own term, because until then it does not know everything that is committed (dissertation 6.4, step
 * 1).
 */
export function releaseReads<C>(env: Env<C>, state: State): Step<C> {
  const { role } = state;
  if (role.type !== "leader" || role.reads.length === 0 || !knowsCommitted(env, state))
    return unchanged(state);
  const confirmed = confirmedRound(env, state, role);
  const released = role.reads.filter(({ round }) => round <= confirmed);
  if (released.length === 0) return unchanged(state);
  const reads = role.reads.filter(({ round }) => round > confirmed);
  const effects = released.map((read) => release<C>(env, state, read));
  return { state: { ...state, role: { ...role, reads } }, effects };
}

/** The last round that a majority has answered; this server counts as having answered all rounds. */
export function confirmedRound<C>(env: Env<C>, state: State, role: Leader): number {
  const answeredBy = (voter: string): number =>
    voter === env.config.id ? role.round : (role.progress[voter as Peer["node"]]?.round ?? 0);
  return decided(membershipOf(env, state), answeredBy) ?? 0;
}

/**
 * Whether a leader has committed an entry of its own term, and so knows everything that earlier leaders committed (§8).
 */
export function knowsCommitted<C>(env: Env<C>, state: State): boolean {
  return env.log.termAt(state.commit) === state.term;
}

/** Rejects this server's own pending reads when it stops leading: their clients turn elsewhere. */
export function rejectReads<C>(role: Leader): readonly Effect<C>[] {
  return role.reads
    .filter(({ from }) => from === undefined)
    .map(({ id }) => ({ type: "rejectRead", id, leader: undefined }));
}

function readAtLeader<C>(
  env: Env<C>,
  state: State,
  role: Leader,
  asked: Pick<PendingRead, "from" | "id">,
  leased: boolean,
): Step<C> {
  const read = { ...asked, index: state.commit, round: role.round + 1 };
  const mayLease = env.config.leases && role.transfer === undefined && !role.leaseGivenUp;
  if (leased && mayLease && knowsCommitted(env, state))
    return { state, effects: [release(env, state, read)] };
  return { state: { ...state, role: { ...role, reads: [...role.reads, read] } }, effects: [] };
}

function release<C>(env: Env<C>, state: State, read: PendingRead): Effect<C> {
  const { id, from } = read;
  // A read that arrived before this leader knew everything that is committed waits for what it knows now.
  const index = env.log.termAt(read.index) === state.term ? read.index : state.commit;
  if (from === undefined) return { type: "readReady", id, index };
  return send(from, { type: "readReply", term: state.term, id, index });
}
