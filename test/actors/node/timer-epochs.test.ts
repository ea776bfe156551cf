/** Timers of a node: which timeouts still count, and what starts a timer again (pitfall 26). */
import { describe, expect, test } from "vitest";
import { bench, leadingBench, n2, n3, raft, timer, turn } from "../support/actors.ts";
import { appendEntries, requestVote } from "../../core/support/core.ts";
import { followingBench } from "../support/settled-benches.ts";

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
