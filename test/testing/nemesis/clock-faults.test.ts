import { nodeId } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import { NemesisStage } from "../support/nemesis-stage.ts";

describe("clocks", () => {
  test("drift, step and strobe", () => {
    const stage = new NemesisStage(3);
    const { target } = stage;
    const nowMs = (): number => target.clock(nodeId("n1")).nowMs();
    stage.perform({ type: "drift", node: "n1", rate: 2 }, 100);
    target.timeline.advance(150);
    expect(nowMs()).toBe(250);
    stage.perform({ type: "step", node: "n1", ms: -50 }, 100);
    expect(nowMs()).toBe(200);
    stage.perform({ type: "strobe", node: "n1", ms: 1000, everyMs: 10 }, 25);
    const seen = [nowMs()];
    for (const ms of [10, 10, 10]) {
      target.timeline.advance(ms);
      seen.push(nowMs());
    }
    expect(seen).toEqual([1200, 210, 1220, 230]);
    expect(target.take()).toEqual([
      "0 drift began: n1",
      "100 drift ended",
      "150 step began: n1",
      "150 step ended",
      "150 strobe began: n1",
      "175 strobe ended",
    ]);
  });
});
