import { describe, expect, it } from "vitest";
import { index, term } from "@kontiki/core";
import { appends, command, snapshotOf } from "../support/stage.ts";
import { granted, restarted, working, WHOLE } from "../support/working-cluster.ts";

const accepted = (match: number) =>
  ({ type: "appendAccepted", term: term(1), match: index(match), round: 1 }) as const;

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
