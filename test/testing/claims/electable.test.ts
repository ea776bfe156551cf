import { describe, expect, it } from "vitest";
import { INDEX_ZERO, nodeId, TERM_ZERO, term } from "@kontiki/core";
import { ElectableClaims } from "../../../packages/testing/src/claims/electable-claims.ts";
import { Safety } from "../../../packages/testing/src/claims/safety.ts";
import { command, LEADER, sends, Stage, VOTERS } from "../support/stage.ts";

/** Three nodes; only what is found about who could be elected is reported. */
function cluster(): { readonly stage: Stage; readonly heal: () => void } {
  let electable: ElectableClaims | undefined;
  const stage = new Stage((report) => {
    const safety = new Safety(VOTERS, () => undefined);
    const claims = new ElectableClaims(VOTERS, safety.servers, report);
    electable = claims;
    return {
      onStep(step) {
        safety.onStep(step);
        claims.onStep(step);
      },
      onHappening: (happening) => safety.onHappening(happening),
    };
  });
  stage.startAll();
  return { stage, heal: () => electable?.healed() };
}

/** A node asks for votes this often. */
function stands(stage: Stage, node: string, times: number): void {
  const log = { lastIndex: INDEX_ZERO, lastTerm: TERM_ZERO };
  const request = { type: "requestPreVote", term: term(1), ...log } as const;
  for (let time = 0; time < times; time += 1)
    stage.step(node, { role: { type: "preCandidate", votes: [] } }, sends("n2", request));
}

describe("a healed cluster", () => {
  it("may elect no leader for some elections", () => {
    const { stage, heal } = cluster();
    heal();
    stands(stage, "n1", 30);
    stands(stage, "n3", 29);
    expect(stage.reports).toEqual([]);
  });

  it("elects no leader although one after the other could be elected", () => {
    const { stage, heal } = cluster();
    heal();
    stands(stage, "n1", 30);
    stands(stage, "n3", 90);
    expect(stage.reports).toEqual([
      "liveness: no server leads, although n3 stands in term 0 with a log that a majority would vote for, as others did 60 times",
    ]);
  });

  it("is not expected to elect one before it is healed, nor one that lacks too much, nor a second one", () => {
    const { stage, heal } = cluster();
    stands(stage, "n1", 100);
    heal();
    for (const node of ["n2", "n3"]) stage.writes(node, command(1, 0));
    stands(stage, "n1", 100);
    stage.step("n2", { role: LEADER });
    stands(stage, "n3", 100);
    expect(stage.reports).toEqual([]);
  });

  it("is not expected to elect one while a majority does not run", () => {
    const { stage, heal } = cluster();
    heal();
    stage.ends("n2");
    stage.ends("n3");
    stands(stage, nodeId("n1"), 100);
    expect(stage.reports).toEqual([]);
  });
});
