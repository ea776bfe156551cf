/** A node whose disk has failed opens it again, and continues from what it holds (pitfall 24). */
import { describe, expect, test } from "vitest";
import { DiskError } from "../../../packages/actors/src/storage/disk/disk.ts";
import { bench, n2, n3, raft, recovered, type Bench } from "../support/actors.ts";
import { appendAccepted, requestVote } from "../../core/support/core.ts";
import { failOnce, RunnerStage, settled } from "../support/runner-stage.ts";
import { diskTrouble, ENTRIES, following, pass, trouble } from "../support/node-stages.ts";

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
