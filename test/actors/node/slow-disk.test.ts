/** A leader whose disk is slow is not healthy: it hands over. */
import { describe, expect, test } from "vitest";
import { bench, n2, raft } from "../support/actors.ts";
import { timeoutNow, voteReply } from "../../core/support/core.ts";
import { RunnerStage, syncSlowly } from "../support/runner-stage.ts";
import { following, leading } from "../support/node-stages.ts";

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
