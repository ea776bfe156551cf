import { describe, expect, it } from "vitest";
import { index, nodeId, term, type Entry, type LogPosition } from "@kontiki/core";
import type { CommandBytes } from "@kontiki/actors/node";
import { Safety } from "../../../packages/testing/src/claims/safety.ts";
import { appends, command, LEADER, Stage, VOTERS } from "../support/stage.ts";
import { granted, one, two, voted, working } from "../support/working-cluster.ts";

describe("a node whose disk was damaged on purpose", () => {
  const horizon: LogPosition = { index: index(2), term: term(1) };
  const damaged = { hard: voted, entries: [one], damage: "byte 7" };

  function rotten(lost = 2): Stage<Safety> {
    const stage = working();
    const entries = [{ index: index(lost), term: term(1) }];
    const loss = { entries, snapshot: 0, isObscure: false };
    stage.happens({ type: "damaged", node: nodeId("n2"), loss });
    stage.ends("n2");
    return stage;
  }

  /** A node whose second entry is replaced by `other` in a write that is not synced; then its first entry is damaged. */
  function replacing(other: Entry<CommandBytes>, isObscure: boolean): Stage<Safety> {
    const stage = new Stage((report) => new Safety(VOTERS, report));
    stage.startAll();
    stage.elects("n1", 1, ["n2", "n3"]);
    stage.writes("n2", one, two);
    const cut = { type: "truncateLog", after: index(1) } as const;
    stage.step("n2", { term: 2, durable: 1 }, cut, appends(other));
    const loss = { entries: [one], snapshot: 0, isObscure };
    stage.happens({ type: "damaged", node: nodeId("n2"), loss });
    stage.ends("n2");
    return stage;
  }

  /** Such a node at its start, and what it may take from another one. */
  function fetching(...taken: readonly Entry<CommandBytes>[]): Stage<Safety> {
    const stage = rotten();
    stage.start("n2", { ...damaged, horizon });
    stage.step("n2", { horizon: undefined }, appends(...taken), { type: "logRepaired" });
    return stage;
  }

  it("has a horizon for what it lost, and votes again when it has it again", () => {
    const stage = rotten();
    stage.start("n2", { ...damaged, horizon });
    stage.step("n2", { horizon: undefined }, appends(two), { type: "logRepaired" });
    stage.synced("n2");
    stage.step(
      "n2",
      { term: 2, votedFor: "n3" },
      { type: "send", to: nodeId("n3"), uid: 0, message: granted(2) },
    );
    expect(stage.reports).toEqual([]);
  });

  it("must not hide that it lost something", () => {
    const stage = rotten();
    stage.start("n2", damaged);
    expect(stage.reports).toEqual([
      "horizon: n2 lost entries up to 2 of term 1 but continues as if it had not",
    ]);
  });

  it("need not have entries that a leader had replaced, if what was written in their place survived", () => {
    const other = command(2, 2);
    const reports = [[other], []].map((entries) => {
      const stage = replacing(other, true);
      const hard = { term: term(2), votedFor: undefined };
      stage.start("n2", { hard, base: one, entries, damage: "byte 7" });
      return [...stage.reports];
    });
    expect(reports).toEqual([
      [],
      ["horizon: n2 lost entries up to 2 of term 1 but continues as if it had not"],
    ]);
  });

  it("must know its term", () => {
    const stage = rotten();
    stage.start("n2", { ...damaged, horizon, hard: { term: term(0), votedFor: undefined } });
    expect(stage.reports).toEqual([
      "durable equals promised: n2 recovers term 0, but had promised 1",
    ]);
  });

  it("neither votes for a shorter log nor starts an election meanwhile", () => {
    const stage = rotten();
    stage.start("n2", { ...damaged, horizon });
    stage.step(
      "n2",
      { term: 2, votedFor: "n3" },
      { type: "send", to: nodeId("n3"), uid: 0, message: granted(2) },
    );
    stage.step("n2", { term: 3, votedFor: "n2", role: LEADER });
    expect(stage.reports).toEqual([
      "horizon: n2 gives a vote to a log that may lack entries that it had promised",
      "horizon: n2 is a leader, but its log is not intact",
      "Election Safety: n2 leads term 3 with votes of n2 only",
      "Leader Completeness: n2 leads term 3 but lacks entry 2, which was committed before",
    ]);
  });

  it("finds everything that was not damaged, in its log or set aside", () => {
    const salvage = { logs: [{ pieces: [[two]], marks: [horizon] }], snapshots: [] };
    const reports = [salvage, undefined].map((each) => {
      const stage = rotten(1);
      stage.start("n2", { ...damaged, entries: [], horizon, salvage: each });
      return [...stage.reports];
    });
    expect(reports).toEqual([
      [],
      ["salvage: n2 does not find entry 2 of term 1, which is intact on its disk"],
    ]);
  });

  it("need not find what a write cuts off that was not synced and survived", () => {
    const other = command(2, 2);
    const [salvaged, lost] = [[other], []].map((piece) => {
      const stage = replacing(other, false);
      const salvage = { logs: [{ pieces: [piece], marks: [other] }], snapshots: [] };
      const hard = { term: term(2), votedFor: undefined };
      stage.start("n2", { hard, entries: [], horizon: other, damage: "byte 7", salvage });
      return [...stage.reports];
    });
    expect([salvaged, lost]).toEqual([[], []]);
  });

  it("finds it at every later start too, until its log is repaired", () => {
    const salvage = { logs: [{ pieces: [[two]], marks: [horizon] }], snapshots: [] };
    const found = { hard: voted, entries: [], horizon };
    const stage = rotten(1);
    stage.start("n2", { ...found, damage: "byte 7", salvage });
    stage.ends("n2");
    stage.start("n2", { ...found, salvage });
    expect(stage.reports).toEqual([]);
    stage.ends("n2");
    stage.start("n2", found);
    expect(stage.reports).toEqual([
      "salvage: n2 does not find entry 2 of term 1, which is intact on its disk",
    ]);
  });

  it("takes without a leader only what its own log had", () => {
    expect(fetching(two).reports).toEqual([]);
    expect(fetching(command(2, 2)).reports).toContain(
      "horizon: n2 takes entry 2 of term 2 from another node, but its log had another one",
    );
  });

  it("must not find damage twice", () => {
    const stage = rotten();
    stage.start("n2", { ...damaged, horizon });
    stage.ends("n2");
    stage.start("n2", { ...damaged, horizon });
    expect(stage.reports).toEqual([
      "damage: n2 finds its disk damaged, but no fault damaged it: byte 7",
    ]);
  });

  it("does not count as repaired too early", () => {
    const stage = rotten();
    stage.start("n2", { ...damaged, horizon });
    stage.step("n2", { horizon: undefined }, { type: "logRepaired" });
    expect(stage.reports).toEqual([
      "horizon: n2 counts its log as repaired at 1, but it had reached 2",
    ]);
  });
});
