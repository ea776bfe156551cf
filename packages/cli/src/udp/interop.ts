/**
 * All rules for sharing a cluster with nodes of the original. They are between the core and the wire.
 *
 * The original differs from the core in its messages and in what it stores:
 *
 * - It sends one AppendEntries to each follower per heartbeat, with all entries that the follower lacks, in one datagram
 *   of at most 4096 bytes; it dies of a larger one. Here: {@link coalesced}, {@link configFor}.
 * - Its success carries its own last index, whether compared or not, and does not tell which message it answers. It is
 *   trusted as far as {@link Unanswered} allows; one that proves nothing does not hold the follower back for longer than
 *   a heartbeat: {@link Interop.beforeHeartbeat}. The core needs neither: on its own wire a success names what it proves.
 * - Its rejection carries its own last index, too: the leader goes back to that index, or by one.
 * - It stores nothing on disk, so a follower may reject entries after ones that it had accepted. The leader then probes
 *   its log again; committed entries stay committed.
 * - It may answer an AppendEntries of a newer term with an unrequested vote, and drop the entries. The core counts votes
 *   only from members, of its own term, while it is a candidate. Here the AppendEntries counts as rejected, and the next
 *   heartbeat succeeds.
 * - It breaks promises that the core asserts. Such messages are refused before the core sees them: `admit.ts`.
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

/** The meaning of a message from the wire. */
export type Incoming =
  | { readonly type: "message"; readonly message: Message<Value> }
  /** The follower has lost its log: the log now ends before `next`. */
  | { readonly type: "forgotten"; readonly next: Index }
  | { readonly type: "ignored"; readonly why: string };

/**
 * The core's configuration for this wire: no no-op, no pre-vote, no quorum check, and AppendEntries that fit into a
 * datagram, one in flight at a time.
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

/** Knows what was sent in the current term, and so what the answers mean. */
export class Interop {
  readonly #config: Config;
  readonly #log: LogView<Value>;
  readonly #patienceMs: number;
  #term: Term | undefined;
  #unanswered = new Map<NodeId, Unanswered>();
  #voted = new Set<NodeId>();
  /** Followers whose last success proved nothing new. */
  #unproven = new Set<NodeId>();

  /** `patienceMs`: after this time without an answer an AppendEntries counts as lost. */
  constructor(config: Config, log: LogView<Value>, patienceMs: number) {
    this.#config = config;
    this.#log = log;
    this.#patienceMs = patienceMs;
  }

  /** `message` must have been admitted by `admit`. */
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
      const { prevIndex, entries } = message;
      const end = indexAfter(prevIndex, entries.length);
      this.#unansweredOf(to).add(end, entries.length, nowMs);
    }
    return toWire(this.#config.id, this.#log, message);
  }

  /**
   * The state for the next heartbeat. A follower whose last success proved nothing new gets everything after the proven
   * part again, as the original does: with more entries its log ends somewhere else, and that answer is a proof.
   */
  beforeHeartbeat(state: State): State {
    const again = state.term === this.#term ? [...this.#unproven] : [];
    this.#unproven.clear();
    return again.reduce(sentUpToMatch, state);
  }

  #onAnswer(state: State, from: NodeId, reply: WireAppendEntriesResponse, nowMs: number): Incoming {
    const { success, lastIndex } = reply;
    const sent = term(Number(reply.term));
    const theirLast = index(Number(lastIndex));
    const progress = state.role.type === "leader" ? state.role.progress[from] : undefined;
    if (progress === undefined || sent !== state.term) return plainAnswer(sent, success, theirLast);
    const unanswered = this.#unansweredOf(from);
    if (!success) {
      return unanswered.failed(theirLast, nowMs)
        ? rejected(sent, progress, theirLast)
        : ANSWERS_NOTHING;
    }
    const match = unanswered.succeeded(theirLast, nowMs);
    if (match === undefined) return ANSWERS_NOTHING;
    if (match <= progress.match && match < previousIndex(progress.next)) this.#unproven.add(from);
    else this.#unproven.delete(from);
    return { type: "message", message: acceptance(sent, match) };
  }

  /** A member's first vote in a term was requested; a further one is a rejection of AppendEntries. */
  #onVote(state: State, from: NodeId, sent: bigint, nowMs: number): void {
    if (sent !== BigInt(state.term)) return;
    if (this.#voted.has(from)) this.#unansweredOf(from).failed(undefined, nowMs);
    this.#voted.add(from);
  }

  #unansweredOf(peer: NodeId): Unanswered {
    const known = this.#unanswered.get(peer) ?? new Unanswered(this.#patienceMs);
    this.#unanswered.set(peer, known);
    return known;
  }

  /** Forgets the previous term: its messages are not answers in this one. */
  #enter(current: Term): void {
    if (current === this.#term) return;
    this.#term = current;
    this.#unanswered = new Map();
    this.#voted = new Set();
    this.#unproven = new Set();
  }
}

/** The state in which the leader has sent a follower nothing after what it is proven to hold. */
function sentUpToMatch(state: State, peer: NodeId): State {
  const { role } = state;
  const known = role.type === "leader" ? role.progress[peer] : undefined;
  if (role.type !== "leader" || known === undefined) return state;
  const { match, round } = known;
  const next = indexAfter(match);
  const progress: Progress = { type: "replicate", next, match, round, inflight: [] };
  return { ...state, role: { ...role, progress: { ...role.progress, [peer]: progress } } };
}

/** The state without any knowledge of a follower's log. The leader probes it again, just before `next`. */
export function withoutProgress(state: State, peer: NodeId, next: Index): State {
  const { role } = state;
  assert(role.type === "leader", "only a leader keeps progress");
  const fresh: Progress = {
    type: "probe",
    next,
    match: INDEX_ZERO,
    round: NO_ROUND,
    waiting: false,
  };
  return { ...state, role: { ...role, progress: { ...role.progress, [peer]: fresh } } };
}

/**
 * Whether an answer of a follower showed which entries to send next, of those that it lacked at the last heartbeat, up to
 * `announced`. After a rejection that shows nothing new the leader waits for the next heartbeat, so that two nodes do not
 * answer each other forever.
 */
export function showsProgress(
  before: State,
  after: State,
  from: NodeId,
  announced: Index,
): boolean {
  const was = before.role.type === "leader" ? before.role.progress[from] : undefined;
  const is = after.role.type === "leader" ? after.role.progress[from] : undefined;
  if (was === undefined || is === undefined) return false;
  if (was.type === is.type && was.next === is.next && was.match === is.match) return false;
  return is.type === "probe" ? !is.waiting : is.next <= announced;
}

/**
 * Leaves out an empty AppendEntries when the same turn has one with entries and the same previous index: a heartbeat of
 * the original is one message.
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

/** An answer that the core ignores, unless its term is newer. */
function plainAnswer(sent: Term, success: boolean, lastIndex: Index): Incoming {
  if (success) {
    return { type: "message", message: acceptance(sent, lastIndex) };
  }
  return { type: "message", message: rejection(sent, INDEX_ZERO, INDEX_ZERO) };
}

/**
 * A rejection by a follower of this leader: it lacks the entry before `next`, or has another one there. If it had
 * acknowledged that entry, it has lost its log.
 */
function rejected(sent: Term, progress: Progress, theirLast: Index): Incoming {
  const asked = previousIndex(progress.next);
  const afterTheirs = indexAfter(theirLast);
  if (theirLast < progress.match || (asked === progress.match && asked > INDEX_ZERO)) {
    return { type: "forgotten", next: minIndex(afterTheirs, asked) };
  }
  return { type: "message", message: rejection(sent, asked, minIndex(afterTheirs, asked)) };
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
