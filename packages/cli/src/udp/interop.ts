/**
 * Living in one cluster with nodes of the original: every rule of it, between the core and the wire.
 *
 * The original differs from the core in what it says and in what it keeps:
 *
 * - One AppendEntries a follower and heartbeat, with all entries that the follower lacks, in one datagram
 *   of at most 4096 bytes: it dies of a larger one. Here: {@link coalesced}, {@link configFor}.
 * - Its success carries its own last index, compared or not, and does not say what it answers. It is
 *   believed as far as {@link Unanswered} allows.
 * - Its refusal carries its own last index too: the leader goes back to it, or by one.
 * - It keeps nothing on disk, so a follower may refuse what it has taken. A leader of this wire then
 *   begins anew with it; what is committed stays committed.
 * - It may answer an AppendEntries of a newer term with a vote that nobody asked for, and drop the entries.
 *   The core counts votes of members only, of its own term only, and only while a candidate; here the
 *   AppendEntries counts as refused, and the next heartbeat goes through.
 * - It breaks promises that the core asserts. Such a message is refused before the core sees it:
 *   `admit.ts`.
 *
 * @module
 */
import {
  assert,
  index,
  indexAfter,
  INDEX_ZERO,
  makeConfig,
  minIndex,
  previousIndex,
  term,
  type Config,
  type Effect,
  type Index,
  type LogView,
  type Message,
  type NodeId,
  type Progress,
  type State,
  type Term,
} from "@kontiki/core";
import { fromWire, NO_ROUND, toWire } from "./translate.ts";
import { Unanswered } from "./unanswered.ts";
import type { Value, WireAppendEntriesResponse, WireMessage } from "./wire-message.ts";
import { appendEntriesBytes, DATAGRAM_BYTES_MAX } from "./wire.ts";

/** What a message comes to. */
export type Incoming =
  | { readonly type: "message"; readonly message: Message<Value> }
  /** The follower has lost its log, which now ends before `next` at the latest. */
  | { readonly type: "forgotten"; readonly next: Index }
  | { readonly type: "ignored"; readonly why: string };

/**
 * The core's configuration for this wire: no no-op, no question before an election, no check of the quorum, and
 * AppendEntries that fit a datagram, one at a time.
 */
export function configFor(id: NodeId, voters: readonly NodeId[]): Config {
  const maxAppendBytes = DATAGRAM_BYTES_MAX - appendEntriesBytes(id);
  return makeConfig({
    id,
    voters,
    noop: false,
    preVote: false,
    quorumBeats: 0,
    maxAppendBytes,
    maxInflight: 1,
  });
}

/** What was sent in the current term, and what may be made of the answers. */
export class Interop {
  readonly #config: Config;
  readonly #log: LogView<Value>;
  readonly #patienceMs: number;
  #term: Term | undefined;
  #unanswered = new Map<NodeId, Unanswered>();
  #voted = new Set<NodeId>();

  /** `patienceMs`: after so long without an answer an AppendEntries counts as lost. */
  constructor(config: Config, log: LogView<Value>, patienceMs: number) {
    this.#config = config;
    this.#log = log;
    this.#patienceMs = patienceMs;
  }

  /** `message` is one that `admit` lets in. */
  incoming(state: State, from: NodeId, message: WireMessage, nowMs: number): Incoming {
    this.#enter(state.term);
    switch (message.type) {
      case "AppendEntriesResponse":
        return this.#onAnswer(state, from, message, nowMs);
      case "RequestVoteResponse":
        this.#onVote(state, from, message.term, nowMs);
        return { type: "message", message: fromWire(message) };
      case "RequestVote":
      case "AppendEntries":
        return { type: "message", message: fromWire(message) };
      default:
        return message satisfies never;
    }
  }

  outgoing(to: NodeId, message: Message<Value>, nowMs: number): WireMessage {
    this.#enter(message.term);
    if (message.type === "appendEntries") {
      const end = indexAfter(message.prevIndex, message.entries.length);
      this.#unansweredOf(to).add(end, nowMs);
    }
    return toWire(this.#config.id, this.#log, message);
  }

  #onAnswer(state: State, from: NodeId, reply: WireAppendEntriesResponse, nowMs: number): Incoming {
    const { success, lastIndex } = reply;
    const sent = term(Number(reply.term));
    const theirLast = index(Number(lastIndex));
    const progress = state.role.type === "leader" ? state.role.progress[from] : undefined;
    if (progress === undefined || sent !== state.term) return plainAnswer(sent, success, theirLast);
    const unanswered = this.#unansweredOf(from);
    if (!success) {
      return unanswered.failed(nowMs) ? refused(sent, progress, theirLast) : ANSWERS_NOTHING;
    }
    const match = unanswered.succeeded(theirLast, nowMs);
    if (match === undefined) return ANSWERS_NOTHING;
    return { type: "message", message: acceptance(sent, match) };
  }

  /** The first vote of a term was asked for; what comes from a member after it was not. */
  #onVote(state: State, from: NodeId, sent: bigint, nowMs: number): void {
    if (sent !== BigInt(state.term)) return;
    if (this.#voted.has(from)) this.#unansweredOf(from).failed(nowMs);
    this.#voted.add(from);
  }

  #unansweredOf(peer: NodeId): Unanswered {
    const known = this.#unanswered.get(peer) ?? new Unanswered(this.#patienceMs);
    this.#unanswered.set(peer, known);
    return known;
  }

  /** A leader's term is its own: nothing of another one answers it. */
  #enter(current: Term): void {
    if (current === this.#term) return;
    this.#term = current;
    this.#unanswered = new Map();
    this.#voted = new Set();
  }
}

/** A state in which nothing is known of a follower, and its log is asked for from before `next`. */
export function withoutProgress(state: State, peer: NodeId, next: Index): State {
  const { role } = state;
  assert(role.type === "leader", "only a leader keeps progress");
  const anew: Progress = {
    type: "probe",
    next,
    match: INDEX_ZERO,
    round: NO_ROUND,
    waiting: false,
  };
  return { ...state, role: { ...role, progress: { ...role.progress, [peer]: anew } } };
}

/**
 * Whether an answer of a follower showed where to go on with what it lacked at the last heartbeat, whose
 * last entry is `announced`. A refusal that leads nowhere new waits for the next heartbeat, so that two
 * nodes never answer each other for ever.
 */
export function goesOn(before: State, after: State, from: NodeId, announced: Index): boolean {
  const was = before.role.type === "leader" ? before.role.progress[from] : undefined;
  const is = after.role.type === "leader" ? after.role.progress[from] : undefined;
  if (was === undefined || is === undefined) return false;
  if (was.type === is.type && was.next === is.next && was.match === is.match) return false;
  return is.type === "probe" ? !is.waiting : is.next <= announced;
}

/**
 * Leaves out an empty AppendEntries where the same turn has one with entries that stands on the same
 * place: a heartbeat of the original is one message.
 */
export function coalesced(effects: readonly Effect<Value>[]): readonly Effect<Value>[] {
  const placeOf = (effect: Effect<Value>): string | undefined =>
    effect.type === "send" && effect.message.type === "appendEntries"
      ? `${effect.to} ${effect.message.term} ${effect.message.prevIndex}`
      : undefined;
  const isEmpty = (effect: Effect<Value>): boolean =>
    effect.type === "send" &&
    effect.message.type === "appendEntries" &&
    effect.message.entries.length === 0;
  const full = new Set(effects.filter((effect) => !isEmpty(effect)).map(placeOf));
  return effects.filter((effect) => !(isEmpty(effect) && full.has(placeOf(effect))));
}

const ANSWERS_NOTHING: Incoming = {
  type: "ignored",
  why: "Ignoring AppendEntriesResponse that answers nothing",
};

/** An answer that the core throws away, unless its term is newer than ours. */
function plainAnswer(sent: Term, success: boolean, lastIndex: Index): Incoming {
  if (success) {
    return { type: "message", message: acceptance(sent, lastIndex) };
  }
  return { type: "message", message: rejection(sent, INDEX_ZERO, INDEX_ZERO) };
}

/**
 * A refusal by a follower of this leader: it lacks the entry before `next`, or has another one there. When
 * it held that entry before, it has lost its log.
 */
function refused(sent: Term, progress: Progress, theirLast: Index): Incoming {
  const asked = previousIndex(progress.next);
  const behindTheirs = indexAfter(theirLast);
  if (theirLast < progress.match || (asked === progress.match && asked > INDEX_ZERO)) {
    return { type: "forgotten", next: minIndex(behindTheirs, asked) };
  }
  return { type: "message", message: rejection(sent, asked, minIndex(behindTheirs, asked)) };
}

function acceptance(sent: Term, match: Index): Message<Value> {
  return { type: "appendAccepted", term: sent, match, round: NO_ROUND };
}

function rejection(sent: Term, prevIndex: Index, conflictIndex: Index): Message<Value> {
  return {
    type: "appendRejected",
    term: sent,
    prevIndex,
    conflictTerm: undefined,
    conflictIndex,
    round: NO_ROUND,
  };
}
