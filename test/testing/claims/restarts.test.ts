import { describe, expect, it } from "vitest";
import { index, LOG_START, nodeId, positionOf, term } from "@kontiki/core";
import type { Safety } from "../../../packages/testing/src/claims/safety.ts";
import { appends, command, snapshotOf, type Stage } from "../support/stage.ts";
import { one, restarted, two, voted, working, WHOLE } from "../support/working-cluster.ts";

/** A node whose log a snapshot took the place of in this term, and which starts again and knows the first term alone. */
function installedIn(inTerm: number): Stage<Safety> {
  const stage = working();
  stage.start("n4");
  const snapshot = snapshotOf(2, 1);
  stage.step(
    "n4",
    { term: inTerm, commit: 2, snapshot, durable: 2 },
    { type: "installSnapshot", snapshot },
  );
  stage.ends("n4");
  stage.start("n4", {
    hard: { term: term(1), votedFor: undefined },
    base: positionOf(snapshot),
    snapshot,
  });
  return stage;
}

describe("what a restart finds", () => {
  it("is what was synced, or everything that was written", () => {
    const stage = working();
    stage.step("n2", { term: 2 }, appends(command(3, 1)));
    restarted(stage, WHOLE);
    stage.step("n2", { term: 2 }, appends(command(3, 1)));
    restarted(stage, {
      hard: { term: term(2), votedFor: undefined },
      entries: [one, two, command(3, 1)],
    });
    expect(stage.reports).toEqual([]);
  });

  it("is what was synced before a log was cut, or the cut log", () => {
    const stage = working();
    const cut = { type: "truncateLog", after: index(1) } as const;
    stage.writes("n3", command(3, 1));
    stage.step("n3", { term: 2, durable: 1 }, cut, appends(command(2, 2)));
    stage.ends("n3");
    stage.start("n3", { hard: voted, entries: [one, two, command(3, 1)] });
    stage.step("n3", { term: 2, durable: 1 }, cut, appends(command(2, 2)));
    stage.ends("n3");
    stage.start("n3", {
      hard: { term: term(2), votedFor: undefined },
      entries: [one, command(2, 2)],
    });
    expect(stage.reports).toEqual([]);
  });

  it("is a log that a received snapshot replaced, as soon as the snapshot is durable", () => {
    const stage = installedIn(1);
    stage.ends("n4");
    stage.start("n4", { hard: { term: term(1), votedFor: undefined }, base: LOG_START });
    expect(stage.reports).toEqual([
      "durable equals promised: n4 recovers term 1, no vote, entries up to 0 of term 0, but its disk had term 1, no vote, entries up to 2 of term 1 or term 1, no vote, entries up to 2 of term 1",
    ]);
  });

  it("is a snapshot in place of a log, in the snapshot's term if the disk had an earlier term", () => {
    const stage = installedIn(3);
    expect(stage.reports).toEqual([]);
  });

  it("is not an emptied log if the log had the last entry of the snapshot", () => {
    const stage = working();
    const snapshot = snapshotOf(1, 1);
    stage.step("n2", { snapshot });
    expect(restarted(stage, { hard: voted, base: positionOf(snapshot), snapshot })).toEqual([
      "durable equals promised: n2 recovers term 1, a vote for n1, entries up to 1 of term 1, but its disk had term 1, a vote for n1, entries up to 2 of term 1 or term 1, a vote for n1, entries up to 2 of term 1",
    ]);
  });

  it("is not a log that does not begin where the snapshot ends", () => {
    const stage = working();
    stage.start("n4");
    stage.step("n4", { snapshot: snapshotOf(2, 1) });
    stage.ends("n4");
    const base = { index: index(1), term: term(1) };
    stage.start("n4", {
      hard: { term: term(1), votedFor: undefined },
      base,
      snapshot: snapshotOf(2, 1),
    });
    expect(stage.reports).toEqual([
      "durable equals promised: n4 recovers term 1, no vote, entries up to 1 of term 1, but its disk had term 0, no vote, entries up to 0 of term 0 or term 0, no vote, entries up to 0 of term 0",
    ]);
  });

  it("is a snapshot that does not end with a committed entry", () => {
    const stage = working();
    expect(restarted(stage, { ...WHOLE, snapshot: snapshotOf(9, 1) })).toEqual([
      "State Machine Safety: a snapshot of n2 ends with 9 of term 1, not committed",
    ]);
  });

  it.each([
    [
      "an entry less",
      { hard: voted, entries: [one] },
      "term 1, a vote for n1, entries up to 1 of term 1",
    ],
    [
      "an entry more",
      { hard: voted, entries: [one, two, command(3, 1)] },
      "term 1, a vote for n1, entries up to 3 of term 1",
    ],
    [
      "another term",
      { ...WHOLE, hard: { term: term(0), votedFor: undefined } },
      "term 0, no vote, entries up to 2 of term 1",
    ],
    [
      "a horizon that nothing made",
      { ...WHOLE, horizon: { index: index(9), term: term(1) } },
      "term 1, a vote for n1, entries up to 2 of term 1, horizon 9",
    ],
  ])("is %s than was written", (_what, found, words) => {
    const had = "term 1, a vote for n1, entries up to 2 of term 1";
    expect(restarted(working(), found)).toEqual([
      `durable equals promised: n2 recovers ${words}, but its disk had ${had} or ${had}`,
    ]);
  });

  it("is an older snapshot", () => {
    const stage = working();
    stage.step("n2", { snapshot: snapshotOf(2, 1) });
    expect(restarted(stage, WHOLE)).toEqual([
      "durable equals promised: n2 had a snapshot up to 2 but recovers one up to 0",
    ]);
  });

  it("is another snapshot of the same entry", () => {
    const stage = working();
    const snapshot = snapshotOf(1, 1);
    stage.step("n2", { snapshot });
    const found = { ...snapshot, checksum: 77 };
    expect(restarted(stage, { ...WHOLE, snapshot: found })).toEqual([
      "durable equals promised: n2 had a snapshot up to 1 but recovers another one of that entry",
    ]);
  });

  it("is what the node begins with", () => {
    const stage = working();
    restarted(stage, WHOLE);
    const { watcher } = stage;
    const horizon = { index: index(9), term: term(1) };
    const before = { ...stage.state("n2"), votedFor: nodeId("n3"), horizon };
    const step = { node: nodeId("n2"), event: { type: "replicate" }, effects: [] } as const;
    watcher.onStep({ ...step, before, after: { ...before } });
    expect(stage.reports).toEqual([
      "durable equals promised: n2 recovered term 1, a vote for n1 but begins with term 1, a vote for n3",
      "horizon: n2 and its disk disagree about the end of the log to repair",
    ]);
  });

  it("is damage without a fault", () => {
    expect(restarted(working(), { ...WHOLE, damage: "byte 7" })).toEqual([
      "damage: n2 finds its disk damaged, but no fault damaged it: byte 7",
    ]);
  });
});
