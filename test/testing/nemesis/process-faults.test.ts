import { nodeId } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import { NemesisStage } from "../support/nemesis-stage.ts";

describe("processes", () => {
  test("a crash: the node is down for `downMs`, whatever `for` is", () => {
    const stage = new NemesisStage(3);
    const action = { type: "crash", node: "leader", kept: "some", downMs: 50 } as const;
    expect(stage.story(action, 10, 100)).toEqual([
      "0 crash began: n1",
      "0 crash n1 some: it crashes",
      "50 start n1",
      "50 crash ended",
    ]);
    expect(stage.target.counters.of("fell.leader")).toBe(1);
  });

  test("a crash at a point happens when the node reaches it", () => {
    const stage = new NemesisStage(3);
    stage.perform({ type: "crash", node: "n2", point: "inApply", downMs: 50 });
    stage.target.timeline.advance(12);
    stage.target.crash(nodeId("n2"), "in apply", undefined);
    stage.target.timeline.advance(100);
    expect(stage.target.take()).toEqual([
      "0 crash began: n2",
      "0 arm n2 inApply",
      "12 crash n2: in apply",
      "15 disarm n2",
      "65 disarm n2",
      "65 start n2",
      "65 crash ended",
    ]);
    expect(stage.target.counters.of("fell.inApply")).toBe(1);
  });

  test("a crash at a point that the node does not reach is cancelled", () => {
    const stage = new NemesisStage(3);
    const action = { type: "crash", node: "n2", point: "inCompaction", downMs: 50 } as const;
    expect(stage.story(action, undefined, 6000)).toEqual([
      "0 crash began: n2",
      "0 arm n2 inCompaction",
      "5000 disarm n2",
      "5000 crash ended",
    ]);
    expect(stage.target.counters.of("fell.inCompaction")).toBe(0);
  });

  test("a crash loop", () => {
    const stage = new NemesisStage(3);
    expect(stage.story({ type: "crashLoop", node: "n2", downMs: 10 }, 25, 100)).toEqual([
      "0 crashLoop began: n2",
      "0 crash n2: it crashes again and again",
      "10 start n2",
      "20 crash n2: it crashes again and again",
      "25 start n2",
      "25 crashLoop ended",
    ]);
  });

  test("a node that two faults hold continues when both have released it", () => {
    const stage = new NemesisStage(3);
    stage.perform({ type: "stop", node: "n2", downMs: 100 });
    stage.perform({ type: "crashAll", kept: "nothing", mail: true, downMs: 30 });
    const end = stage.perform({ type: "pause", node: "n3" });
    stage.target.timeline.advance(50);
    stage.perform({ type: "pause", node: "n3" }, 10);
    const endOther = stage.perform({ type: "pause", node: "n3" });
    stage.target.timeline.advance(20);
    endOther();
    endOther();
    end();
    stage.target.timeline.advance(100);
    expect(stage.target.take().filter((line) => !/began|ended/.test(line))).toEqual([
      "0 stop n2",
      "0 crash n1 nothing: all crash",
      "0 crash n3 nothing: all crash",
      "0 pause skipped: n3 does not run",
      "30 start n1",
      "30 start n3",
      "50 pause n3",
      "50 pause n3",
      "70 resume n3",
      "100 start n2",
    ]);
  });
});
