/** One turn of a node: what leaves before the sync, what leaves after it, and what is written in between. */
import { index } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import { clientAddress } from "../../../packages/actors/src/mail/address.ts";
import {
  bench,
  CLIENT,
  commandOf,
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
import { establishedBench, followingBench } from "../support/settled-benches.ts";

const client = clientAddress(CLIENT);

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
