/** Parcels of all kinds, with any valid content. */
import { initialMembership, nodeId, type Membership, type Message } from "@kontiki/core";
import * as fc from "fast-check";
import { clientAddress } from "../../../../packages/actors/src/mail/address.ts";
import { HEADER_BYTES } from "../../../../packages/actors/src/sessions/command.ts";
import type { CommandBytes } from "../../../../packages/actors/src/storage/storage.ts";
import type { Parcel } from "../../../../packages/actors/src/mail/wire.ts";
import { n1, n2, n3 } from "../actors.ts";
import { answers } from "../answers.ts";
import { runOf } from "../runs.ts";

const number = fc.oneof(fc.nat(300), fc.nat(2 ** 40), fc.constant(Number.MAX_SAFE_INTEGER));

export const bytes = fc.uint8Array({ maxLength: 40 });

/** A command alone, or a run of some. */
const command = fc.oneof(
  fc
    .uint8Array({ minLength: HEADER_BYTES, maxLength: 40 })
    .map((alone) => alone.with(6, (alone[6] ?? 0) & 0x7f).with(12, 0)),
  fc.array(bytes, { minLength: 2, maxLength: 5 }).map((payloads) => runOf(9, payloads)),
);

const result = fc.uint8Array({ minLength: 1, maxLength: 40 });

const n4 = nodeId("n4");

/** Valid memberships: simple, joint with a voter that becomes a learner, and with learners to be promoted. */
const membership: fc.Arbitrary<Membership> = fc.constantFrom<Membership>(
  initialMembership([n1, n2, n3]),
  { ...initialMembership([n1]), outgoing: [n1, n2], learnersNext: [n2] },
  {
    ...initialMembership([n1, n2]),
    learners: [n3, n4],
    promotions: [
      { node: n3, replaces: undefined },
      { node: n4, replaces: n1 },
    ],
    uids: { [n3]: 2, [n1]: 300 },
    lastUid: 2 ** 40,
  },
);

const position = { index: fc.integer({ min: 1, max: 2 ** 40 }), term: fc.integer({ min: 1 }) };

const checksum = fc.nat(0xffff_ffff);

const append = fc
  .record({
    prevIndex: fc.oneof(fc.nat(300), fc.nat(2 ** 40)),
    prevTerm: number,
    term: number,
    commit: number,
    round: number,
    entries: fc.array(fc.tuple(fc.nat(3), fc.option(fc.oneof(command, membership))), {
      maxLength: 6,
    }),
  })
  .map(({ entries, ...rest }) => ({
    ...rest,
    type: "appendEntries",
    entries: entries.map(([term, content], at) => {
      const place = { index: rest.prevIndex + at + 1, term };
      if (content === null) return { type: "noop", ...place };
      return content instanceof Uint8Array
        ? { type: "command", ...place, command: content }
        : { type: "membership", ...place, membership: content };
    }),
  }));

const chunk = fc
  .record({
    ...position,
    membership,
    checksum,
    size: fc.integer({ min: 40, max: 2 ** 50 }),
    bytes: fc.uint8Array({ minLength: 1, maxLength: 40 }),
    far: fc.boolean(),
    inTerm: number,
  })
  .map(({ bytes: part, far, inTerm, ...snapshot }) => ({
    type: "snapshotChunk",
    term: inTerm,
    snapshot,
    offset: far ? snapshot.size - part.length : 0,
    bytes: part,
  }));

/** Messages of one kind, each with a term. */
function kind(
  type: string,
  fields: Readonly<Record<string, fc.Arbitrary<unknown>>> = {},
): fc.Arbitrary<unknown> {
  return fc.record({ type: fc.constant(type), term: number, ...fields });
}

const last = { lastIndex: number, lastTerm: number };

const granted = fc.boolean();

const message = fc.oneof(
  kind("requestVote", { ...last, transfer: fc.boolean() }),
  kind("voteReply", { granted }),
  kind("requestPreVote", last),
  kind("preVoteReply", { granted }),
  append,
  kind("appendAccepted", { match: number, round: number }),
  kind("appendRejected", {
    prevIndex: number,
    conflictTerm: fc.option(number, { nil: undefined }),
    conflictIndex: number,
    round: number,
  }),
  chunk,
  kind("chunkReply", { index: number, checksum, received: number }),
  kind("timeoutNow"),
  kind("readRequest", { id: number }),
  kind("readReply", { id: number, index: number }),
  kind("rejoin"),
) as fc.Arbitrary<Message<CommandBytes>>;

const commands = fc.array(command, { maxLength: 4 });

const leader = fc.constantFrom(n1, n2, undefined);

export const parcel: fc.Arbitrary<Parcel> = fc.oneof(
  fc.record({
    type: fc.constant("raft" as const),
    fromUid: number,
    toUid: number,
    messages: fc.array(message, { maxLength: 4 }),
  }),
  fc.record({ type: fc.constant("propose" as const), id: number, commands }),
  fc.record({
    type: fc.constant("forward" as const),
    client: fc.nat(2 ** 48 - 1).map(clientAddress),
    id: number,
    commands,
  }),
  fc
    .array(fc.tuple(fc.nat(2 ** 40), fc.array(result, { minLength: 1 })), { maxLength: 4 })
    .map((ranges): Parcel => ({
      type: "answers",
      ranges: ranges.flatMap(([first, results]) =>
        answers(
          results.map((_result, at) => first + at),
          results,
        ),
      ),
    })),
  fc.record({
    type: fc.constant("refused" as const),
    id: number,
    reason: fc.constantFrom("notLeader", "busy", "transferring"),
    leader,
  }),
  fc.record({
    type: fc.constant("read" as const),
    id: number,
    consistency: fc.constantFrom("linearizable", "lease", "stale"),
    questions: fc.array(bytes, { maxLength: 4 }),
  }),
  fc.record({
    type: fc.constant("readAnswers" as const),
    id: number,
    results: fc.array(bytes, { maxLength: 4 }),
  }),
  fc.record({ type: fc.constant("readRefused" as const), id: number, leader }),
);
