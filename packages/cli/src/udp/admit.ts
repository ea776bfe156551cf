import { index, type Config, type LogView, type NodeId, type State } from "@kontiki/core";
import type { Value, WireAppendEntries, WireMessage } from "./wire-message.ts";
import { WireError } from "./wire-reader.ts";
import { appendEntriesBytes, DATAGRAM_BYTES_MAX, decodeDatagram, entryBytes } from "./wire.ts";

/** The highest term and index: far more than any cluster reaches, and still exact as a number. */
const COUNT_MAX = 2n ** 52n;

const NODE_ID_LENGTH_MAX = 64;

/** The largest entry that any node can send on in its own AppendEntries. */
const ENTRY_BYTES_MAX = DATAGRAM_BYTES_MAX - appendEntriesBytes("x".repeat(NODE_ID_LENGTH_MAX));

/** A datagram as an event, or why it is refused. */
export type Admission =
  | { readonly type: "admitted"; readonly from: NodeId; readonly message: WireMessage }
  | { readonly type: "refused"; readonly reason: string };

/**
 * Reads a datagram and admits it if it is a message that another member of the cluster may send.
 *
 * The core asserts what Raft guarantees: one leader per term, a log without gaps, committed entries that never change.
 * But any program can send a datagram, and the original keeps no promise over a restart. So these guarantees are checked
 * here.
 */
export function admit(
  config: Config,
  state: State,
  log: LogView<Value>,
  bytes: Uint8Array,
): Admission {
  try {
    const { from: sender, message } = decodeDatagram(bytes);
    const from = config.voters.find((voter) => voter === sender && voter !== config.id);
    if (from === undefined) return refused("its sender is no other node of the cluster");
    const reason = defect(message, from) ?? breach(state, log, from, message);
    return reason === undefined ? { type: "admitted", from, message } : refused(reason);
  } catch (error) {
    if (error instanceof WireError) return refused(error.message);
    throw error;
  }
}

function refused(reason: string): Admission {
  return { type: "refused", reason };
}

/** What is wrong with a message in any state of this node. */
function defect(message: WireMessage, from: NodeId): string | undefined {
  if (namedBy(message, from) !== from) return "it names another node than its sender";
  if (countsOf(message).some((count) => count > COUNT_MAX)) return "it counts beyond 2^52";
  return message.type === "AppendEntries" ? badEntries(message) : undefined;
}

/** Requests name their sender again in their body. */
function namedBy(message: WireMessage, from: string): string {
  if (message.type === "RequestVote") return message.candidateId;
  return message.type === "AppendEntries" ? message.leaderId : from;
}

function countsOf(message: WireMessage): readonly bigint[] {
  switch (message.type) {
    case "RequestVote":
      return [message.term, message.lastLogIndex, message.lastLogTerm];
    case "RequestVoteResponse":
      return [message.term];
    case "AppendEntries":
      return [message.term, message.prevLogIndex, message.prevLogTerm, message.commitIndex];
    case "AppendEntriesResponse":
      return [message.term, message.lastIndex];
    default:
      return message satisfies never;
  }
}

/** Entries must be adjacent, have terms that never decrease, and be small enough to be sent on. */
function badEntries(message: WireAppendEntries): string | undefined {
  let due = message.prevLogIndex;
  let term = message.prevLogTerm;
  for (const entry of message.entries) {
    due += 1n;
    if (entry.index !== due) return `its entry ${entry.index} is where ${due} belongs`;
    if (entry.term < term || entry.term > message.term)
      return `its entry ${due} cannot be of term ${entry.term}`;
    if (entryBytes(entry.value) > ENTRY_BYTES_MAX) return `its entry ${due} is too large`;
    term = entry.term;
  }
  return undefined;
}

/** Which guarantee of Raft the message would break, given the state of this node. */
function breach(
  { term, role, commit }: State,
  log: LogView<Value>,
  from: NodeId,
  message: WireMessage,
): string | undefined {
  if (message.type !== "AppendEntries" || message.term < term) return undefined;
  if (message.term === BigInt(term)) {
    if (role.type === "leader") return "this node leads its term";
    const leader = role.type === "follower" ? role.leader : undefined;
    if (leader !== undefined && leader !== from) return `${leader} leads its term`;
  }
  const replaced = message.entries.find(
    (entry) => entry.index <= commit && BigInt(termOf(log, entry.index)) !== entry.term,
  );
  return replaced && `it would replace the committed entry ${replaced.index}`;
}

function termOf(log: LogView<Value>, at: bigint): number {
  return log.termAt(index(Number(at))) ?? 0;
}
