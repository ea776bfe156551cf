/** The outbox of a turn: one letter per peer and disk, with messages in order. */
import { expect, test } from "vitest";
import { Outbox } from "../../../packages/actors/src/node/outbox.ts";
import { decodeParcel } from "../../../packages/actors/src/mail/wire.ts";
import { n2, n3 } from "../support/actors.ts";
import { appendAccepted, appendRejected, timeoutNow, voteReply } from "../../core/support/core.ts";

function letters(outbox: Outbox): readonly unknown[] {
  return outbox.take().map(({ to, bytes }) => ({ to, ...decodeParcel(bytes) }));
}

test("all messages for a peer are one letter, in order, from this disk", () => {
  const outbox = new Outbox(4);
  outbox.add(n3, 0, timeoutNow(1));
  outbox.add(n2, 0, voteReply(1, true));
  outbox.add(n3, 0, appendAccepted(1, 2));
  expect(letters(outbox)).toEqual([
    { to: n3, type: "raft", fromUid: 4, toUid: 0, messages: [timeoutNow(1), appendAccepted(1, 2)] },
    { to: n2, type: "raft", fromUid: 4, toUid: 0, messages: [voteReply(1, true)] },
  ]);
});

test("a peer that gets another disk within the turn gets a letter for each, in order", () => {
  const outbox = new Outbox(0);
  outbox.add(n2, 1, timeoutNow(1));
  outbox.add(n2, 1, timeoutNow(2));
  outbox.add(n2, 5, timeoutNow(3));
  outbox.add(n2, 1, timeoutNow(4));
  expect(letters(outbox)).toEqual([
    { to: n2, type: "raft", fromUid: 0, toUid: 1, messages: [timeoutNow(1), timeoutNow(2)] },
    { to: n2, type: "raft", fromUid: 0, toUid: 5, messages: [timeoutNow(3)] },
    { to: n2, type: "raft", fromUid: 0, toUid: 1, messages: [timeoutNow(4)] },
  ]);
});

test("taken messages are gone, and no messages are no letter", () => {
  const outbox = new Outbox(0);
  expect(outbox.take()).toEqual([]);
  outbox.add(n2, 0, timeoutNow(1));
  outbox.take();
  expect(outbox.take()).toEqual([]);
  outbox.add(n2, 0, timeoutNow(2));
  expect(letters(outbox)).toEqual([
    { to: n2, type: "raft", fromUid: 0, toUid: 0, messages: [timeoutNow(2)] },
  ]);
});

test("a letter can wait if it holds acceptances and nothing else", () => {
  const outbox = new Outbox(0);
  const canWait = (): readonly unknown[] => outbox.take().map((letter) => letter.canWait);
  outbox.add(n2, 0, appendAccepted(1, 2));
  outbox.add(n2, 0, appendAccepted(1, 3));
  outbox.add(n3, 0, appendAccepted(1, 3));
  outbox.add(n3, 0, voteReply(1, true));
  expect(canWait()).toEqual([true, undefined]);
  outbox.add(n2, 0, appendRejected(1, { prevIndex: 1, conflictIndex: 1 }));
  expect(canWait()).toEqual([undefined]);
});
