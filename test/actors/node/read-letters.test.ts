/** A turn's letters, decoded and sorted: who may send what. */
import { describe, expect, test } from "vitest";
import { clientAddress, type Address } from "../../../packages/actors/src/mail/address.ts";
import type { Letter } from "../../../packages/actors/src/node/letter.ts";
import { readLetters } from "../../../packages/actors/src/node/read-letters.ts";
import { CLIENT, commandOf, letter, n2, n3, proposal, raft } from "../support/actors.ts";
import { appendAccepted, timeoutNow, voteReply } from "../../core/support/core.ts";

const client = clientAddress(CLIENT);
const NOTHING = {
  obituaries: [],
  messages: [],
  heard: new Map(),
  timeouts: [],
  orders: [],
  proposals: [],
  questions: [],
  malformed: 0,
};

/** The result as plain values, as it is a class. */
function read(...letters: readonly Letter[]): unknown {
  return { ...readLetters(letters) };
}

test("no letters give nothing", () => {
  expect(read()).toEqual(NOTHING);
});

test("letters are sorted by kind, each kind in the order of arrival", () => {
  const commands = [new Uint8Array(commandOf(1, "a"))];
  const questions = [Uint8Array.of(1)];
  const obituary = { type: "obituary", node: n3, incarnation: 4 } as const;
  const order = { type: "transfer", target: n2 } as const;
  const message = { type: "message", fromUid: 0, toUid: 0 };
  expect(
    read(
      { type: "timer", epoch: 3 },
      proposal(1, ...commands),
      raft(n2, timeoutNow(1), voteReply(1, true)),
      { type: "order", event: order },
      letter(client, { type: "read", id: 9, consistency: "lease", questions }),
      obituary,
      { type: "silence", epoch: 3 },
      letter(n3, { type: "forward", client, id: 2, commands }),
      { ...raft(n3, appendAccepted(1, 2)), incarnation: 5 },
    ),
  ).toEqual({
    obituaries: [obituary],
    messages: [
      { ...message, from: n2, message: timeoutNow(1) },
      { ...message, from: n2, message: voteReply(1, true) },
      { ...message, from: n3, message: appendAccepted(1, 2) },
    ],
    heard: new Map([
      [n2, 1],
      [n3, 5],
    ]),
    timeouts: [
      { type: "timer", epoch: 3 },
      { type: "silence", epoch: 3 },
    ],
    orders: [order],
    proposals: [
      { client, id: 1, commands, forwarded: false },
      { client, id: 2, commands, forwarded: true },
    ],
    questions: [{ client, id: 9, consistency: "lease", questions }],
    malformed: 0,
  });
});

test("a message names its two disks (dissertation 4: a disk is a server)", () => {
  const messages = [timeoutNow(1)];
  expect(read(letter(n2, { type: "raft", fromUid: 3, toUid: 8, messages }))).toMatchObject({
    messages: [{ from: n2, fromUid: 3, toUid: 8 }],
  });
});

describe("what a sender may not send is counted, and ignored", () => {
  const commands = [new Uint8Array(commandOf(1, "a"))];
  const questions = [Uint8Array.of(1)];
  const stranger = "not a node!" as Address;
  test.each([
    ["messages of a client", letter(client, { type: "raft", fromUid: 0, toUid: 0, messages: [] })],
    [
      "a client's proposals forwarded by a client",
      letter(client, { type: "forward", client, id: 1, commands }),
    ],
    ["proposals of a node", letter(n2, { type: "propose", id: 1, commands })],
    ["queries of a node", letter(n2, { type: "read", id: 1, consistency: "stale", questions })],
    ["answers", letter(n2, { type: "readAnswers", id: 1, results: [] })],
    ["a rejection", letter(client, { type: "readRefused", id: 1, leader: n2 })],
    ["messages of an invalid node id", { ...raft(n2, timeoutNow(1)), from: stranger }],
    ["no parcel at all", { ...raft(n2), bytes: Uint8Array.of(255, 0, 3) }],
  ] as const)("%s", (_title, bad) => {
    expect(read(bad)).toEqual({ ...NOTHING, malformed: 1 });
    expect(read(bad, { type: "timer", epoch: 1 }, bad)).toEqual({
      ...NOTHING,
      timeouts: [{ type: "timer", epoch: 1 }],
      malformed: 2,
    });
  });
});
