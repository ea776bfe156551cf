/** Obituaries: what a node does when another's thread is certainly gone. */
import { describe, expect, test } from "vitest";
import type { NodeId } from "@kontiki/core";
import type { Letter } from "../../../packages/actors/src/node/letter.ts";
import {
  bench,
  letter,
  leadingBench,
  n1,
  n2,
  n3,
  raft,
  timeout,
  timer,
  turn,
  type Bench,
} from "../support/actors.ts";
import {
  appendAccepted,
  appendEntries,
  hardState,
  noop,
  requestVote,
  voteReply,
} from "../../core/support/core.ts";

const NOTHING = { early: [], answers: [], promises: [], written: ["sync"] };

function obituary(node: NodeId, incarnation = 1): Letter & { readonly type: "obituary" } {
  return { type: "obituary", node, incarnation };
}

/** Messages of a later start of a peer's thread. */
function raftOf(incarnation: number, from: NodeId, ...messages: readonly unknown[]): Letter {
  return { ...raft(from, ...messages), incarnation };
}

/** Follows n2 in term 1, and withholds votes while it hears it. */
function following(): Bench {
  const at = bench({ quorumBeats: 6 });
  turn(at, raft(n2, appendEntries(1)));
  return at;
}

const LEADERLESS = { type: "follower", leader: undefined, heard: false, receiving: undefined };

describe("of the leader", () => {
  test("the election timer is shortened: there is no point in waiting", () => {
    const at = following();
    const { epoch } = at.actor.timer;
    expect(turn(at, obituary(n2))).toEqual(NOTHING);
    expect([at.actor.timer, at.actor.state.role]).toEqual([
      { type: "hastened", epoch: epoch + 1, turn: 0.5 },
      LEADERLESS,
    ]);
    expect(timeout(at).promises).toEqual([
      { to: n2, raft: [requestVote(2)] },
      { to: n3, raft: [requestVote(2)] },
    ]);
  });

  test("votes are no longer withheld, in the same turn: signals come before messages", () => {
    const withheld = following();
    expect(turn(withheld, raft(n3, requestVote(2)))).toEqual(NOTHING);
    const at = following();
    expect(turn(at, raft(n3, requestVote(2)), obituary(n2))).toEqual({
      early: [],
      answers: [],
      promises: [{ to: n3, raft: [voteReply(2, true)] }],
      written: [{ hard: hardState(2, n3) }, "flush", "sync"],
    });
  });

  test("a timeout in the same turn is stale: the timer was restarted", () => {
    const at = following();
    turn(at, timer(at.actor.timer.epoch), obituary(n2));
    expect(at.actor.state).toMatchObject({ term: 1, role: LEADERLESS });
  });

  test("its last messages in the same turn count, and do not hide that it is gone", () => {
    const at = following();
    const entries = { ...appendEntries(1), entries: [noop(1, 1)] };
    expect(turn(at, obituary(n2), raft(n2, entries)).promises).toEqual([
      { to: n2, raft: [appendAccepted(1, 1)] },
    ]);
    expect([at.actor.log.lastIndex, at.actor.timer.type, at.actor.state.role]).toEqual([
      1,
      "hastened",
      LEADERLESS,
    ]);
  });

  test("those that get it stand in turns, and in each term another one is the first", () => {
    const turns = [1, 2, 3].map((term) => {
      const at = bench({ quorumBeats: 6 });
      turn(at, raft(n2, appendEntries(term)));
      turn(at, obituary(n2));
      return at.actor.timer.turn;
    });
    expect(turns).toEqual([0.5, 0, 0.5]);
  });
});

test("nodes that have just started stand in turns as well", () => {
  expect(bench().actor.turnAtStart).toBe(0);
});

describe("of another", () => {
  test("a follower ignores one that is not of its leader", () => {
    const at = following();
    const { state, timer: before } = at.actor;
    expect(turn(at, obituary(n3))).toEqual(NOTHING);
    expect([at.actor.state, at.actor.timer]).toEqual([state, before]);
  });

  test("a leader assumes that messages in flight are lost, and probes again", () => {
    const at = leadingBench();
    turn(at, raft(n3, appendAccepted(1, 0)));
    expect(at.actor.state.role).toMatchObject({
      progress: { [n3]: { type: "replicate", match: 0, next: 2, inflight: [1] } },
    });
    expect(turn(at, obituary(n3))).toEqual({
      ...NOTHING,
      early: [{ to: n3, raft: [appendEntries(1, { round: 1 })] }],
    });
    expect(at.actor.state.role).toMatchObject({
      progress: { [n3]: { type: "probe", match: 0, next: 1, waiting: true } },
    });
  });
});

describe("of a node whose disk failed, and whose thread still runs", () => {
  test("counts in the term that it reported last, and before", () => {
    const at = following();
    expect(turn(at, { ...obituary(n2), stage: 1 })).toEqual(NOTHING);
    expect(at.actor.state.role).toEqual(LEADERLESS);
  });

  test("is ignored in a later term, in which that node may lead and hold a lease (dissertation 6.4.1)", () => {
    const at = following();
    turn(at, raft(n2, appendEntries(2)));
    const { state, timer: before } = at.actor;
    expect(turn(at, { ...obituary(n2), stage: 1 })).toEqual(NOTHING);
    expect([at.actor.state, at.actor.timer]).toEqual([state, before]);
    expect(turn(at, raft(n3, requestVote(3)))).toEqual(NOTHING);
  });
});

describe("of an incarnation", () => {
  test("older than the one heard last, it is ignored", () => {
    const at = bench();
    turn(at, raftOf(2, n2, appendEntries(1)));
    const { state, timer: before } = at.actor;
    expect(turn(at, obituary(n2, 1))).toEqual(NOTHING);
    expect([at.actor.state, at.actor.timer]).toEqual([state, before]);
    turn(at, obituary(n2, 2));
    expect(at.actor.state.role).toEqual(LEADERLESS);
  });

  test("older than one whose letter is in the same turn, it is ignored as well, though signals come first", () => {
    const at = following();
    turn(at, obituary(n2, 1), raftOf(2, n2, appendEntries(1)));
    expect(at.actor.timer.type).toBe("election");
    expect(at.actor.state.role).toMatchObject({ leader: n2 });
  });

  test("heard before a late letter of an older one, it still counts", () => {
    const at = bench();
    turn(at, raftOf(3, n2, appendEntries(1)));
    turn(at, raftOf(2, n2, appendEntries(1)));
    turn(at, obituary(n2, 2));
    expect(at.actor.state.role).toMatchObject({ leader: n2 });
    turn(at, obituary(n2, 3));
    expect(at.actor.state.role).toEqual(LEADERLESS);
  });

  test("whose disk is opened again, it is heard again", () => {
    const at = following();
    turn(at, obituary(n2));
    turn(at, raft(n2, appendEntries(1)));
    expect(at.actor.state.role).toMatchObject({ leader: n2, heard: true });
    turn(at, obituary(n2));
    expect(at.actor.state.role).toEqual(LEADERLESS);
  });

  test("mail other than Raft messages does not count as heard", () => {
    const at = following();
    const forward = { type: "forward", client: "client/7", id: 1, commands: [] } as const;
    turn(at, { ...letter(n2, forward), incarnation: 2 }, obituary(n2, 1));
    expect(at.actor.state.role).toEqual(LEADERLESS);
  });

  test("of the node itself, it changes nothing", () => {
    const at = leadingBench();
    expect(turn(at, obituary(n1))).toEqual(NOTHING);
    expect(at.actor.leads).toBe(true);
  });
});
