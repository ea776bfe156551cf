/** What one turn of a node makes of its letters: combined by receiver, applied in portions, or ignored. */
import { index } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import { clientAddress } from "../../../packages/actors/src/mail/address.ts";
import type { Letter } from "../../../packages/actors/src/node/letter.ts";
import {
  bench,
  CLIENT,
  commandOf,
  letter,
  n2,
  n3,
  opening,
  proposal,
  raft,
  recovered,
  turn,
} from "../support/actors.ts";
import {
  appendAccepted,
  appendEntries,
  hardState,
  requestVote,
  voteReply,
} from "../../core/support/core.ts";
import { establishedBench } from "../support/settled-benches.ts";

const client = clientAddress(CLIENT);

describe("a turn combines", () => {
  test("messages into one letter per peer", () => {
    const at = bench();
    const { promises } = turn(
      at,
      raft(n2, requestVote(1)),
      raft(n3, requestVote(1)),
      raft(n2, appendEntries(1), appendEntries(1)),
    );
    expect(promises).toEqual([
      { to: n2, raft: [voteReply(1, true), appendAccepted(1, 0), appendAccepted(1, 0)] },
      { to: n3, raft: [voteReply(1, false)] },
    ]);
  });

  test("all proposals into one write and one message, in the order of arrival", () => {
    const at = establishedBench();
    const { early, written } = turn(
      at,
      proposal(1, commandOf(1, "a")),
      letter(clientAddress(8), {
        type: "propose",
        id: 1,
        commands: [commandOf(1, "x", { client: 8 })],
      }),
      proposal(2, commandOf(2, "b")),
    );
    expect(written).toEqual(["append 2@1 7/1, 3@1 8/1, 4@1 7/2", "flush", "sync"]);
    expect(early).toMatchObject([
      { to: n2, raft: [{ entries: ["2@1 7/1", "3@1 8/1", "4@1 7/2"] }] },
    ]);
  });

  test("answers into one letter per client", () => {
    const at = establishedBench();
    turn(
      at,
      proposal(1, opening(), commandOf(1, "a"), commandOf(2, "!b")),
      letter(clientAddress(8), {
        type: "propose",
        id: 1,
        commands: [opening(8), commandOf(1, "c", { client: 8 })],
      }),
    );
    expect(turn(at, raft(n2, appendAccepted(1, 6))).answers).toEqual([
      {
        to: client,
        answers: { 1: { type: "ok", value: 1 }, 2: { type: "error", message: "no !b" } },
      },
      { to: clientAddress(8), answers: { 1: { type: "ok", value: 2 } } },
    ]);
  });

  test("nothing into nothing", () => {
    const nothing = { early: [], answers: [], promises: [], written: ["sync"] };
    expect(turn(bench())).toEqual(nothing);
    expect(turn(establishedBench())).toEqual(nothing);
  });
});

describe("a backlog of committed entries", () => {
  test("is applied in portions, so that a long one does not keep a node from its mailbox", () => {
    const count = 20_000;
    const entries = Array.from({ length: count }, (_, at) => ({
      type: "command" as const,
      index: index(at + 1),
      term: hardState(1).term,
      command: at === 0 ? opening() : commandOf(at, `${at}`),
    }));
    const at = bench({ disk: recovered({ term: 1, entries }) });
    turn(at, raft(n2, appendEntries(1, { after: [count, 1], commit: count })));
    const applied = [at.machine.applied.length];
    while (at.actor.hasBacklog) {
      turn(at);
      applied.push(at.machine.applied.length);
    }
    expect(applied).toEqual([8191, 16_383, 19_999]);
    expect(at.actor.status()).toEqual({
      role: "follower",
      term: 1,
      leader: n2,
      commit: count,
      last: count,
      applied: count,
      first: 1,
      snapshot: 0,
      votes: true,
      repairing: false,
      receiving: undefined,
    });
  });
});

describe("malformed letters are counted and do no other harm", () => {
  const vote = { type: "raft" as const, fromUid: 0, toUid: 0, messages: [requestVote(9)] };
  const bytesOf = (...bytes: readonly number[]): Letter => ({
    type: "mail",
    from: n2,
    incarnation: 1,
    bytes: Uint8Array.from(bytes),
  });
  test.each([
    ["random bytes", bytesOf(1, 2, 3)],
    ["no bytes", bytesOf()],
    ["messages of a client", letter(client, vote)],
    ["answers", letter(n2, { type: "answers", ranges: [] })],
    ["a rejection", letter(n2, { type: "refused", id: 1, reason: "busy", leader: undefined })],
    ["a message with a term below 0", raft(n2, { ...requestVote(1), term: -1 })],
    ["a message with a fraction as index", raft(n2, { ...requestVote(1), lastIndex: 0.5 })],
  ])("%s", (_title, bad) => {
    const at = bench();
    const before = at.actor.state;
    const good = raft(n3, requestVote(1));
    expect(turn(at, bad).promises).toEqual([]);
    expect([at.actor.state, at.actor.malformed]).toEqual([before, 1]);
    expect(turn(at, bad, good, bad).promises).toEqual([{ to: n3, raft: [voteReply(1, true)] }]);
    expect(at.actor.malformed).toBe(3);
  });

  test("one malformed message makes its whole letter malformed: all of it is ignored", () => {
    const at = bench();
    turn(at, raft(n2, requestVote(1), { ...requestVote(1), term: -1 }));
    expect([at.actor.state.term, at.actor.malformed]).toEqual([0, 1]);
  });
});
