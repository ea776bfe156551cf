import { describe, expect, it } from "vitest";
import {
  index,
  LOG_START,
  nodeId,
  positionOf,
  term,
  type Entry,
  type LogPosition,
} from "@kontiki/core";
import type { CommandBytes, Recovered } from "@kontiki/actors/node";
import { Safety } from "../../../packages/testing/src/claims/safety.ts";
import { appends, command, LEADER, snapshotOf, Stage, VOTERS } from "../support/stage.ts";

const one = command(1, 1);
const two = command(2, 1);
const voted = { term: term(1), votedFor: nodeId("n1") };

/** n1 leads term 1, and entries 1 and 2 are on all disks. */
function working(): Stage<Safety> {
  const stage = new Stage((report) => new Safety(VOTERS, report));
  stage.startAll();
  stage.elects("n1", 1, ["n2", "n3"]);
  for (const node of VOTERS) stage.writes(node, one, two);
  for (const node of VOTERS) stage.commits(node, 2);
  return stage;
}

/** What n2 of that cluster has on its disk. */
const WHOLE: Partial<Recovered> = { hard: voted, entries: [one, two] };

/** n2 ends, and starts from what is found. */
function restarted(stage: Stage<Safety>, found: Partial<Recovered>): readonly string[] {
  stage.ends("n2");
  stage.start("n2", found);
  return stage.reports;
}

const accepted = (match: number) =>
  ({ type: "appendAccepted", term: term(1), match: index(match), round: 1 }) as const;
const granted = (inTerm: number) =>
  ({ type: "voteReply", term: term(inTerm), granted: true }) as const;

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

describe("a message promises only what is durable on its sender", () => {
  it("a node may promise what is synced", () => {
    const stage = working();
    stage.posts("n2", "n1", accepted(2));
    stage.posts("n2", "n1", granted(1));
    stage.posts("n1", "n2", { type: "readReply", term: term(1), id: 1, index: index(2) });
    expect(stage.reports).toEqual([]);
  });

  it.each([
    [
      "an entry",
      accepted(3),
      "n2 acknowledges entry 3, but its disk has term 1, vote n1, entries up to 2",
    ],
    [
      "a term",
      { type: "voteReply", term: term(2), granted: false } as const,
      "n2 speaks in term 2, but its disk has term 1, vote n1, entries up to 2",
    ],
    [
      "a vote",
      granted(2),
      "n2 gives n1 its vote of term 2, but its disk has term 1, vote n1, entries up to 2",
    ],
    [
      "a candidacy",
      {
        type: "requestVote",
        term: term(2),
        lastIndex: index(2),
        lastTerm: term(1),
        transfer: false,
      } as const,
      "n2 gives n2 its vote of term 2, but its disk has term 1, vote n1, entries up to 2",
    ],
    [
      "a lead",
      {
        type: "appendEntries",
        term: term(2),
        prevIndex: index(2),
        prevTerm: term(1),
        entries: [],
        commit: index(2),
        round: 1,
      } as const,
      "n2 gives n2 its vote of term 2, but its disk has term 1, vote n1, entries up to 2",
    ],
  ])("%s that was written and not synced", (_what, message, found) => {
    const stage = working();
    stage.step("n2", { term: 2, votedFor: "n1" }, appends(command(3, 1)));
    stage.posts("n2", "n1", message);
    expect(stage.reports).toEqual([`durable equals promised: ${found}`]);
  });

  it.each([
    [
      true,
      ["durable equals promised: n2 recovers a log after entry 0, but had compacted it up to 1"],
    ],
    [false, []],
  ])("a compaction that is recorded stays, synced: %s", (isSynced, reports) => {
    const stage = working();
    const snapshot = snapshotOf(1, 1);
    stage.step("n2", { snapshot }, { type: "compactLog", upTo: index(1) });
    if (isSynced) stage.synced("n2");
    expect(restarted(stage, { ...WHOLE, snapshot })).toEqual(reports);
  });

  it("a vote in a term that is durable without the vote", () => {
    const stage = working();
    stage.step("n2", { term: 2 });
    stage.synced("n2");
    stage.step("n2", { votedFor: "n1" });
    stage.posts("n2", "n1", granted(2));
    expect(stage.reports).toEqual([
      "durable equals promised: n2 gives n1 its vote of term 2, but its disk has term 2, vote undefined, entries up to 2",
    ]);
  });

  it("a promise is void after a later leader had the entry cut off", () => {
    const stage = working();
    stage.writes("n2", command(3, 1));
    stage.step("n2", { term: 2, durable: 2 }, { type: "truncateLog", after: index(2) });
    stage.synced("n2");
    stage.posts("n2", "n1", accepted(3));
    expect(stage.reports).toEqual([]);
  });

  it("a pre-vote and a request to rejoin promise nothing", () => {
    const stage = working();
    stage.posts("n2", "n1", { type: "preVoteReply", term: term(9), granted: true });
    stage.posts("n2", "n1", { type: "rejoin", term: term(9) });
    expect(stage.reports).toEqual([]);
  });

  it("a leader counts itself only up to the last sync of its disk", () => {
    const stage = working();
    stage.step("n1", { durable: 3 }, appends(command(3, 1)));
    expect(stage.reports).toEqual([
      "durable equals promised: n1 counts entry 3 as durable, but its disk was synced up to 2",
    ]);
  });

  it("a disk gives one vote in a term, over crashes", () => {
    const stage = working();
    restarted(stage, { ...WHOLE, hard: { term: term(1), votedFor: undefined } });
    stage.step("n2", { votedFor: "n3" });
    stage.synced("n2");
    stage.posts("n2", "n3", granted(1));
    expect(stage.reports).toEqual([
      "durable equals promised: n2 recovers term 1, no vote, entries up to 2 of term 1, but its disk had term 1, a vote for n1, entries up to 2 of term 1 or term 1, a vote for n1, entries up to 2 of term 1",
      "votes: n2 votes for n1 and for n3 in term 1",
    ]);
  });

  it("another disk of the same name may vote again", () => {
    const stage = working();
    stage.ends("n2");
    stage.start("n2", {}, 5);
    stage.step("n2", { term: 1, votedFor: "n3" });
    stage.synced("n2");
    stage.posts("n2", "n3", granted(1));
    expect(stage.reports).toEqual([]);
  });
});

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
