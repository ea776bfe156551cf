import fc from "fast-check";
import type {
  Datagram,
  Value,
  WireMessage,
} from "../../../../packages/cli/src/udp/wire-message.ts";

const word64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const int = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const id = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString("latin1"));

export const values: fc.Arbitrary<Value> = fc.record({ node: id, number: int });

const entry = fc.record({ index: word64, term: word64, value: values });

const messages: fc.Arbitrary<WireMessage> = fc.oneof(
  fc.record({
    type: fc.constant("RequestVote" as const),
    term: word64,
    candidateId: id,
    lastLogIndex: word64,
    lastLogTerm: word64,
  }),
  fc.record({
    type: fc.constant("RequestVoteResponse" as const),
    term: word64,
    voteGranted: fc.boolean(),
  }),
  fc.record({
    type: fc.constant("AppendEntries" as const),
    term: word64,
    leaderId: id,
    prevLogIndex: word64,
    prevLogTerm: word64,
    entries: fc.array(entry, { maxLength: 5 }),
    commitIndex: word64,
  }),
  fc.record({
    type: fc.constant("AppendEntriesResponse" as const),
    term: word64,
    success: fc.boolean(),
    lastIndex: word64,
  }),
);

/** Any datagram that the wire can carry, sensible or not. */
export const datagrams: fc.Arbitrary<Datagram> = fc.record({ from: id, message: messages });
