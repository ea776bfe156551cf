import { describe, expect, it } from "vitest";
import { index, LOG_START, nodeId, term, type Message } from "@kontiki/core";
import type { NodeActor } from "@kontiki/actors/node";
import { RoundClaims } from "../../../packages/testing/src/claims/round-claims.ts";
import { plan } from "../support/plans.ts";
import { EMPTY, FOLLOWER, from, LEADER, members, sends, Stage, VOTERS } from "../support/stage.ts";

const SETTINGS = {
  ...plan().scenario.cluster,
  electionTimeoutMs: 150,
  leases: { clockDrift: 0.5 },
};

let now = 0;

/** n1 leads term 1 and sends round 1. */
function leading(): Stage<RoundClaims> {
  now = 0;
  const stage = new Stage((report) => new RoundClaims(VOTERS, SETTINGS, () => now, report));
  stage.startAll();
  stage.elects("n1", 1, ["n2", "n3"]);
  asks(stage, 1);
  return stage;
}

/** n1 sends a round to the others. */
function asks(stage: Stage, round: number): void {
  const { index: prevIndex, term: prevTerm } = LOG_START;
  const at = { term: term(1), prevIndex, prevTerm, entries: [], commit: index(0) };
  const message: Message<never> = { type: "appendEntries", ...at, round };
  stage.step("n1", { role: { ...LEADER, round } }, sends("n2", message), sends("n3", message));
}

function answers(stage: Stage, node: string, round: number, inTerm = 1): void {
  const reply = { type: "appendAccepted", term: term(inTerm), match: index(0), round } as const;
  stage.takes("n1", from(node, reply), { role: { ...LEADER } });
}

function reads(stage: Stage): void {
  stage.takes("n1", { type: "read", id: 7, leased: false }, { role: { ...LEADER } });
}

const READY = { type: "readReady", id: 7, index: index(0) } as const;

const LATE =
  "reads: n1 answers a read in term 1, but no majority has answered a round after 1, which began before the read came";

describe("a leader answers a read", () => {
  it("when a majority has answered a later round than those before the read", () => {
    const stage = leading();
    reads(stage);
    asks(stage, 2);
    answers(stage, "n3", 2);
    stage.step("n1", {}, READY);
    expect(stage.reports).toEqual([]);
  });

  it("when a majority has answered a round that began before", () => {
    const stage = leading();
    reads(stage);
    asks(stage, 2);
    answers(stage, "n2", 1);
    answers(stage, "n3", 1);
    stage.step("n1", {}, READY);
    expect(stage.reports).toEqual([LATE]);
  });

  it("by an answer of another term", () => {
    const stage = leading();
    reads(stage);
    asks(stage, 2);
    answers(stage, "n3", 2, 0);
    stage.step("n1", {}, READY);
    expect(stage.reports).toEqual([LATE]);
  });

  it("of a follower, by a round that began before it came", () => {
    const stage = leading();
    stage.takes("n1", from("n2", { type: "readRequest", term: term(1), id: 7 }), {
      role: { ...LEADER },
    });
    answers(stage, "n3", 1);
    const reply = { type: "readReply", term: term(1), id: 7, index: index(0) } as const;
    stage.step("n1", {}, sends("n2", reply));
    expect(stage.reports).toEqual([LATE]);
  });

  it("that came twice under one number, each by a round after it came", () => {
    const stage = leading();
    const request = from("n2", { type: "readRequest", term: term(1), id: 7 });
    const reply = { type: "readReply", term: term(1), id: 7, index: index(0) } as const;
    stage.takes("n1", request, { role: { ...LEADER } });
    asks(stage, 2);
    stage.takes("n1", request, { role: { ...LEADER } });
    answers(stage, "n3", 2);
    stage.step("n1", {}, sends("n2", reply));
    expect(stage.reports).toEqual([]);
    stage.step("n1", {}, sends("n2", reply));
    expect(stage.reports).toEqual([LATE.replace("round after 1", "round after 2")]);
  });

  it("by the voters that there were, in a step that adds one", () => {
    const stage = leading();
    reads(stage);
    asks(stage, 2);
    answers(stage, "n3", 2);
    const membership = members("n1 n2 n3 n4");
    stage.step("n1", { memberships: [{ index: index(1), membership }] }, READY);
    expect(stage.reports).toEqual([]);
  });

  it("when only one half of a joint membership has answered", () => {
    const stage = leading();
    const membership = { ...members("n1 n2 n3"), outgoing: ["n1", "n4"].map(nodeId) };
    stage.step("n1", { memberships: [{ index: index(1), membership }] });
    reads(stage);
    asks(stage, 2);
    answers(stage, "n2", 2);
    stage.step("n1", {}, READY);
    expect(stage.reports).toEqual([LATE]);
  });

  it("that the leader before it had answered, or by a lease", () => {
    const stage = leading();
    stage.takes("n1", { type: "read", id: 7, leased: true }, {}, READY);
    stage.step("n1", { role: FOLLOWER });
    reads(stage);
    const reply = { type: "readReply", term: term(1), id: 7, index: index(0) } as const;
    stage.takes("n1", from("n2", reply), { role: LEADER }, READY);
    expect(stage.reports).toEqual([]);
  });
});

describe("a lease", () => {
  const read = (stage: Stage): void =>
    stage.takes("n1", { type: "read", id: 8, leased: true }, {}, READY);

  it("lasts for the shortest election timeout less the drift, from when the round that was answered began", () => {
    const stage = leading();
    now = 60;
    answers(stage, "n2", 1);
    now = 100;
    read(stage);
    expect(stage.reports).toEqual([]);
    now = 101;
    read(stage);
    expect(stage.reports).toEqual([
      "lease: n1 answers a read in term 1 by a lease that began 101.0 ms ago; the longest lasts 100.0 ms",
    ]);
  });

  it("ends in time at a leader that no client reads from", () => {
    const stage = leading();
    answers(stage, "n2", 1);
    let holdsLease = true;
    const actor = Object.defineProperty({} as NodeActor, "holdsLease", { get: () => holdsLease });
    const [node, uid, incarnation, recovered] = [nodeId("n1"), 0, 1, EMPTY];
    stage.happens({ type: "started", node, uid, incarnation, recovered, actor });
    now = 100;
    stage.takes("n1", { type: "heartbeatTimeout" }, {});
    expect(stage.reports).toEqual([]);
    now = 110;
    holdsLease = false;
    stage.takes("n1", { type: "heartbeatTimeout" }, {});
    expect(stage.reports).toEqual([]);
    holdsLease = true;
    stage.takes("n1", { type: "heartbeatTimeout" }, {});
    expect(stage.reports).toEqual([
      "lease: n1 would answer a read in term 1 by a lease that began 110.0 ms ago; the longest lasts 100.0 ms",
    ]);
  });

  it("lasts longer by a slow clock", () => {
    const stage = leading();
    answers(stage, "n2", 1);
    const fault = { id: 1, type: "drift", node: "n1", rate: 0.8, at: 0, for: 9 } as const;
    stage.happens({ type: "faultBegan", fault, nodes: ["n1"] });
    stage.happens({ type: "faultEnded", fault });
    now = 125;
    read(stage);
    expect(stage.reports).toEqual([]);
  });
});
