/** One turn of a node: what leaves before the sync, what leaves after it, and what is written in between. */
import { index, type Config } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import { clientAddress } from "../../../packages/actors/src/mail/address.ts";
import type { Letter } from "../../../packages/actors/src/node/letter.ts";
import {
  bench,
  CLIENT,
  commandOf,
  leadingBench,
  letter,
  n1,
  n2,
  n3,
  opened,
  opening,
  proposal,
  raft,
  recovered,
  timeout,
  timer,
  turn,
  type Bench,
  type Given,
} from "../support/actors.ts";
import {
  appendAccepted,
  appendEntries,
  appendRejected,
  hardState,
  noop,
  requestVote,
  voteReply,
} from "../../core/support/core.ts";
import { noop as noopOnDisk } from "../support/storage/model.ts";

const client = clientAddress(CLIENT);

/** Leads term 1; n2 holds the no-op, and it is committed. */
function establishedBench(given: Partial<Config> & Given = {}): Bench {
  const at = leadingBench(given);
  turn(at, raft(n2, appendAccepted(1, 0)));
  turn(at, raft(n2, appendAccepted(1, 1)));
  return at;
}

/** Follows n2 in term 1. */
function followingBench(): Bench {
  const at = bench();
  turn(at, raft(n2, appendEntries(1)));
  return at;
}

/** A message of a peer with no-ops. */
function entriesFrom(inTerm: number, ...at: readonly number[]): unknown {
  return appendEntries(inTerm, { entries: at.map((place) => noop(place, inTerm)) });
}

describe("after the sync: every claim of a term, a vote or a log (§5.2, Figure 2; pitfall 2)", () => {
  test("requests for votes", () => {
    expect(timeout(bench())).toEqual({
      early: [],
      answers: [],
      promises: [
        { to: n2, raft: [requestVote(1)] },
        { to: n3, raft: [requestVote(1)] },
      ],
      written: [{ hard: hardState(1, n1) }, "flush", "sync"],
    });
  });

  test("a granted vote", () => {
    expect(turn(bench(), raft(n2, requestVote(1)))).toEqual({
      early: [],
      answers: [],
      promises: [{ to: n2, raft: [voteReply(1, true)] }],
      written: [{ hard: hardState(1, n2) }, "flush", "sync"],
    });
  });

  test("a rejected vote, though nothing is written for it", () => {
    const at = bench({ disk: recovered({ term: 1, vote: n3 }) });
    expect(turn(at, raft(n2, requestVote(1)))).toEqual({
      early: [],
      answers: [],
      promises: [{ to: n2, raft: [voteReply(1, false)] }],
      written: ["sync"],
    });
  });

  test("accepted entries", () => {
    expect(turn(bench(), raft(n2, entriesFrom(1, 1, 2)))).toEqual({
      early: [],
      answers: [],
      promises: [{ to: n2, raft: [appendAccepted(1, 2)] }],
      written: [{ hard: hardState(1) }, "append 1@1 noop, 2@1 noop", "flush", "sync"],
    });
  });

  test("entries that replace others, truncated and appended in one write", () => {
    const at = bench({
      disk: recovered({ term: 1, entries: [noopOnDisk(1, 1), noopOnDisk(2, 1)] }),
    });
    const message = appendEntries(2, { after: [1, 1], entries: [noop(2, 2)] });
    expect(turn(at, raft(n2, message))).toEqual({
      early: [],
      answers: [],
      promises: [{ to: n2, raft: [appendAccepted(2, 2)] }],
      written: [
        { hard: hardState(2) },
        { truncated: index(1) },
        "append 2@2 noop",
        "flush",
        "sync",
      ],
    });
  });

  test("rejected entries", () => {
    const message = appendEntries(1, { after: [4, 1] });
    expect(turn(followingBench(), raft(n2, message))).toEqual({
      early: [],
      answers: [],
      promises: [{ to: n2, raft: [appendRejected(1, { prevIndex: 4, conflictIndex: 1 })] }],
      written: ["sync"],
    });
  });

  test("entries of an older term", () => {
    const at = bench({ disk: recovered({ term: 5 }) });
    expect(turn(at, raft(n2, entriesFrom(1, 1)))).toEqual({
      early: [],
      answers: [],
      promises: [{ to: n2, raft: [appendRejected(5, { prevIndex: 0, conflictIndex: 1 })] }],
      written: ["sync"],
    });
  });
});

describe("before the sync: the AppendEntries of a leader (dissertation 10.2.1)", () => {
  test("a new leader announces itself at once", () => {
    const at = bench();
    timeout(at);
    expect(turn(at, raft(n2, voteReply(1, true)))).toEqual({
      early: [
        { to: n2, raft: [appendEntries(1, { round: 1 })] },
        { to: n3, raft: [appendEntries(1, { round: 1 })] },
      ],
      answers: [],
      promises: [],
      written: ["append 1@1 noop", "flush", "sync"],
    });
  });

  test("entries leave while they are written", () => {
    const at = establishedBench();
    expect(turn(at, proposal(1, commandOf(1, "a"), commandOf(2, "b")))).toMatchObject({
      early: [
        {
          to: n2,
          raft: [{ prevIndex: 1, prevTerm: 1, entries: ["2@1 7/1", "3@1 7/2"], commit: 1 }],
        },
      ],
      answers: [],
      promises: [],
      written: ["append 2@1 7/1, 3@1 7/2", "flush", "sync"],
    });
  });

  test("heartbeats", () => {
    expect(timeout(establishedBench())).toEqual({
      early: [
        { to: n2, raft: [appendEntries(1, { after: [1, 1], commit: 1, round: 2 })] },
        { to: n3, raft: [appendEntries(1, { commit: 1, round: 2 })] },
      ],
      answers: [],
      promises: [],
      written: ["sync"],
    });
  });

  test("are held back while the leader's own vote is not on disk", () => {
    const at = bench();
    at.actor.begin([timer(at.actor.timer.epoch)], 0);
    const unsynced = at.actor.begin([raft(n2, voteReply(1, true))], 0);
    expect([at.actor.state.role.type, unsynced]).toEqual(["leader", []]);
    expect(opened(at.actor.finish())).toEqual([
      { to: n2, raft: [requestVote(1), appendEntries(1, { round: 1 })] },
      { to: n3, raft: [requestVote(1), appendEntries(1, { round: 1 })] },
    ]);
  });

  test("are dropped if the leader is deposed in the same turn, even if heartbeats are due", () => {
    const at = establishedBench();
    const due = timer(at.actor.timer.epoch);
    expect(turn(at, due, raft(n3, requestVote(2, { lastIndex: 1, lastTerm: 1 })))).toEqual({
      early: [],
      answers: [],
      promises: [{ to: n3, raft: [voteReply(2, true)] }],
      written: [{ hard: hardState(2, n3) }, "flush", "sync"],
    });
  });

  test("so do answers to clients about entries that a majority has on disk, even if the leader does not", () => {
    const at = establishedBench();
    at.actor.begin([proposal(1, opening(), commandOf(1, "a"))], 0);
    const { answers } = turn(at, raft(n2, appendAccepted(1, 3)), raft(n3, appendAccepted(1, 3)));
    expect(at.actor.state).toMatchObject({ commit: 3 });
    expect(answers).toEqual([{ to: client, answers: { 1: { type: "ok", value: 1 } } }]);
  });
});

describe("a leader counts itself only when its disk is done (pitfall 3)", () => {
  test("a single node commits after the sync and answers in the next turn", () => {
    const at = bench({ voters: [n1] });
    timeout(at);
    turn(at);
    const first = turn(at, proposal(1, opening(), commandOf(1, "a")));
    expect(first).toEqual({
      early: [],
      answers: [],
      promises: [],
      written: ["append 2@1 7/0, 3@1 7/1", "flush", "sync"],
    });
    expect(at.actor.hasBacklog).toBe(true);
    const second = turn(at);
    expect(second.answers).toEqual([{ to: client, answers: { 1: { type: "ok", value: 1 } } }]);
    expect(at.actor.hasBacklog).toBe(false);
  });

  test("with one follower that holds it, not before finish", () => {
    const at = establishedBench();
    at.actor.begin([proposal(1, commandOf(1, "a")), raft(n2, appendAccepted(1, 1))], 0);
    at.actor.begin([raft(n2, appendAccepted(1, 2))], 0);
    expect(at.actor.state).toMatchObject({ commit: 1, durable: 1 });
    at.actor.finish();
    expect(at.actor.state).toMatchObject({ commit: 2, durable: 2 });
  });
});

describe("timers (pitfall 26)", () => {
  test("a timeout of an older epoch is ignored", () => {
    const at = bench();
    const stale = at.actor.timer.epoch;
    turn(at, raft(n2, appendEntries(1)));
    const before = at.actor.state;
    expect(turn(at, timer(stale))).toEqual({
      early: [],
      answers: [],
      promises: [],
      written: ["sync"],
    });
    expect(at.actor.state).toBe(before);
  });

  test("a heartbeat in the same turn as a timeout wins, even if it comes after", () => {
    const at = followingBench();
    turn(at, timer(at.actor.timer.epoch), raft(n2, appendEntries(1)));
    expect(at.actor.state.role).toMatchObject({ type: "follower", leader: n2 });
  });

  test("a duplicate timeout counts once", () => {
    const at = bench();
    const { epoch } = at.actor.timer;
    turn(at, timer(epoch), timer(epoch));
    expect(at.actor.state.term).toBe(1);
  });

  test("a granted vote resets the timer, a rejected one does not (§5.2)", () => {
    const at = bench();
    const { epoch } = at.actor.timer;
    turn(at, raft(n2, requestVote(1)));
    const afterVote = at.actor.timer;
    expect(afterVote).toEqual({ type: "election", epoch: epoch + 1 });
    turn(at, raft(n3, requestVote(1)));
    expect(at.actor.timer).toEqual(afterVote);
  });

  test("a leader has a heartbeat timer; a deposed one waits for an election again", () => {
    const at = leadingBench();
    expect(at.actor.timer.type).toBe("heartbeat");
    turn(at, raft(n3, appendEntries(2)));
    expect(at.actor.timer.type).toBe("election");
  });
});

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

describe("proposals that are rejected (pitfall 29)", () => {
  test.each([
    ["a follower that knows no leader", bench()],
    ["a candidate", ((at) => (timeout(at), at))(bench())],
  ])("%s rejects them", (_title, at) => {
    const { early, written } = turn(
      at,
      proposal(4, commandOf(1, "a"), commandOf(2, "b")),
      letter(clientAddress(8), {
        type: "propose",
        id: 9,
        commands: [commandOf(1, "x", { client: 8 })],
      }),
    );
    expect(early).toEqual([
      { to: client, refused: 4, reason: "notLeader", leader: undefined },
      { to: clientAddress(8), refused: 9, reason: "notLeader", leader: undefined },
    ]);
    expect(written).toEqual(["sync"]);
  });

  test("a follower forwards them to its leader, each parcel once", () => {
    const { early, written } = turn(
      followingBench(),
      proposal(4, commandOf(1, "a")),
      proposal(5, commandOf(2, "b")),
    );
    expect(early).toEqual([
      { to: n2, forward: 4, client },
      { to: n2, forward: 5, client },
    ]);
    expect(written).toEqual(["sync"]);
  });

  test("forwarded ones are rejected: two nodes could send them back and forth", () => {
    const commands = [commandOf(1, "a")];
    const forward = letter(n3, { type: "forward", client, id: 4, commands });
    expect(turn(followingBench(), forward).early).toEqual([
      { to: client, refused: 4, reason: "notLeader", leader: n2 },
    ]);
  });

  test("a leader accepts forwarded ones, and answers the client itself", () => {
    const at = establishedBench();
    const commands = [opening(), commandOf(1, "a")];
    turn(at, letter(n3, { type: "forward", client, id: 4, commands }));
    expect(turn(at, raft(n2, appendAccepted(1, 3))).answers).toEqual([
      { to: client, answers: { 1: { type: "ok", value: 1 } } },
    ]);
  });

  test("a leader with too much uncommitted is busy, and one that hands over says so", () => {
    const at = establishedBench({ maxUncommittedBytes: 1 });
    turn(at, proposal(1, commandOf(1, "a")));
    expect(turn(at, proposal(2, commandOf(2, "b"))).early).toEqual([
      { to: client, refused: 2, reason: "busy", leader: n1 },
    ]);
    turn(at, { type: "order", event: { type: "transfer", target: n3 } });
    expect(turn(at, proposal(3, commandOf(2, "b"))).early).toEqual([
      { to: client, refused: 3, reason: "transferring", leader: n1 },
    ]);
  });

  test("a leader deposed in the same turn accepts none: mail comes before proposals", () => {
    const at = establishedBench();
    const deposed = turn(at, proposal(4, commandOf(1, "a")), raft(n3, appendEntries(2)));
    expect(deposed.early).toEqual([{ to: n3, forward: 4, client }]);
    expect(deposed.written).toEqual([{ hard: hardState(2) }, "flush", "sync"]);
    expect(at.actor.log.lastIndex).toBe(1);
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

test("a restarted node knows what its disk held, and nothing else (Figure 2)", () => {
  const disk = recovered({ term: 3, vote: n2, entries: [noopOnDisk(1, 1), noopOnDisk(2, 3)] });
  const { actor } = bench({ disk });
  expect(actor.state).toEqual({
    term: 3,
    votedFor: n2,
    commit: 0,
    durable: 2,
    memberships: [],
    snapshot: undefined,
    horizon: undefined,
    role: { type: "follower", leader: undefined, heard: false, receiving: undefined },
  });
});
