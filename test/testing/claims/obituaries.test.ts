import { describe, expect, it } from "vitest";
import { index, nodeId, type Leader, type Progress } from "@kontiki/core";
import { ObituaryClaims } from "../../../packages/testing/src/claims/obituary-claims.ts";
import { Safety } from "../../../packages/testing/src/claims/safety.ts";
import { FOLLOWER, LEADER, members, Stage, VOTERS } from "../support/stage.ts";

/** Three nodes; only what is done with obituaries is reported. */
function started(): Stage {
  const stage = new Stage((report) => {
    const safety = new Safety(VOTERS, () => undefined);
    const obituaries = new ObituaryClaims(VOTERS, safety.servers, report);
    return {
      onStep(step) {
        safety.onStep(step);
        obituaries.onStep(step);
      },
      onHappening: (happening) => safety.onHappening(happening),
    };
  });
  stage.startAll();
  stage.step("n1", { role: { ...FOLLOWER, leader: nodeId("n2"), heard: true } });
  return stage;
}

const down = (node: string) => ({ type: "peerDown", node: nodeId(node) }) as const;
const SOON = { type: "hastenElectionTimer" } as const;

describe("a follower", () => {
  it("whose leader is gone stands soon, and the end of another changes nothing", () => {
    const stage = started();
    stage.takes("n1", down("n3"), {});
    stage.takes("n1", down("n2"), { role: FOLLOWER }, SOON);
    expect(stage.reports).toEqual([]);
  });

  it("that waits for a leader that is gone", () => {
    const stage = started();
    stage.takes("n1", down("n2"), {}, SOON);
    stage.takes("n1", down("n2"), { role: FOLLOWER });
    expect(stage.reports).toEqual([
      "obituaries: n1 still follows n2, which is gone",
      "obituaries: n1 may stand, but waits for n2, which is gone",
    ]);
  });

  it("that is no voter, or lost a part of its log, waits", () => {
    const learner = started();
    const membership = { ...members("n2 n3"), learners: [nodeId("n1")] };
    learner.step("n1", { memberships: [{ index: index(1), membership }] });
    learner.takes("n1", down("n2"), { role: FOLLOWER });
    const damaged = started();
    damaged.step("n1", { horizon: { index: index(3), term: damaged.state("n1").term } });
    damaged.takes("n1", down("n2"), { role: FOLLOWER });
    expect([...learner.reports, ...damaged.reports]).toEqual([]);
  });

  it("that forgets its leader because another server is gone", () => {
    const stage = started();
    stage.takes("n1", down("n3"), { role: FOLLOWER }, SOON);
    expect(stage.reports).toEqual(["obituaries: n1 forgets its leader n2 because n3 is gone"]);
  });
});

describe("a leader", () => {
  function leads(progress: Partial<Progress>): Leader {
    const known = { next: index(3), match: index(1), round: 1, ...progress } as Progress;
    return { ...LEADER, progress: { [nodeId("n2")]: known } };
  }

  it("sends again what a follower that is gone had not answered", () => {
    const stage = started();
    stage.step("n1", { role: leads({ type: "replicate", inflight: [index(2)] }) });
    stage.takes("n1", down("n2"), { role: leads({ type: "probe", waiting: false }) });
    expect(stage.reports).toEqual([]);
  });

  it("that waits for the answers of a follower that is gone", () => {
    const stage = started();
    stage.step("n1", { role: leads({ type: "replicate", inflight: [index(2)] }) });
    stage.takes("n1", down("n2"), {});
    expect(stage.reports).toEqual(["obituaries: n1 waits for answers of n2, which is gone"]);
  });
});
