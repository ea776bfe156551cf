import { cutProven, repaired } from "./repair.ts";
import { assert } from "./assert.ts";
import { hastenElectionTimer, resetElectionTimer, send, type Effect } from "./effect.ts";
import { followerOf } from "./follower.ts";
import { INDEX_ZERO, maxIndex, type Index } from "./ids.ts";
import { withCommit, peerOf } from "./in-force.ts";
import type { AppendAccepted, ChunkReply, SnapshotChunk } from "./message.ts";
import type { Peer } from "./membership.ts";
import { positionOf, sameSnapshot, type Snapshot } from "./snapshot.ts";
import { unchanged, type Env, type Receiving, type State, type Step } from "./state.ts";

/**
 * Handles a chunk of a snapshot from the current leader (§7, Figure 13). Chunks are saved in order: the reply to a
 * duplicate or early one says how many bytes this server has, and the leader continues from there.
 */
export function onSnapshotChunk<C>(
  env: Env<C>,
  state: State,
  from: Peer,
  message: SnapshotChunk,
): Step<C> {
  const taken = takeChunk(env, followerOf(state, from.node), from, message);
  return { state: taken.state, effects: [resetElectionTimer, ...taken.effects] };
}

/**
 * An intact snapshot is durable: it replaces the state machine's state and the log. Normally no entry in the log
 * matches the snapshot's last one, so no later entry can be kept. If one does match, the missing entries have arrived
 * by AppendEntries in the meantime: then the log stays, because it holds more, and this server may have promised to
 * hold it.
 */
export function onSnapshotReceived<C>(env: Env<C>, state: State, snapshot: Snapshot): Step<C> {
  const { role } = state;
  if (receivingOf(state, snapshot) === undefined || role.type !== "follower")
    return unchanged(state);
  const { leader } = role;
  const match = maxIndex(state.commit, snapshot.index);
  if (holds(env, state, snapshot))
    return leader === undefined
      ? commitWithout(state, match)
      : acceptWithout(state, peerOf(env, state, leader), match);
  const { index, membership } = snapshot;
  const next: State = {
    ...state,
    commit: index,
    durable: index,
    memberships: [{ index, membership }],
    snapshot,
    role: { ...role, receiving: undefined },
  };
  const install: Effect<C> = { type: "installSnapshot", snapshot };
  return repaired(
    cutProven(next, INDEX_ZERO),
    leader === undefined
      ? [install, hastenElectionTimer]
      : [install, send(peerOf(env, next, leader), acceptedUpTo(next, index))],
    positionOf(snapshot),
  );
}

/** The saved chunks do not form an intact snapshot: it starts again. */
export function onSnapshotBroken<C>(env: Env<C>, state: State, snapshot: Snapshot): Step<C> {
  const { role } = state;
  if (receivingOf(state, snapshot) === undefined || role.type !== "follower")
    return unchanged(state);
  const { leader } = role;
  const reply = chunkReply(state, snapshot, 0);
  return {
    state: { ...state, role: { ...role, receiving: undefined } },
    effects: leader === undefined ? [] : [send<C>(peerOf(env, state, leader), reply)],
  };
}

/** How many bytes of a snapshot this server has. 0 is also the reply to a leader of an older term. */
export function chunkReply(
  { term }: State,
  { index, checksum }: Snapshot,
  received: number,
): ChunkReply {
  return { type: "chunkReply", term, index, checksum, received };
}

function takeChunk<C>(
  env: Env<C>,
  state: State,
  from: Peer,
  { snapshot, offset, bytes }: SnapshotChunk,
): Step<C> {
  const { role } = state;
  assert(role.type === "follower", "only a follower receives a snapshot");
  assert(
    snapshot.term <= state.term,
    () => `the snapshot of ${snapshot.index} has a term later than this server's`,
  );
  if (holds(env, state, snapshot))
    return acceptWithout(state, from, maxIndex(state.commit, snapshot.index));
  const received = receivingOf(state, snapshot)?.received ?? 0;
  const fits = bytes.length > 0 && offset + bytes.length <= snapshot.size;
  if (offset !== received || !fits)
    return { state, effects: [send<C>(from, chunkReply(state, snapshot, received))] };
  const receiving: Receiving = { snapshot, received: received + bytes.length };
  const save: Effect<C> = { type: "saveChunk", snapshot, offset, bytes };
  const reply = send<C>(from, chunkReply(state, snapshot, receiving.received));
  return {
    state: { ...state, role: { ...role, receiving } },
    // The last chunk is answered only once the whole snapshot is known to be intact.
    effects: receiving.received === snapshot.size ? [save] : [save, reply],
  };
}

/** Whether the log holds everything that the snapshot covers. */
function holds<C>({ log }: Env<C>, { commit }: State, { index, term }: Snapshot): boolean {
  return index <= commit || log.termAt(index) === term;
}

/** The log already holds everything in the snapshot, and all of it is committed: entries are cheaper to send (§7). */
function acceptWithout<C>(state: State, from: Peer, match: Index): Step<C> {
  const without = commitWithout<C>(state, match);
  const reply = send<C>(from, acceptedUpTo(state, match));
  return { ...without, effects: [...without.effects, reply] };
}

function acceptedUpTo({ term }: State, match: Index): AppendAccepted {
  return { type: "appendAccepted", term, match, round: 0 };
}

function commitWithout<C>(state: State, match: Index): Step<C> {
  const { role } = state;
  assert(role.type === "follower", "only a follower receives a snapshot");
  return {
    state: { ...withCommit(state, match), role: { ...role, receiving: undefined } },
    effects: match > state.commit ? [{ type: "commit", upTo: match }] : [],
  };
}

function receivingOf({ role }: State, snapshot: Snapshot): Receiving | undefined {
  const receiving = role.type === "follower" ? role.receiving : undefined;
  return receiving !== undefined && sameSnapshot(receiving.snapshot, snapshot)
    ? receiving
    : undefined;
}
