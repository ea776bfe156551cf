import { resetElectionTimer, send, type Effect } from "./effect.ts";
import { peerOf, peersOf } from "./in-force.ts";
import type { FetchChunk, FetchedChunk, Fetched } from "./message.ts";
import type { Peer } from "./membership.ts";
import { sameSnapshot, type Snapshot } from "./snapshot.ts";
import { unchanged, type Env, type Receiving, type State, type Step } from "./state.ts";

/**
 * Begins to fetch a snapshot that covers missing entries, part by part from any server that has the part intact, this
 * one included. An intact snapshot takes the place of one that is damaged at its sender. Several that are damaged are tried
 * one after the other: a part of the first may be intact nowhere.
 */
export function fetchSnapshot<C>(
  env: Env<C>,
  state: State,
  from: Peer,
  { snapshot, intact }: Fetched<C> & { readonly type: "snapshot" },
): Step<C> {
  const { role, repair } = state;
  if (role.type !== "follower") return unchanged(state);
  if (!intact && isAmong(repair?.tried ?? [], snapshot)) return unchanged(state);
  const current = role.receiving;
  const isNeeded = current === undefined || (intact && !sameSnapshot(current.snapshot, snapshot));
  if (!isNeeded || snapshot.term > state.term) return unchanged(state);
  const receiving = { snapshot, received: 0 };
  return ask(env, withReceiving(state, receiving), from, receiving);
}

/**
 * The damaged snapshots that are not to be tried now: no part of the present one arrived for an election timeout. If there is
 * no present one, all were tried, and a server that was down may have returned: they are tried again.
 */
export function triedSoFar({ role, repair }: State): readonly Snapshot[] {
  const current = role.type === "follower" ? role.receiving?.snapshot : undefined;
  const tried = repair?.tried ?? [];
  if (current === undefined) return [];
  return isAmong(tried, current) ? tried : [...tried, current];
}

function isAmong(snapshots: readonly Snapshot[], snapshot: Snapshot): boolean {
  return snapshots.some((one) => sameSnapshot(one, snapshot));
}

/** Answers with a part of a snapshot: the runtime reads it. */
export function onFetchChunk<C>(
  state: State,
  { node, uid }: Peer,
  { snapshot, offset }: FetchChunk,
): Step<C> {
  return {
    state,
    effects: [{ type: "sendFetched", to: node, uid, term: state.term, snapshot, offset }],
  };
}

/** Saves a part and asks for the next one; if the sender does not have the part, asks another server for it. */
export function onFetchedChunk<C>(
  env: Env<C>,
  state: State,
  from: Peer,
  { snapshot, offset, bytes }: FetchedChunk,
): Step<C> {
  const { role, repair } = state;
  if (repair === undefined || role.type !== "follower" || role.leader !== undefined)
    return unchanged(state);
  const { receiving } = role;
  if (receiving === undefined || !sameSnapshot(receiving.snapshot, snapshot))
    return unchanged(state);
  if (offset !== receiving.received || offset + bytes.length > snapshot.size)
    return unchanged(state);
  if (bytes.length === 0) return askAnother(env, state, from, receiving);
  const next: Receiving = { snapshot, received: offset + bytes.length };
  const save: readonly Effect<C>[] = [
    resetElectionTimer,
    { type: "saveChunk", snapshot, offset, bytes },
  ];
  const saved: State = { ...withReceiving(state, next), repair: { ...repair, without: [] } };
  if (next.received === snapshot.size) return { state: saved, effects: save };
  const asked = ask(env, saved, from, next);
  return { state: asked.state, effects: [...save, ...asked.effects] };
}

/** A server that does not have a part is not asked for it again until all servers are asked for entries again. */
function askAnother<C>(env: Env<C>, state: State, from: Peer, receiving: Receiving): Step<C> {
  const { repair } = state;
  if (repair === undefined || repair.without.includes(from.node)) return unchanged(state);
  const without = [...repair.without, from.node];
  const next: State = { ...state, repair: { ...repair, without } };
  const { id } = env.config;
  const other = [id, ...peersOf(env, state)].find((node) => !without.includes(node));
  if (other === undefined) return unchanged(next);
  const peer = other === id ? { node: id, uid: env.config.uid } : peerOf(env, state, other);
  return ask(env, next, peer, receiving);
}

function ask<C>(
  { config }: Env<C>,
  state: State,
  { node, uid }: Peer,
  { snapshot, received: offset }: Receiving,
): Step<C> {
  const { term } = state;
  const effect: Effect<C> =
    node === config.id
      ? { type: "sendFetched", to: node, uid, term, snapshot, offset }
      : send({ node, uid }, { type: "fetchChunk", term, snapshot, offset });
  return { state, effects: [effect] };
}

function withReceiving(state: State, receiving: Receiving): State {
  const { role } = state;
  return role.type === "follower" ? { ...state, role: { ...role, receiving } } : state;
}

/** Whether this server asks the others for parts of this snapshot. */
export function fetches({ repair, role }: State, snapshot: Snapshot): boolean {
  if (repair === undefined || role.type !== "follower" || role.leader !== undefined) return false;
  return role.receiving !== undefined && sameSnapshot(role.receiving.snapshot, snapshot);
}
