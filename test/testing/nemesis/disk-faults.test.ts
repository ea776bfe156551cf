import { nodeId } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import { NemesisStage } from "../support/nemesis-stage.ts";

describe("disks", () => {
  test("a stall lasts for its time", () => {
    const stage = new NemesisStage(3);
    const told = stage.story({ type: "stallDisk", node: "n2" }, 100, 99);
    expect(stage.target.disk(nodeId("n2")).syncMs()).toBe(Number.POSITIVE_INFINITY);
    stage.target.timeline.advance(1);
    expect(stage.target.disk(nodeId("n2")).syncMs()).toBe(2);
    expect([...told, ...stage.target.take()]).toEqual([
      "0 stallDisk began: n2",
      "100 stallDisk ended",
    ]);
  });

  test("bit rot is found at the end, when the disk is read again", () => {
    const stage = new NemesisStage(3);
    expect(stage.story({ type: "bitRot", node: "n2", what: "log" }, 100, 200)).toEqual([
      "0 bitRot began: n2",
      "100 crash n2: its disk is read again",
      "100 start n2",
      "100 bitRot ended",
    ]);
  });

  test("a write lands at the wrong place while the fault lasts, and its node counts as damaged from the beginning", () => {
    const stage = new NemesisStage(3);
    stage.perform({ type: "misdirect", node: "n2" }, 100);
    stage.perform({ type: "wipe", node: "n1" });
    stage.target.write("n2");
    stage.target.timeline.advance(100);
    expect(stage.target.take()).toEqual([
      "0 misdirect began: n2",
      "0 wipe skipped: of 3 voters at most 1 may lose a disk, and 1 are not whole",
      "100 crash n2: its disk is read again",
      "100 start n2",
      "100 misdirect ended",
    ]);
  });

  test("of several nodes only those are wiped that the atlas allows", () => {
    const stage = new NemesisStage(5);
    const told = stage.story({ type: "wipe", node: "all" }, undefined, 10);
    expect(told).toEqual(["0 wipe began: n1", "0 wipe n1", "0 wipe n2", "0 wipe ended"]);
    expect(stage.story({ type: "wipe", node: "n3" }, undefined, 10)).toEqual([
      "10 wipe skipped: of 5 voters at most 2 may lose a disk, and 2 are not whole",
    ]);
  });

  test("no disk is damaged that its node has not read since it started", () => {
    const stage = new NemesisStage(3);
    stage.target.node(nodeId("n1")).hasRead = false;
    stage.perform({ type: "bitRot", node: "n1", what: "log" });
    stage.perform({ type: "scatter", node: "n1", ranges: 2 });
    const why = "n1 does not run, or has not read its disk";
    expect(stage.target.take()).toEqual([`0 bitRot skipped: ${why}`, `0 scatter skipped: ${why}`]);
  });

  test("swapped disks are refused and swapped back, even if nodes crash meanwhile", () => {
    const stage = new NemesisStage(2);
    stage.perform({ type: "swapDisks", node: "n1" });
    stage.perform({ type: "crashAll", kept: "torn", mail: true, downMs: 20 });
    stage.perform({ type: "wipe", node: "n1" });
    stage.target.timeline.advance(200);
    expect(stage.target.take()).toEqual([
      "0 swapDisks began: n1 n2",
      "0 crash n1: its disk is taken out",
      "0 crash n2: its disk is taken out",
      "0 swap n1 n2",
      "0 start n1: refused",
      "0 start n2: refused",
      "0 crashAll began: n1 n2",
      "0 crash n1 torn: all crash",
      "0 crash n2 torn: all crash",
      "0 wipe skipped: n1 does not run",
      "20 crashAll ended",
      "100 swap n1 n2",
      "100 start n1",
      "100 start n2",
      "100 swapDisks ended",
    ]);
    expect(stage.target.counters.of("swap.refused")).toBe(2);
  });

  test("swapped disks stay swapped until both nodes have looked at them", () => {
    const stage = new NemesisStage(2);
    stage.target.looksMs = 250;
    stage.perform({ type: "swapDisks", node: "n1" });
    stage.target.timeline.advance(400);
    expect(stage.target.take().filter((line) => /swap/.test(line))).toEqual([
      "0 swapDisks began: n1 n2",
      "0 swap n1 n2",
      "300 swap n1 n2",
      "300 swapDisks ended",
    ]);
    expect(stage.target.counters.of("swap.refused")).toBe(2);
  });

  test("disks that nodes did not look at before the faults ended count neither way", () => {
    const stage = new NemesisStage(2);
    stage.target.looksMs = Infinity;
    stage.perform({ type: "swapDisks", node: "n1" });
    stage.target.timeline.advance(20_000);
    expect(stage.target.take().at(-1)).toBe("10100 swapDisks ended");
    const { counters } = stage.target;
    expect([counters.of("swap.refused"), counters.of("swap.accepted")]).toEqual([0, 0]);
  });
});
