/**
 * A node whose disk fails while it runs (pitfall 24): nothing leaves that depends on it, and the node recovers from the
 * disk.
 */
import type { Condition } from "../../../packages/actors/src/mail/status.ts";
import { index, initialMembership, term, type Entry } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import { clientAddress } from "../../../packages/actors/src/mail/address.ts";
import { encode } from "../../../packages/actors/src/bytes/codec.ts";
import { DiskError } from "../../../packages/actors/src/storage/disk/disk.ts";
import type { CommandBytes } from "../../../packages/actors/src/storage/storage.ts";
import {
  bench,
  CLIENT,
  commandOf,
  letter,
  n1,
  n2,
  n3,
  NODES,
  opening,
  proposal,
  raft,
  recovered,
  type Bench,
} from "../support/actors.ts";
import {
  appendAccepted,
  appendEntries,
  appendRejected,
  noop,
  requestVote,
  timeoutNow,
  voteReply,
} from "../../core/support/core.ts";
import { failOnce, RunnerStage, settled, syncSlowly } from "../support/runner-stage.ts";

const client = clientAddress(CLIENT);
const trouble = (what: string | undefined, condition?: Condition, term = 1): unknown => ({
  type: "trouble",
  what,
  condition,
  term,
});

const diskTrouble = (what: string): unknown => trouble(what, "disk failed");
const MEMBERSHIP = {
  type: "membership",
  index: 0,
  membership: initialMembership(NODES),
  committed: true,
};

/** Follows n2 in term 1; its notices are already read. */
function following(at: Bench = bench()): RunnerStage {
  const stage = new RunnerStage(at);
  stage.turn(raft(n2, appendEntries(1)));
  stage.told();
  return stage;
}

/** Leads term 1, with an open session; its notices are already read. */
function leading(at: Bench = bench()): RunnerStage {
  const stage = new RunnerStage(at);
  stage.clock.advance(450);
  stage.turn(raft(n2, voteReply(1, true)));
  stage.turn(raft(n2, appendAccepted(1, 0)), raft(n3, appendAccepted(1, 0)));
  stage.turn(raft(n2, appendAccepted(1, 1)), proposal(0, opening()));
  stage.turn(raft(n2, appendAccepted(1, 2)), raft(n3, appendAccepted(1, 2)));
  stage.told();
  return stage;
}

/** Time passes until the disk is opened again, and the consequences happen. */
async function pass(stage: RunnerStage, ms: number): Promise<void> {
  stage.clock.advance(ms);
  await settled();
}

const ENTRIES = { ...appendEntries(1), entries: [noop(1, 1), noop(2, 1)] };

describe("in a turn in which the disk fails nothing leaves that depends on it", () => {
  test.each([
    ["when it accepts the entries", "append"],
    ["when it writes the batch", "flush"],
    ["when it is synced", "sync"],
  ] as const)("%s", (_title, call) => {
    const at = bench();
    const stage = following(at);
    failOnce(at.storage, call);
    stage.turn(raft(n2, ENTRIES), raft(n3, requestVote(2)));
    expect(stage.told()).toEqual([diskTrouble(`cannot ${call}`)]);
    expect([stage.runner.actor, at.storage.take().at(-1)]).toEqual([undefined, "close"]);
  });

  test("when it fails after the sync", () => {
    const at = bench();
    const stage = following(at);
    failOnce(at.actor, "finish");
    stage.turn(raft(n2, ENTRIES));
    expect([stage.told(), stage.runner.actor]).toEqual([[diskTrouble("cannot finish")], undefined]);
  });

  test("when a snapshot chunk is saved", () => {
    const at = bench();
    const stage = following(at);
    failOnce(at.snapshots, "receive");
    const snapshot = { index: 9, term: 1, membership: initialMembership(NODES), size: 2 };
    const chunk = { type: "snapshotChunk", term: 1, offset: 0, bytes: new Uint8Array(1) };
    stage.turn(raft(n2, { ...chunk, snapshot: { ...snapshot, checksum: 1 } }));
    expect([stage.told(), stage.runner.actor]).toEqual([
      [diskTrouble("cannot receive")],
      undefined,
    ]);
  });

  test("it makes no difference if the storage cannot even be closed", () => {
    const at = bench();
    const stage = following(at);
    failOnce(at.storage, "sync");
    failOnce(at.storage, "close");
    stage.turn(raft(n2, ENTRIES));
    expect(stage.told()).toEqual([diskTrouble("cannot sync")]);
  });

  test("a leader's entries and answers have left, as they do not depend on its disk; it no longer leads", () => {
    const at = bench();
    const stage = leading(at);
    stage.turn(proposal(1, commandOf(1, "a")));
    stage.told();
    failOnce(at.storage, "sync");
    stage.turn(
      raft(n2, appendAccepted(1, 3)),
      raft(n3, requestVote(0)),
      proposal(2, commandOf(2, "b")),
    );
    expect(stage.told()).toMatchObject([
      { to: n2, raft: [{ type: "appendEntries", entries: ["4@1 7/2"] }] },
      { to: n3, raft: [{ type: "appendEntries", entries: ["4@1 7/2"] }] },
      { to: client, answers: { 1: { type: "ok", value: 1 } } },
      diskTrouble("cannot sync"),
    ]);
  });

  test("its last status says that it does not lead; what it took from the mailbox is counted with its last mail", () => {
    const at = bench();
    const stage = leading(at);
    failOnce(at.storage, "flush");
    stage.turn(proposal(2, commandOf(2, "b")), proposal(3, commandOf(3, "c")));
    expect(stage.statuses()).toEqual([
      // With the entries, which leave before they are written.
      { taken: 2, malformed: 0 },
      { role: "follower", term: 1, leader: undefined, taken: 0, malformed: 0 },
    ]);
  });

  test("its timer stops: only the next attempt to open the disk is due", () => {
    const at = bench();
    const stage = following(at);
    failOnce(at.storage, "sync");
    stage.turn(raft(n2, ENTRIES));
    expect(stage.clock.due.map(({ at: due }) => due)).toEqual([100]);
  });

  test("also when it fails in the turn of a timer, which has started the next one already", () => {
    const at = bench();
    const stage = new RunnerStage(at);
    failOnce(at.storage, "sync");
    stage.clock.advance(300);
    expect(stage.clock.due.map(({ at: due }) => due)).toEqual([400]);
  });

  test("anything but a disk error is a bug, and ends the thread", () => {
    const at = bench();
    const stage = following(at);
    at.storage.sync = () => {
      throw new TypeError("a bug");
    };
    expect(() => stage.turn(raft(n2, ENTRIES))).toThrow(TypeError);
  });
});

describe("while its disk cannot be used, a node accepts nothing", () => {
  function failed(): RunnerStage {
    const at = bench();
    const stage = following(at);
    failOnce(at.storage, "sync");
    stage.turn(raft(n2, ENTRIES));
    stage.told();
    return stage;
  }

  test("clients are told to turn elsewhere at once, also those whose proposals were forwarded", () => {
    const stage = failed();
    const other = clientAddress(8);
    const commands = [commandOf(1, "a")];
    stage.turn(
      proposal(4, ...commands),
      letter(n3, { type: "forward", client: other, id: 5, commands }),
      letter(client, { type: "read", id: 6, consistency: "stale", questions: [encode("a")] }),
    );
    expect(stage.told()).toEqual([
      { to: client, refused: 4, reason: "notLeader", leader: undefined },
      { to: other, refused: 5, reason: "notLeader", leader: undefined },
      { to: client, readRefused: 6, leader: undefined },
    ]);
  });

  test("peers get no answer, and malformed letters do no harm", () => {
    const stage = failed();
    const bad = { type: "mail", from: n3, incarnation: 1, bytes: Uint8Array.of(1) } as const;
    stage.turn(raft(n2, appendEntries(1)), raft(n3, requestVote(7)), bad);
    expect(stage.statuses()).toEqual([
      { role: "follower", term: 1, leader: undefined, taken: 3, malformed: 0 },
    ]);
  });

  test("orders fail", async () => {
    const { orders } = failed();
    const why = "its disk cannot be used";
    await expect(orders.changeMembership([])).rejects.toThrow(why);
    await expect(orders.transfer(n2)).rejects.toThrow(why);
    await expect(orders.snapshot()).rejects.toThrow(why);
  });
});

describe("the disk is opened again", () => {
  function refusing(message: string): () => Bench {
    return () => {
      throw new DiskError(message, "EIO");
    };
  }

  test("after pauses that grow to five seconds, and each new reason is reported once", async () => {
    const at = bench();
    const stage = following(at);
    failOnce(at.storage, "sync");
    stage.turn(raft(n2, ENTRIES));
    const told = [stage.told()];
    const started = stage.clock.now;
    const pauses = [];
    for (const message of ["a", "a", "b", "b", "b", "b", "b", "b"]) {
      stage.openings.push(refusing(message));
      const [next] = stage.clock.due;
      pauses.push((next?.at ?? 0) - stage.clock.now);
      await pass(stage, (next?.at ?? 0) - stage.clock.now);
      told.push(stage.told());
    }
    expect(started).toBe(0);
    expect(pauses).toEqual([100, 200, 400, 800, 1600, 3200, 5000, 5000]);
    expect(told.flat()).toEqual([diskTrouble("cannot sync"), diskTrouble("a"), diskTrouble("b")]);
  });

  test("and the node continues from it, with its timer, and reports that the trouble is over", async () => {
    const at = bench();
    const stage = following(at);
    failOnce(at.storage, "sync");
    stage.turn(raft(n2, ENTRIES));
    stage.told();
    const after = bench({ disk: recovered({ term: 1 }) });
    stage.openings.push(() => after);
    await pass(stage, 99);
    expect([stage.told(), stage.runner.actor]).toEqual([[], undefined]);
    await pass(stage, 1);
    expect([stage.told(), stage.runner.actor]).toEqual([[trouble(undefined)], after.actor]);
    stage.turn(raft(n2, ENTRIES));
    expect(stage.told()).toEqual([{ to: n2, raft: [appendAccepted(1, 2)] }]);
    stage.clock.advance(450);
    expect(stage.told()).toMatchObject([
      { to: n2, raft: [requestVote(2, { lastIndex: 2, lastTerm: 1 })] },
      { to: n3, raft: [requestVote(2, { lastIndex: 2, lastTerm: 1 })] },
    ]);
  });

  test("an earlier timer does not count, though the node's epochs start again", async () => {
    const at = bench();
    const stage = new RunnerStage(at);
    stage.clock.advance(299);
    failOnce(at.storage, "sync");
    stage.turn(raft(n2, requestVote(0)));
    const after = bench();
    stage.openings.push(() => after);
    await pass(stage, 100);
    expect(after.actor.timer.epoch).toBe(0);
    expect(stage.clock.due.map(({ at: due }) => due)).toEqual([399 + 300]);
  });

  test("nor does a timeout that waited for mail to be read", async () => {
    const at = bench();
    const stage = new RunnerStage(at);
    stage.clock.advance(449);
    const bad = { type: "mail", from: n3, incarnation: 1, bytes: Uint8Array.of(1) } as const;
    stage.post(...Array.from({ length: 1024 }, () => bad));
    failOnce(at.storage, "sync");
    stage.clock.advance(1);
    expect([stage.runner.actor, at.actor.state.role.type]).toEqual([undefined, "follower"]);
    const after = bench();
    stage.openings.push(() => after);
    await pass(stage, 100);
    expect([after.actor.state.term, after.actor.state.role.type]).toEqual([0, "follower"]);
  });

  test("the count of malformed letters starts again from zero", async () => {
    const at = bench();
    const stage = following(at);
    const bad = { type: "mail", from: n3, incarnation: 1, bytes: Uint8Array.of(1) } as const;
    stage.turn(bad);
    failOnce(at.storage, "sync");
    stage.turn(raft(n2, ENTRIES));
    const after = bench();
    stage.openings.push(() => after);
    await pass(stage, 100);
    stage.turn(bad, bad);
    expect(stage.statuses().slice(-2)).toEqual([
      { role: "follower", term: 0, leader: undefined, taken: 0, malformed: 0 },
      { role: "follower", term: 0, leader: undefined, taken: 2, malformed: 2 },
    ]);
  });

  test("a node that is stopped meanwhile opens nothing", () => {
    const at = bench();
    const stage = following(at);
    failOnce(at.storage, "sync");
    stage.turn(raft(n2, ENTRIES));
    stage.runner.stop();
    expect(stage.clock.due).toEqual([]);
  });

  test("one that is stopped while its disk is being opened closes it, and runs no turn", async () => {
    const at = bench();
    const stage = following(at);
    failOnce(at.storage, "sync");
    stage.turn(raft(n2, ENTRIES));
    const late = bench();
    let come = (_opened: Bench): void => {};
    stage.openings.push(() => new Promise<Bench>((resolve) => (come = resolve)));
    await pass(stage, 100);
    stage.runner.stop();
    come(late);
    await settled();
    expect([late.storage.take(), stage.runner.actor]).toEqual([["close"], undefined]);
  });

  test("one that is stopped before that fails does not try again", async () => {
    const at = bench();
    const stage = following(at);
    failOnce(at.storage, "sync");
    stage.turn(raft(n2, ENTRIES));
    let fail = (_error: Error): void => {};
    stage.openings.push(() => new Promise<Bench>((_resolve, reject) => (fail = reject)));
    await pass(stage, 100);
    stage.runner.stop();
    fail(new DiskError("late", "EIO"));
    await settled();
    expect(stage.clock.due).toEqual([]);
  });
});

test("a stopped node runs no turn, whatever requests one", async () => {
  const at = bench();
  const stage = following(at);
  at.storage.take();
  stage.runner.stop();
  stage.wake();
  stage.runner.order({ type: "compact", keptEntries: 0 });
  stage.runner.beginSnapshot();
  stage.clock.advance(1000);
  expect(at.storage.take()).toEqual(["close"]);
});

describe("a leader with a slow disk is not healthy", () => {
  test("a leader whose sync takes more than half an election timeout hands over, once", () => {
    const at = bench();
    const stage = leading(at);
    syncSlowly(at, stage, 151);
    stage.turn();
    expect(stage.told()).toEqual([]);
    stage.turn();
    expect(stage.told()).toEqual([{ to: n2, raft: [timeoutNow(1)] }]);
    stage.turn();
    expect(stage.told()).toEqual([]);
  });

  test("one whose sync takes half of it continues", () => {
    const at = bench();
    const stage = leading(at);
    syncSlowly(at, stage, 150);
    stage.turn();
    stage.turn();
    expect(stage.told()).toEqual([]);
  });

  test("a follower has no leadership to transfer", () => {
    const at = bench();
    const stage = following(at);
    syncSlowly(at, stage, 5000);
    stage.turn();
    stage.turn();
    expect(stage.told()).toEqual([]);
  });

  test("one that was slow before it was elected leads anyway", () => {
    const at = bench();
    const stage = new RunnerStage(at);
    stage.clock.advance(449);
    syncSlowly(at, stage, 200);
    stage.clock.advance(1);
    stage.turn(raft(n2, voteReply(1, true)));
    expect(at.actor.state.role).toMatchObject({ type: "leader", transfer: undefined });
  });
});

describe("each report about a node is sent once, and again when it changes", () => {
  test("its membership: proposed, committed, and another one at the index of a replaced one", () => {
    const entry = (at: number, inTerm: number, gone: number): Entry<CommandBytes> => ({
      type: "membership",
      index: index(at),
      term: term(inTerm),
      membership: initialMembership(NODES.filter((_, place) => place !== gone)),
    });
    const stage = new RunnerStage(bench());
    expect(stage.told()).toEqual([MEMBERSHIP]);
    stage.turn();
    const first = entry(1, 1, 2);
    stage.turn(raft(n2, { ...appendEntries(1), entries: [first] }));
    const accepted = (inTerm: number, to = n2): unknown => ({
      to,
      raft: [appendAccepted(inTerm, 1)],
    });
    const told = (of: unknown, committed: boolean): unknown => ({
      type: "membership",
      index: 1,
      membership: (of as { readonly membership: unknown }).membership,
      committed,
    });
    expect(stage.told()).toEqual([accepted(1), told(first, false)]);
    const second = entry(1, 2, 1);
    stage.turn(raft(n3, { ...appendEntries(2), entries: [second] }));
    expect(stage.told()).toEqual([accepted(2, n3), told(second, false)]);
    stage.turn(raft(n3, appendEntries(2, { after: [1, 2], commit: 1 })));
    expect(stage.told()).toEqual([accepted(2, n3), told(second, true)]);
    stage.turn(raft(n3, appendEntries(2, { after: [1, 2], commit: 1 })));
    expect(stage.told()).toEqual([accepted(2, n3)]);
  });

  test("a damaged log, as found now or remembered, until it is intact again", () => {
    const horizon = { index: index(2), term: term(1) };
    const damaged = (): Bench => bench({ disk: recovered({ term: 1, horizon }) });
    const remembered = new RunnerStage(damaged());
    expect(remembered.told()).toEqual([
      MEMBERSHIP,
      trouble(
        "a part of its log is damaged: it does not stand for election until that is repaired",
        "repairing",
      ),
    ]);
    const stage = new RunnerStage(damaged(), "the log is damaged: file, byte 7");
    expect(stage.told()).toEqual([
      trouble("the log is damaged: file, byte 7", "repairing", 0),
      MEMBERSHIP,
    ]);
    stage.turn(raft(n2, appendEntries(1, { after: [2, 1] })));
    expect(stage.told()).toEqual([
      { to: n2, raft: [appendRejected(1, { prevIndex: 2, conflictIndex: 1 })] },
    ]);
    stage.turn(raft(n2, ENTRIES));
    expect(stage.told()).toEqual([{ to: n2, raft: [appendAccepted(1, 2)] }, trouble(undefined)]);
    stage.turn(raft(n2, appendEntries(1, { after: [2, 1] })));
    expect(stage.told()).toEqual([{ to: n2, raft: [appendAccepted(1, 2)] }]);
  });
});

test("a leader reports itself as the leader that it knows", () => {
  const stage = leading();
  stage.turn(raft(n3, appendAccepted(1, 2)));
  expect(stage.statuses().at(-1)).toEqual({
    role: "leader",
    term: 1,
    leader: n1,
    taken: 1,
    malformed: 0,
  });
});

test("damage that lost nothing is reported, and is over at once", () => {
  const stage = new RunnerStage(bench(), "the snapshot is damaged: file, byte 7");
  expect(stage.told()).toEqual([
    trouble("the snapshot is damaged: file, byte 7", undefined, 0),
    MEMBERSHIP,
    trouble(undefined, undefined, 0),
  ]);
});
