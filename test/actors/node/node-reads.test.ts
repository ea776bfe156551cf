/** Reads through a node (§8, dissertation 6.4): from which index on they may be answered, and when they are. */
import { describe, expect, test } from "vitest";
import type { Config } from "@kontiki/core";
import { clientAddress } from "../../../packages/actors/src/mail/address.ts";
import { encode } from "../../../packages/actors/src/bytes/codec.ts";
import { ReadIds, Reads } from "../../../packages/actors/src/node/reads.ts";
import {
  bench,
  CLIENT,
  commandOf,
  Journal,
  leadingBench,
  letter,
  n1,
  n2,
  n3,
  opening,
  proposal,
  raft,
  recovered,
  timeout,
  timer,
  turn,
  turnAt,
  type Bench,
  type Given,
} from "../support/actors.ts";
import {
  appendAccepted,
  appendEntries,
  noop,
  readReply,
  readRequest,
  requestVote,
} from "../../core/support/core.ts";

type Mail = ReturnType<typeof letter>;

/** The id of the first read of a node's first start. */
const FIRST = 2 ** 32 + 1;

const client = clientAddress(CLIENT);
const other = clientAddress(8);

/** Answers with the number of commands it has applied. */
class Counting extends Journal {
  query(question: string): number {
    if (question.startsWith("!")) throw new Error(`no ${question}`);
    return this.applied.length;
  }
}

function ask(id: number, consistency: "linearizable" | "lease" | "stale", by = client): Mail {
  return letter(by, { type: "read", id, consistency, questions: [encode("count")] });
}

function answer(read: number, value: number, to = client): unknown {
  return { to, read, results: [{ type: "ok", value }] };
}

/** A heartbeat to both peers, after the entry that each has proven to hold. */
function round(number: number, commit: number, ends: Readonly<Record<string, number>>): unknown {
  return [n2, n3].map((to) => {
    const end = ends[to] ?? 0;
    return {
      to,
      raft: [appendEntries(1, { after: [end, end === 0 ? 0 : 1], commit, round: number })],
    };
  });
}

/** Leads term 1; n2 and n3 hold the no-op and have answered the first round. One command was applied. */
function leading(given: Partial<Config> & Given = {}): Bench {
  const at = leadingBench({ machine: new Counting(), ...given });
  turn(at, raft(n2, appendAccepted(1, 0, 1)), raft(n3, appendAccepted(1, 0, 1)));
  turn(at, raft(n2, appendAccepted(1, 1, 1)), raft(n3, appendAccepted(1, 1, 1)));
  turn(at, proposal(1, opening(), commandOf(1, "a")));
  turn(at, raft(n2, appendAccepted(1, 3, 1)), raft(n3, appendAccepted(1, 3, 1)));
  return at;
}

/** Follows n2 in term 1 and has applied one command of its log. */
function following(): Bench {
  const entries = [noop(1, 1)].concat(
    [opening(), commandOf(1, "a")].map((command, place) => ({
      ...noop(place + 2, 1),
      type: "command" as const,
      command: command as never,
    })),
  );
  const at = bench({ machine: new Counting() });
  turn(at, raft(n2, appendEntries(1, { entries, commit: 3 })));
  return at;
}

describe("a linearizable read at the leader (dissertation 6.4)", () => {
  test("all queries of a turn are one read and one round, and wait for a majority to answer it", () => {
    const at = leading();
    expect(turn(at, ask(1, "linearizable"), ask(9, "linearizable", other))).toEqual({
      early: round(2, 3, { n2: 3, n3: 3 }),
      answers: [],
      promises: [],
      written: ["sync"],
    });
    expect(at.actor.state.role).toMatchObject({
      round: 2,
      reads: [{ from: undefined, id: FIRST, index: 3, round: 2 }],
    });
    expect(turn(at, raft(n3, appendAccepted(1, 3, 1))).answers).toEqual([]);
    expect(turn(at, raft(n3, appendAccepted(1, 3, 2)))).toEqual({
      early: [],
      answers: [answer(1, 1), answer(9, 1, other)],
      promises: [],
      written: ["sync"],
    });
    expect(at.actor.state.role).toMatchObject({ round: 2, reads: [] });
  });

  test("an answer to a round that began before the query arrived does not count (dissertation 6.4, step 3)", () => {
    const at = leading();
    timeout(at);
    expect(turn(at, ask(1, "linearizable")).early).toEqual(round(3, 3, { n2: 3, n3: 3 }));
    expect(turn(at, raft(n2, appendAccepted(1, 3, 2))).answers).toEqual([]);
    expect(turn(at, raft(n2, appendAccepted(1, 3, 3))).answers).toEqual([answer(1, 1)]);
  });

  test("a write that was answered before is seen; one that is only proposed is not waited for", () => {
    const at = leading();
    turn(at, proposal(2, commandOf(2, "b")), ask(1, "linearizable"));
    expect(turn(at, raft(n2, appendAccepted(1, 3, 2))).answers).toEqual([answer(1, 1)]);
    expect(turn(at, ask(2, "linearizable"), raft(n2, appendAccepted(1, 4, 2))).answers).toEqual([
      { to: client, answers: { 2: { type: "ok", value: 2 } } },
    ]);
    expect(turn(at, raft(n2, appendAccepted(1, 4, 3))).answers).toEqual([answer(2, 2)]);
  });

  test("a leader that has committed nothing of its term waits until it has (step 1)", () => {
    const at = leadingBench({ machine: new Counting() });
    turn(at, ask(1, "linearizable"));
    expect(turn(at, raft(n2, appendAccepted(1, 0, 2))).answers).toEqual([]);
    expect(turn(at, raft(n2, appendAccepted(1, 1, 2))).answers).toEqual([answer(1, 0)]);
  });

  test("a single node asks no other", () => {
    const at = bench({ voters: [n1], machine: new Counting() });
    timeout(at);
    turn(at);
    expect(turn(at, ask(1, "linearizable"))).toEqual({
      early: [],
      answers: [answer(1, 0)],
      promises: [],
      written: ["sync"],
    });
  });

  test("a leader that is deposed rejects them, as it can no longer know", () => {
    const at = leading();
    turn(at, ask(1, "linearizable"));
    const deposed = turn(at, raft(n3, requestVote(2, { lastIndex: 9, lastTerm: 1 })));
    expect([deposed.early, deposed.answers]).toEqual([
      [{ to: client, readRefused: 1, leader: undefined }],
      [],
    ]);
  });

  test("a query that makes the machine throw does not affect others, nor does a machine that answers none", () => {
    const throwing = letter(client, {
      type: "read",
      id: 1,
      consistency: "stale",
      questions: [encode("!a"), encode("count")],
    });
    expect(turn(leading(), throwing).answers).toEqual([
      {
        to: client,
        read: 1,
        results: [
          { type: "error", message: "no !a" },
          { type: "ok", value: 1 },
        ],
      },
    ]);
    expect(turn(leading({ machine: new Journal() }), ask(1, "stale")).answers).toEqual([
      {
        to: client,
        read: 1,
        results: [{ type: "definitelyNot", reason: "the state machine answers no queries" }],
      },
    ]);
  });
});

describe("a linearizable read at a follower (dissertation 6.4)", () => {
  test("its leader says from which index on, and it answers at once when it has applied that", () => {
    const at = following();
    expect(turn(at, ask(1, "linearizable"), ask(2, "lease", other))).toEqual({
      early: [],
      answers: [],
      promises: [{ to: n2, raft: [readRequest(1, FIRST)] }],
      written: ["sync"],
    });
    expect(turn(at, raft(n2, readReply(1, FIRST, 3)))).toEqual({
      early: [],
      answers: [answer(1, 1), answer(2, 1, other)],
      promises: [],
      written: ["sync"],
    });
  });

  test("it waits until it has applied that entry", () => {
    const at = following();
    turn(at, ask(1, "linearizable"));
    expect(turn(at, raft(n2, readReply(1, FIRST, 4))).answers).toEqual([]);
    const more = { ...noop(4, 1), type: "command" as const, command: commandOf(2, "b") as never };
    const late = appendEntries(1, { after: [3, 1], entries: [more], commit: 3 });
    expect(turn(at, raft(n2, late)).answers).toEqual([]);
    const committed = appendEntries(1, { after: [4, 1], commit: 4 });
    expect(turn(at, raft(n2, committed)).answers).toEqual([answer(1, 2)]);
  });

  test("a duplicate answer answers once, and one without a request answers nothing", () => {
    const at = following();
    turn(at, ask(1, "linearizable"));
    const replies = [readReply(1, FIRST + 1, 0), readReply(1, FIRST, 3), readReply(1, FIRST, 3)];
    expect(turn(at, raft(n2, ...replies)).answers).toEqual([answer(1, 1)]);
    expect(turn(at, raft(n2, readReply(1, FIRST, 3))).answers).toEqual([]);
  });

  test("the leader answers a follower after a round", () => {
    const at = leading();
    expect(turn(at, raft(n3, readRequest(1, 77))).promises).toEqual([]);
    expect(turn(at, raft(n2, appendAccepted(1, 3, 2)))).toEqual({
      early: [],
      answers: [],
      promises: [{ to: n3, raft: [readReply(1, 77, 3)] }],
      written: ["sync"],
    });
  });

  test("without a leader it rejects at once, linearizable or leased", () => {
    const at = bench({ machine: new Counting() });
    expect(turn(at, ask(1, "linearizable"), ask(2, "lease", other))).toEqual({
      early: [
        { to: client, readRefused: 1, leader: undefined },
        { to: other, readRefused: 2, leader: undefined },
      ],
      answers: [],
      promises: [],
      written: ["sync"],
    });
  });
});

test("any node answers a stale read in its turn, from what it has applied", () => {
  const nothing = { early: [], promises: [], written: ["sync"] };
  expect(turn(bench({ machine: new Counting() }), ask(1, "stale"))).toEqual({
    ...nothing,
    answers: [answer(1, 0)],
  });
  expect(turn(following(), ask(1, "stale"), ask(2, "stale", other))).toEqual({
    ...nothing,
    answers: [answer(1, 1), answer(2, 1, other)],
  });
  expect(turn(leading(), ask(1, "stale"))).toEqual({ ...nothing, answers: [answer(1, 1)] });
});

describe("ids of reads", () => {
  const questions = { client, id: 1, consistency: "linearizable", questions: [] } as const;

  test("are never used twice, across restarts of the thread and reopenings of its disk", () => {
    const readIds = new ReadIds(1);
    const first = new Reads(readIds);
    const numbers = [first.ask([questions], 0), first.ask([questions], 0)];
    const reopened = new Reads(readIds).ask([questions], 0);
    const restarted = new Reads(new ReadIds(2)).ask([questions], 0);
    expect([...numbers, reopened, restarted]).toEqual([
      FIRST,
      FIRST + 1,
      FIRST + 2,
      2 * 2 ** 32 + 1,
    ]);
  });

  test("an answer to a read from before the disk was reopened does not release a new one", () => {
    const readIds = new ReadIds(1);
    const before = bench({ machine: new Counting(), readIds });
    turn(before, raft(n2, appendEntries(1)), ask(1, "linearizable"));
    const after = bench({ machine: new Counting(), readIds, disk: recovered({ term: 1 }) });
    expect(turn(after, raft(n2, appendEntries(1)), ask(2, "linearizable")).promises).toEqual([
      { to: n2, raft: [appendAccepted(1, 0), readRequest(1, FIRST + 1)] },
    ]);
    expect(turn(after, raft(n2, readReply(1, FIRST, 0))).answers).toEqual([]);
    expect(turn(after, raft(n2, readReply(1, FIRST + 1, 0))).answers).toEqual([answer(2, 0)]);
  });
});

test("queries whose answer was lost are forgotten after ten seconds, and younger ones are not", () => {
  const at = following();
  turnAt(0, at, ask(1, "linearizable"));
  turnAt(5_000, at, ask(2, "linearizable"));
  turnAt(9_999, at, ask(3, "linearizable"));
  turnAt(10_000, at, ask(4, "linearizable"));
  const replies = [0, 1, 2, 3].map((place) => readReply(1, FIRST + place, 3));
  expect(turnAt(10_000, at, raft(n2, ...replies)).answers).toEqual([
    answer(2, 1),
    answer(3, 1),
    answer(4, 1),
  ]);
});

test("clients of a deposed leader may have asked in the very turn in which it is deposed", () => {
  const at = leading();
  const result = turn(at, ask(1, "linearizable"), raft(n3, appendEntries(2)));
  expect(result.promises).toMatchObject([
    { to: n3, raft: [{ type: "appendAccepted" }, readRequest(2, FIRST)] },
  ]);
});

test("a read does not wait for the timer: a heartbeat in the same turn is not its round", () => {
  const at = leading();
  const { early } = turn(at, timer(at.actor.timer.epoch), ask(1, "linearizable"));
  expect(early.map((mail) => "raft" in mail && mail.raft)).toMatchObject([
    [{ round: 2 }, { round: 3 }],
    [{ round: 2 }, { round: 3 }],
  ]);
  expect(turn(at, raft(n2, appendAccepted(1, 3, 2))).answers).toEqual([]);
});
