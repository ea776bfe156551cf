import { assert } from "./assert.ts";
import { hastenElectionTimer, resetElectionTimer, send, type Effect } from "./effect.ts";
import { lastPosition, type Entry, type LogPosition } from "./entry.ts";
import { fetchSnapshot, triedSoFar } from "./fetch-snapshot.ts";
import { indexAfter, type Index } from "./ids.ts";
import { mayStand, peerOf, peersOf, withLog } from "./in-force.ts";
import type { FetchReply, Fetched, FetchRequest, Lack } from "./message.ts";
import type { Peer } from "./membership.ts";
import { BEGIN_REPAIR, repaired } from "./repair.ts";
import {
  agreementOf,
  endOf,
  knownTerms,
  pieceAt,
  salvagedMembers,
  termIn,
  type LogCopy,
} from "./salvage.ts";
import { unchanged, type Env, type State, type Step } from "./state.ts";
import { LEADERLESS } from "./transition.ts";

/**
 * Repair of damaged logs without a leader (Alagappan et al., "Protocol-Aware Recovery for Consensus-Based Storage",
 * FAST '18, section 3.4).
 *
 * A server that lost a part of its log may not stand for election, so if a majority lost something there would be no
 * leader to repair them. Such a server therefore asks all others, as long as it hears no leader, for the entries after its
 * last one. It takes only entries that certainly were in its own log (`agreementOf`), in order, until the log is what it
 * was before the damage. So nothing is decided here: the result is a server without damage, and elections do the rest.
 *
 * The paper also lets a leader discard an entry that a majority never held. Here elections do that: the servers that
 * never held it elect one of themselves if they are a majority. A server with a hole must not decide it by counting
 * answers, because a membership that is in force from a lost entry on may need fewer votes than the one it knows.
 *
 * @module
 */

/**
 * No leader was heard: takes what this server salvaged itself, and asks all other members for what is missing then.
 * Forgets what they answered before, so that an answer that is known is never old.
 */
export function askForEntries<C>(env: Env<C>, state: State): Step<C> {
  const { horizon, repair } = state;
  if (horizon === undefined || repair === undefined || !env.config.fetch)
    return { state: { ...state, role: LEADERLESS }, effects: [resetElectionTimer] };
  const begun: State = {
    ...state,
    role: LEADERLESS,
    repair: { ...repair, answers: {}, without: [], tried: triedSoFar(state) },
  };
  const own = takeOwn(env, begun, horizon);
  const end = positionOfLast(own, lastPosition(env.log));
  const taken = append<C>(begun, own, end);
  if (taken.state.horizon === undefined)
    return { state: taken.state, effects: [...taken.effects, afterRepair(env, taken.state)] };
  const request = requestFrom(env, taken.state, horizon, end);
  const requests = possiblePeers(env, taken.state).map((peer) => send<C>(peer, request));
  return { state: taken.state, effects: [resetElectionTimer, ...taken.effects, ...requests] };
}

/**
 * A server asked for a vote or for entries. If this one lacks entries and does not know the other as a member, it asks it
 * as well: the entry that made the other a member may be among those that are lost.
 */
export function askStranger<C>(env: Env<C>, state: State, from: Peer): Step<C> {
  const { horizon, role } = state;
  const isAlone = role.type === "follower" && role.leader === undefined;
  if (horizon === undefined || !isAlone || !env.config.fetch) return unchanged(state);
  const isAsked = possiblePeers(env, state).some(
    ({ node, uid }) => node === from.node && uid === from.uid,
  );
  if (isAsked) return unchanged(state);
  const request = requestFrom(env, state, horizon, lastPosition(env.log));
  return { state, effects: [send<C>(from, request)] };
}

/** All other members, by the log and by the memberships among the salvaged entries: some of them may be lost. */
function possiblePeers<C>(env: Env<C>, state: State): readonly Peer[] {
  const known = peersOf(env, state).map((node) => peerOf(env, state, node));
  const found = env.salvage === undefined ? [] : salvagedMembers(env.salvage);
  const isNew = (peer: Peer): boolean =>
    peer.node !== env.config.id &&
    !known.some(({ node, uid }) => node === peer.node && uid === peer.uid);
  return [...known, ...found.filter(isNew)];
}

/**
 * Answers with what the log and the salvage of this server hold, whatever its role. Damaged snapshots are all offered: maybe
 * only one of them can be put together.
 */
export function onFetchRequest<C>(
  env: Env<C>,
  state: State,
  from: Peer,
  request: FetchRequest,
): Step<C> {
  const after = request.after.index;
  const entries = entriesFor(env, request);
  const found: readonly Fetched<C>[] =
    entries === undefined ? snapshotsFor(env, state, after) : [entries];
  const lack: Fetched<C> = { type: "lack", why: lackOf(env, state, request) };
  const answers = found.length === 0 ? [lack] : found;
  const effects = answers.map((answer) =>
    send<C>(from, { type: "fetchReply", term: state.term, after, answer }),
  );
  return { state, effects };
}

/** Takes what another server had. Does nothing once a leader is heard, which repairs this log faster. */
export function onFetchReply<C>(
  env: Env<C>,
  state: State,
  from: Peer,
  { after, answer }: FetchReply<C>,
): Step<C> {
  const { horizon, role } = state;
  if (horizon === undefined || role.type !== "follower" || role.leader !== undefined)
    return unchanged(state);
  if (after !== env.log.lastIndex) return unchanged(state);
  switch (answer.type) {
    case "entries":
      return takeEntries(env, state, from, horizon, answer);
    case "snapshot":
      return fetchSnapshot(env, state, from, answer);
    case "lack":
      return noteLack(state, from, answer.why);
    default:
      return answer satisfies never;
  }
}

/** The lost log as far as this server knows it: what was salvaged of it, or only where it ended. */
function lostLog<C>({ salvage }: Env<C>, horizon: LogPosition): LogCopy<C> {
  const found = salvage?.logs.find((copy) => {
    const { index, term } = endOf(copy);
    return index === horizon.index && term === horizon.term;
  });
  return found ?? { pieces: [], marks: [horizon] };
}

function requestFrom<C>(
  env: Env<C>,
  { term }: State,
  horizon: LogPosition,
  after: LogPosition,
): FetchRequest {
  const known = knownTerms(lostLog(env, horizon)).filter(({ index }) => index > after.index);
  return { type: "fetchRequest", term, after, known };
}

/** Entries of the lost log from any copy of this server that proves to be the same there. */
function entriesFor<C>(
  env: Env<C>,
  { after, known }: FetchRequest,
): (Fetched<C> & { readonly type: "entries" }) | undefined {
  const { log, config, salvage } = env;
  const first = indexAfter(after.index);
  const live = { pieces: log.lastIndex < log.firstIndex ? [] : [log], marks: [lastPosition(log)] };
  for (const copy of [live, ...(salvage?.logs ?? [])]) {
    const agreed = agreementOf(copy, known);
    const piece = agreed < first ? undefined : pieceAt(copy.pieces, first);
    if (piece === undefined) continue;
    const to = agreed < piece.lastIndex ? agreed : piece.lastIndex;
    const entries = piece.slice(first, to, config.maxAppendBytes);
    const prevTerm = piece === log ? log.termAt(after.index) : termIn(copy, after.index);
    return { type: "entries", prevTerm, entries };
  }
  return undefined;
}

/** The newest snapshot if it covers the first missing entry, else the damaged ones that do. */
function snapshotsFor<C>(
  { salvage }: Env<C>,
  { snapshot }: State,
  after: Index,
): readonly (Fetched<C> & { readonly type: "snapshot" })[] {
  if (snapshot !== undefined && snapshot.index > after)
    return [{ type: "snapshot", snapshot, intact: true }];
  const damaged = salvage?.snapshots.filter(({ index }) => index > after) ?? [];
  return damaged.map((one) => ({ type: "snapshot", snapshot: one, intact: false }));
}

function lackOf<C>({ log }: Env<C>, { horizon }: State, { after, known }: FetchRequest): Lack {
  const first = indexAfter(after.index);
  const here = log.termAt(first);
  const ended = known.at(-1)?.term;
  // An entry of a later term than the whole lost log is another one.
  if (here !== undefined) return ended !== undefined && here > ended ? "absent" : "unproven";
  return horizon !== undefined && horizon.index >= first ? "damaged" : "absent";
}

/**
 * Appends entries of the lost log, and after them what this server salvaged itself. Only one server is asked for more,
 * so that the entries of a long hole are sent once.
 */
function takeEntries<C>(
  env: Env<C>,
  state: State,
  from: Peer,
  horizon: LogPosition,
  { prevTerm, entries }: Fetched<C> & { readonly type: "entries" },
): Step<C> {
  const last = lastPosition(env.log);
  const lost = lostLog(env, horizon);
  const joins = prevTerm === undefined ? isBeginning(state, lost, last) : prevTerm === last.term;
  if (!joins) return noteLack(state, from, "unproven");
  const own = ownEntries(env, lost, positionOfLast(entries, last).index);
  const all = [...entries, ...own];
  assertPiece(all, last, horizon);
  const end = positionOfLast(all, last);
  const taken = append<C>(state, all, end);
  const next =
    taken.state.horizon === undefined
      ? afterRepair(env, taken.state)
      : send<C>(from, requestFrom(env, taken.state, horizon, end));
  return { state: taken.state, effects: [resetElectionTimer, ...taken.effects, next] };
}

/** What this server salvaged itself right after its log, if its log is the beginning of the lost one. */
function takeOwn<C>(env: Env<C>, state: State, horizon: LogPosition): readonly Entry<C>[] {
  const last = lastPosition(env.log);
  const lost = lostLog(env, horizon);
  return isBeginning(state, lost, last) ? ownEntries(env, lost, last.index) : [];
}

/** Entries of the lost log, which are proven: they may end it. */
function append<C>(state: State, entries: readonly Entry<C>[], end: LogPosition): Step<C> {
  if (entries.length === 0) return unchanged(state);
  const repair = { ...BEGIN_REPAIR, proven: end.index };
  return repaired<C>(
    withLog({ ...state, repair }, undefined, entries),
    [{ type: "appendLog", entries }],
    end,
  );
}

/** A server that is whole again need not wait for an election timeout: no leader was heard. */
function afterRepair<C>(env: Env<C>, state: State): Effect<C> {
  return mayStand(env, state) ? hastenElectionTimer : resetElectionTimer;
}

/** Whether a log that ends at `last` is the beginning of the lost log: see `agreementOf`. */
function isBeginning<C>({ repair }: State, lost: LogCopy<C>, last: LogPosition): boolean {
  if (last.index === 0 || (repair?.proven ?? 0) >= last.index) return true;
  return agreementOf(lost, [last]) === last.index;
}

/** What this server has itself of the lost log after `after`, up to the next hole and a bound on its size. */
function ownEntries<C>({ config }: Env<C>, lost: LogCopy<C>, after: Index): readonly Entry<C>[] {
  const first = indexAfter(after);
  const piece = pieceAt(lost.pieces, first);
  return piece === undefined ? [] : piece.slice(first, piece.lastIndex, config.maxInflightBytes);
}

function noteLack<C>(state: State, { node }: Peer, why: Lack): Step<C> {
  const { repair } = state;
  assert(repair !== undefined, "a server with a horizon is being repaired");
  return unchanged({
    ...state,
    repair: { ...repair, answers: { ...repair.answers, [node]: why } },
  });
}

function positionOfLast<C>(entries: readonly Entry<C>[], before: LogPosition): LogPosition {
  const { index, term } = entries.at(-1) ?? before;
  return { index, term };
}

/** Entries of the lost log are adjacent, their terms never decrease, and none is after its end (§5.3). */
function assertPiece<C>(
  entries: readonly Entry<C>[],
  last: LogPosition,
  horizon: LogPosition,
): void {
  let before = last;
  for (const entry of entries) {
    assert(
      entry.index === indexAfter(before.index) && entry.term >= before.term,
      () => `entry ${entry.index} of term ${entry.term} cannot follow entry ${before.index}`,
    );
    before = entry;
  }
  assert(
    before.index <= horizon.index && before.term <= horizon.term,
    () => `entry ${before.index} is after the end of the lost log, ${horizon.index}`,
  );
}
