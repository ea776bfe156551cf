import { describe, expect, it } from "vitest";
import { INDEX_ZERO, nodeId, term, TERM_ZERO, type Event } from "@kontiki/core";
import type { CommandBytes } from "@kontiki/actors/node";
import { TimerClaims } from "../../../packages/testing/src/claims/timer-claims.ts";
import { plan } from "../support/plans.ts";
import { FOLLOWER, from, sends, Stage } from "../support/stage.ts";

const SETTINGS = { ...plan().scenario.cluster, electionTimeoutMs: 100, heartbeatMs: 20 };
const ELECTION: Event<CommandBytes> = { type: "electionTimeout" };
const SILENCE: Event<CommandBytes> = { type: "leaderSilent" };
const HEARTBEAT: Event<CommandBytes> = { type: "heartbeatTimeout" };
const RESET = { type: "resetElectionTimer" } as const;

/** n1, which started at 0 ms, and the time. */
function node(): { readonly stage: Stage<TimerClaims>; readonly at: (ms: number) => void } {
  let now = 0;
  const stage = new Stage((report) => new TimerClaims(SETTINGS, () => now, report));
  stage.start("n1");
  return { stage, at: (ms) => (now = ms) };
}

/** A heartbeat of n2, the leader of term 1. */
const BEAT = from("n2", {
  type: "appendEntries",
  term: term(1),
  prevIndex: INDEX_ZERO,
  prevTerm: TERM_ZERO,
  entries: [],
  commit: INDEX_ZERO,
  round: 1,
});

describe("timeouts", () => {
  it("count after the shortest length of their timers", () => {
    const { stage, at } = node();
    at(100);
    stage.takes("n1", SILENCE, {});
    at(150);
    stage.takes("n1", ELECTION, {}, RESET);
    at(250);
    stage.takes("n1", ELECTION, {}, { type: "resetHeartbeatTimer" });
    at(270);
    stage.takes("n1", HEARTBEAT, {});
    expect(stage.reports).toEqual([]);
  });

  it.each([
    [
      "an election timeout",
      ELECTION,
      99,
      "99.0 ms after its timer was reset; the shortest takes 100.0 ms",
    ],
    [
      "an election timeout",
      SILENCE,
      40,
      "40.0 ms after its timer was reset; the shortest takes 100.0 ms",
    ],
    [
      "a heartbeat timeout",
      HEARTBEAT,
      19,
      "19.0 ms after its timer was reset; the shortest takes 20.0 ms",
    ],
  ])("%s comes too early", (what, event, after, why) => {
    const { stage, at } = node();
    at(500);
    stage.step("n1", {}, RESET);
    at(500 + after);
    stage.takes("n1", event, {});
    expect(stage.reports).toEqual([`timers: n1 counts ${what} ${why}`]);
  });

  it("count from when the leader was heard, even if no timer was reset", () => {
    const { stage, at } = node();
    stage.step("n1", { term: 1, role: { ...FOLLOWER, leader: nodeId("n2"), heard: false } });
    at(90);
    stage.takes("n1", BEAT, { role: { ...FOLLOWER, leader: nodeId("n2"), heard: true } });
    at(110);
    stage.takes("n1", ELECTION, {});
    expect(stage.reports).toEqual([
      "timers: n1 counts an election timeout 20.0 ms after its timer was reset; the shortest takes 100.0 ms",
    ]);
  });

  it("do not count from a message to a disk that the node had before", () => {
    const { stage, at } = node();
    const role = { ...FOLLOWER, leader: nodeId("n2"), heard: true };
    stage.step("n1", { term: 1, role });
    at(90);
    stage.takes("n1", BEAT, { role }, sends("n2", { type: "rejoin", term: term(1) }));
    at(110);
    stage.takes("n1", ELECTION, {});
    expect(stage.reports).toEqual([]);
  });

  it("count from when a vote was given", () => {
    const { stage, at } = node();
    at(90);
    stage.step("n1", {}, sends("n2", { type: "voteReply", term: term(1), granted: true }));
    at(110);
    stage.takes("n1", ELECTION, {});
    expect(stage.reports).toHaveLength(1);
  });

  it("are not put off by a vote that is refused", () => {
    const { stage } = node();
    const log = { lastIndex: INDEX_ZERO, lastTerm: TERM_ZERO, transfer: false };
    const asked = from("n2", { type: "requestVote", term: term(1), ...log });
    const refusal = sends("n2", { type: "voteReply", term: term(1), granted: false });
    stage.takes("n1", asked, { term: 1 }, refusal);
    expect(stage.reports).toEqual([]);
    stage.takes("n1", asked, {}, RESET, refusal);
    expect(stage.reports).toEqual([
      "timers: n1 resets its timer although it refuses a vote, so that it keeps others from trying",
    ]);
  });

  it("come early when the leader is known to be gone", () => {
    const { stage, at } = node();
    stage.step("n1", {}, { type: "hastenElectionTimer" });
    at(1);
    stage.takes("n1", ELECTION, {}, RESET);
    at(50);
    stage.takes("n1", ELECTION, {});
    expect(stage.reports).toEqual([
      "timers: n1 counts an election timeout 49.0 ms after its timer was reset; the shortest takes 100.0 ms",
    ]);
  });

  it("come earlier by a clock that runs fast", () => {
    const { stage, at } = node();
    const fault = { type: "drift", id: 3, at: 0, forMs: 10, node: "n1", rate: 2 } as never;
    stage.happens({ type: "faultBegan", fault, nodes: ["n1"] });
    at(50);
    stage.takes("n1", ELECTION, {}, RESET);
    stage.happens({ type: "faultEnded", fault });
    at(90);
    stage.takes("n1", ELECTION, {});
    expect(stage.reports).toEqual([
      "timers: n1 counts an election timeout 40.0 ms after its timer was reset; the shortest takes 50.0 ms",
    ]);
  });

  it("come earlier by fast drifts together, after a slow one has ended", () => {
    const { stage, at } = node();
    const drift = (id: number, rate: number): never =>
      ({ type: "drift", id, at: 0, forMs: 10, node: "n1", rate }) as never;
    stage.happens({ type: "faultBegan", fault: drift(3, 0.5), nodes: ["n1"] });
    stage.happens({ type: "faultBegan", fault: drift(4, 2), nodes: ["n1"] });
    stage.happens({ type: "faultBegan", fault: drift(5, 2), nodes: ["n1"] });
    stage.happens({ type: "faultEnded", fault: drift(3, 0.5) });
    at(30);
    stage.takes("n1", ELECTION, {}, RESET);
    at(50);
    stage.takes("n1", ELECTION, {});
    expect(stage.reports).toEqual([
      "timers: n1 counts an election timeout 20.0 ms after its timer was reset; the shortest takes 25.0 ms",
    ]);
  });

  it("of a node that starts again count from its start", () => {
    const { stage, at } = node();
    at(80);
    stage.start("n1");
    at(120);
    stage.takes("n1", ELECTION, {});
    expect(stage.reports).toHaveLength(1);
  });
});
