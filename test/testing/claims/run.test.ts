import { describe, expect, it } from "vitest";
import { index, nodeId, term } from "@kontiki/core";
import type { NodeActor } from "@kontiki/actors/node";
import { claimsOf, type Claims } from "../../../packages/testing/src/claims/claims-of.ts";
import { quorumsMeet } from "../../../packages/testing/src/claims/quorums-meet.ts";
import { Counters } from "../../../packages/testing/src/run/counters.ts";
import { plan, planned } from "../support/plans.ts";
import {
  appends,
  change,
  command,
  EMPTY,
  FOLLOWER,
  LEADER,
  members,
  snapshotOf,
  Stage,
  VOTERS,
} from "../support/stage.ts";

const get = planned(3, { type: "get", key: "k" }, true);

function begun(expectations = {}, counters = new Counters()): Stage<Claims> {
  return new Stage(claimsOf(plan(expectations), { now: () => 5, counters }));
}

/** n1 leads term 1; all states have this digest, or that of their own. */
function led(digests: Readonly<Record<string, string>> = {}): Stage<Claims> {
  const stage = begun();
  for (const node of VOTERS) {
    const sha256 = digests[node] ?? "same";
    const digest = { applied: 4, sha256 };
    const actor = {
      digest: () => digest,
      machineState: () => ({ is: sha256 }),
    } as unknown as NodeActor;
    stage.start(node);
    stage.happens({ type: "started", node, uid: 0, incarnation: 1, recovered: EMPTY, actor });
  }
  stage.elects("n1", 1, ["n2"]);
  return stage;
}

describe("liveness after healing", () => {
  it("settled, everything answered, all states the same", () => {
    const stage = led();
    stage.happens({ type: "healed" });
    stage.happens({ type: "settled" });
    expect([stage.reports, stage.watcher.finish().doubts]).toEqual([[], []]);
  });

  it("not settled: what each node lacks", () => {
    const stage = led();
    stage.replicates("n1", ["n2"], command(1, 1));
    stage.applies("n1", 1, {}, null);
    stage.happens({ type: "refused", node: nodeId("n3"), reason: "byte 7 is bad" });
    stage.ends("n3");
    stage.happens({ type: "refused", node: nodeId("n3"), reason: "byte 7 is bad" });
    stage.happens({ type: "called", operation: get, proposal: undefined });
    stage.happens({ type: "healed" });
    stage.watcher.finish();
    expect(stage.reports).toEqual([
      'liveness: committed up to 1; n1 leader in term 1, log 1, commit 1, applied 1; n2 follower of no leader in term 1, log 1, commit 1, applied 0; n3 does not run: byte 7 is bad; no answer: operation 3 of c1, {"type":"get","key":"k"}',
    ]);
  });

  it("reported as settled, but a node has not applied everything", () => {
    const stage = led();
    stage.replicates("n1", ["n2"], command(1, 1));
    stage.applies("n1", 1, {}, null);
    stage.happens({ type: "settled" });
    expect(stage.reports).toEqual([
      "liveness: reported as settled: committed up to 1; n1 leader in term 1, log 1, commit 1, applied 1; n2 follower of no leader in term 1, log 1, commit 1, applied 0; n3 has done nothing since it started",
    ]);
  });

  it("reported as settled, but a client waits for an answer", () => {
    const stage = led();
    stage.happens({ type: "called", operation: get, proposal: undefined });
    stage.happens({ type: "settled" });
    expect(stage.reports).toEqual([
      'liveness: reported as settled: committed up to 0; n1 leader in term 1, log 0, commit 0, applied 0; n2 follower of no leader in term 1, log 0, commit 0, applied 0; n3 has done nothing since it started; no answer: operation 3 of c1, {"type":"get","key":"k"}',
    ]);
  });

  it("reported as settled, but a member has a disk that is not the one in the membership", () => {
    const stage = led();
    stage.ends("n2");
    stage.start("n2", {}, 5);
    stage.step("n2", { term: 1 });
    stage.happens({ type: "settled" });
    expect(stage.reports).toEqual([
      "liveness: reported as settled: committed up to 0; n1 leader in term 1, log 0, commit 0, applied 0; n2 follower of no leader in term 1, log 0, commit 0, applied 0, on a disk that is not a member; n3 has done nothing since it started",
    ]);
  });

  it("not settled: a change of the members that is not finished", () => {
    const stage = led();
    const learner = nodeId("n4");
    const joint = {
      ...members("n1 n2 n3"),
      outgoing: VOTERS,
      learners: [learner],
      promotions: [{ node: learner, replaces: undefined }],
    };
    const at = { index: index(2), membership: joint };
    stage.replicates("n1", ["n2"], command(1, 1));
    for (const node of ["n1", "n2"]) {
      stage.step(
        node,
        { memberships: [at] },
        appends({ type: "membership", term: term(1), ...at }),
      );
      stage.synced(node);
      stage.step(node, { durable: 2 });
    }
    for (const node of ["n1", "n2"]) stage.commits(node, 2);
    stage.happens({ type: "healed" });
    stage.watcher.finish();
    expect(stage.reports.join()).toMatch(/; the joint membership is not left; n4 is not promoted$/);
  });

  it("settled, but states differ", () => {
    const stage = led({ n3: "another" });
    stage.happens({ type: "settled" });
    expect(stage.reports).toEqual([
      'agreement: n1 and n3 have applied the same entries, up to 4, and their states differ; from the first to the second: .is: "same" became "another"',
    ]);
  });

  it("a run that another violation ended shows nothing about liveness", () => {
    const stage = led();
    stage.step("n2", { term: 0 });
    stage.happens({ type: "healed" });
    expect(stage.watcher.finish().doubts).toEqual([]);
    expect(stage.reports).toEqual(["terms: the term of n2 fell from 1 to 0"]);
  });

  it("a run that ended before its faults leaves a doubt", () => {
    expect(led().watcher.finish().doubts).toEqual(["the run ended before its faults did"]);
  });
});

describe("expectations", () => {
  it("a count that is too low is a doubt, one that is too high a violation", () => {
    const stage = begun({ atLeast: { elections: 2, starts: 3, never: 1 }, atMost: { starts: 2 } });
    stage.startAll();
    stage.elects("n1", 1, ["n2"]);
    expect(stage.watcher.finish().doubts).toEqual([
      "the run ended before its faults did",
      "elections: 1, but the scenario demands 2 or more",
      "never: 0, but the scenario demands 1 or more",
    ]);
    expect(stage.reports).toEqual(["expectations: starts: 3, but at most 2 is allowed"]);
  });

  it("without a model of the machine there is a doubt about the history", () => {
    const none = { now: () => 0, specification: undefined };
    const doubtsOf = (linearizable: boolean): readonly string[] =>
      new Stage(claimsOf(plan({ linearizable }), none)).watcher.finish().doubts;
    const early = "the run ended before its faults did";
    expect(doubtsOf(false)).toEqual([early]);
    expect(doubtsOf(true)).toEqual([
      early,
      'the history is not judged, because the state machine has no model: give a specification, or specification: "none"',
    ]);
  });
});

describe("coverage", () => {
  it("counts events, in addition to what others count", () => {
    const counters = new Counters();
    counters.count("faults.crash");
    const stage = begun({}, counters);
    stage.startAll();
    stage.step("n1", { role: { type: "preCandidate", votes: [nodeId("n1")] } });
    stage.elects("n1", 1, ["n2", "n3"]);
    for (const node of VOTERS) stage.writes(node, command(1, 1));
    stage.commits("n1", 1);
    const four = { index: index(2), membership: members("n1 n2 n3 n4") };
    stage.step("n1", { memberships: [four] }, appends(change(2, 1, "n1 n2 n3 n4")));
    stage.step("n1", {}, { type: "readReady", id: 1, index: index(1) });
    stage.step("n1", {}, { type: "rejectRead", id: 1, leader: undefined });
    stage.step(
      "n1",
      {},
      {
        type: "send",
        to: nodeId("n2"),
        uid: 0,
        message: { type: "timeoutNow", term: term(1) },
      },
    );
    stage.step("n1", { memberships: [], durable: 1 }, { type: "truncateLog", after: index(1) });
    stage.step("n1", { snapshot: snapshotOf(1, 1) }, { type: "compactLog", upTo: index(1) });
    stage.step("n1", { role: FOLLOWER });
    stage.elects("n2", 2, ["n3"]);
    stage.step("n2", { term: 3, role: FOLLOWER });
    stage.ends("n3");
    stage.start("n3", {
      tornBytes: 5,
      damage: "byte 7",
      horizon: { index: index(1), term: term(1) },
    });
    stage.happens({ type: "refused", node: nodeId("n4"), reason: "byte 7" });
    stage.happens({ type: "called", operation: get, proposal: undefined });
    const outcome = { type: "unknown", reason: "too late" } as const;
    stage.happens({ type: "returned", operation: get, outcome });
    expect(stage.watcher.finish().coverage).toEqual({
      commits: 1,
      compactions: 1,
      elections: 2,
      "elections.preVotes": 1,
      "elections.won": 2,
      "faults.crash": 1,
      leaderChanges: 1,
      "leaders.deposed": 1,
      "leaders.steppedDown": 1,
      "membership.begun": 1,
      operations: 1,
      "operations.unknown": 1,
      reads: 1,
      "reads.refused": 1,
      "recoveries.damaged": 1,
      "recoveries.horizon": 1,
      "recoveries.torn": 1,
      restarts: 1,
      starts: 4,
      "starts.refused": 1,
      "transfers.told": 1,
      truncations: 1,
    });
  });

  it.each([
    [["n1"], 1],
    [["n2"], undefined],
    [["n1", "n2"], undefined],
  ])("a partition puts %j with the fewer", (nodes, count) => {
    const stage = led();
    const fault = { id: 1, type: "partition", shape: "halves", at: 1 } as const;
    stage.happens({ type: "faultBegan", fault, nodes });
    expect(stage.watcher.finish().coverage["leaders.cutOff"]).toBe(count);
  });

  it("marks show the leaders and the faults", () => {
    const stage = led();
    const crash = { id: 1, type: "crash", node: "leader", downMs: 5, at: 1 } as const;
    const halves = { id: 2, type: "partition", shape: "halves", at: 1 } as const;
    stage.happens({ type: "faultBegan", fault: crash, nodes: ["n1"] });
    stage.happens({ type: "faultBegan", fault: halves, nodes: ["n1", "n2"] });
    stage.happens({ type: "faultEnded", fault: crash });
    stage.ends("n1");
    stage.step("n2", { term: 2, votedFor: "n2", role: LEADER });
    expect(stage.watcher.finish().history.marks).toEqual([
      { type: "fault", text: "crash n1", node: "n1", from: 5, to: 5 },
      { type: "leader", node: "n1", term: 1, from: 5, to: 5 },
      { type: "leader", node: "n2", term: 2, from: 5 },
      { type: "fault", text: "partition n1 n2", from: 5 },
    ]);
  });
});

describe("quorums of two memberships", () => {
  const joint = { ...members("n1 n2 n3"), outgoing: members("n3 n4 n5").voters };
  const wiped = { ...members("n1 n2 n3"), uids: { [nodeId("n3")]: 4 } };
  it.each([
    ["one voter more", members("n1 n2 n3"), members("n1 n2 n3 n4"), true],
    ["one voter less", members("n1 n2 n3 n4"), members("n1 n2 n3"), true],
    ["two voters more", members("n1 n2 n3"), members("n1 n2 n3 n4 n5"), false],
    ["two exchanged", members("n1 n2 n3"), members("n3 n4 n5"), false],
    ["into a joint one", members("n3 n4 n5"), joint, true],
    ["out of a joint one", joint, members("n1 n2 n3"), true],
    ["past a joint one", joint, members("n1 n4 n6"), false],
    ["a new disk that votes at once", members("n1 n2 n3"), wiped, false],
    ["a new disk that had no vote in between", members("n1 n2"), wiped, true],
    [
      "a new disk of an even number",
      members("n1 n2"),
      { ...members("n1 n2"), uids: { [nodeId("n2")]: 4 } },
      true,
    ],
    ["nobody left of one", members("n1"), members("n2"), false],
  ])("%s", (_what, one, other, meet) => {
    expect([quorumsMeet(one, other), quorumsMeet(other, one)]).toEqual([meet, meet]);
  });
});
