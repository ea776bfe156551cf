import { describe, expect, it } from "vitest";
import { Safety } from "../../../packages/testing/src/claims/safety.ts";
import { index, nodeId, term, type Membership } from "@kontiki/core";
import {
  appends,
  change,
  command,
  FOLLOWER,
  LEADER,
  members,
  snapshotOf,
  Stage,
  VOTERS,
} from "../support/stage.ts";

/** Three nodes that have just started. */
function cluster(): Stage<Safety> {
  const stage = new Stage((report) => new Safety(VOTERS, report));
  stage.startAll();
  return stage;
}

/** n1 leads term 1, and entry 1 is committed everywhere. */
function working(): Stage<Safety> {
  const stage = cluster();
  stage.elects("n1", 1, ["n2", "n3"]);
  for (const node of VOTERS) stage.writes(node, command(1, 1));
  for (const node of VOTERS) stage.commits(node, 1);
  return stage;
}

describe("elections", () => {
  it("reports nothing about a cluster that elects, replicates, commits and elects again", () => {
    const stage = working();
    stage.elects("n2", 2, ["n3"]);
    for (const node of ["n2", "n3"]) stage.writes(node, command(2, 2));
    stage.commits("n2", 2);
    expect(stage.reports).toEqual([]);
  });

  it("Election Safety: two nodes lead one term", () => {
    const stage = cluster();
    stage.elects("n1", 1, ["n3"]);
    stage.elects("n2", 1, []);
    expect(stage.reports).toEqual([
      "Election Safety: n1 and n2 both lead term 1",
      "Election Safety: n2 leads term 1 with votes of n2 only",
    ]);
  });

  it("Election Safety: also after a restart of the first leader that has lost its vote", () => {
    const stage = cluster();
    stage.step("n1", {
      term: 1,
      votedFor: "n1",
      role: { type: "candidate", votes: [nodeId("n1")] },
    });
    stage.step("n1", { role: LEADER });
    stage.ends("n1");
    stage.start("n1");
    stage.elects("n2", 1, ["n3"]);
    expect(stage.reports).toContain("Election Safety: n1 and n2 both lead term 1");
  });

  describe("the only voter leads in the step in which it votes", () => {
    /** n1 alone leads term 1, has entry 1, starts again with what it finds, and appends another entry 1 in term 1. */
    function leadsTwice(isSynced: boolean): readonly string[] {
      const stage = new Stage((report) => new Safety([nodeId("n1")], report));
      stage.start("n1");
      const leads = (content: number): void =>
        stage.step(
          "n1",
          { term: 1, votedFor: "n1", role: LEADER },
          appends(command(1, 1, content)),
        );
      leads(7);
      if (isSynced) stage.synced("n1");
      stage.ends("n1");
      const hard = { term: term(1), votedFor: nodeId("n1") };
      stage.start("n1", isSynced ? { hard, entries: [command(1, 1, 7)] } : {});
      if (isSynced) stage.step("n1", {}, { type: "truncateLog", after: index(0) });
      leads(8);
      return stage.reports;
    }

    it("and a crash before the sync undoes the lead and its entries", () => {
      expect(leadsTwice(false)).toEqual([]);
    });

    it("but not one after it", () => {
      expect(leadsTwice(true)).toContain(
        "Log Matching: n1 has an entry 1 of term 1 that another log has too, but the two have different contents",
      );
    });
  });

  it("Leader Completeness: a leader lacks what was committed in an earlier term", () => {
    const stage = cluster();
    stage.elects("n1", 1, ["n2"]);
    for (const node of ["n1", "n2"]) stage.writes(node, command(1, 1));
    stage.commits("n1", 1);
    stage.elects("n3", 2, ["n2"]);
    expect(stage.reports).toEqual([
      "Leader Completeness: n3 leads term 2 but lacks entry 1, which was committed before",
    ]);
  });

  it("does not demand entries of a later term from a leader of an earlier one", () => {
    const stage = cluster();
    stage.step("n3", { term: 1, votedFor: "n3" });
    stage.synced("n3");
    stage.step("n2", { term: 1, votedFor: "n3" });
    stage.synced("n2");
    stage.posts("n2", "n3", { type: "voteReply", term: term(1), granted: true });
    stage.elects("n1", 2, ["n2"]);
    for (const node of ["n1", "n2"]) stage.writes(node, command(1, 2));
    stage.commits("n1", 1);
    stage.step("n3", { role: LEADER });
    expect(stage.reports).toEqual([]);
  });

  it("a leader has its own vote", () => {
    const stage = working();
    stage.step("n2", { term: 2, votedFor: "n3" });
    stage.synced("n2");
    for (const node of ["n1", "n3"]) {
      stage.step(node, { term: 2, votedFor: "n2", role: FOLLOWER });
      stage.synced(node);
      stage.posts(node, "n2", { type: "voteReply", term: term(2), granted: true });
    }
    stage.step("n2", { role: LEADER });
    expect(stage.reports).toEqual(["votes: n2 leads term 2, but its own vote is for n3"]);
  });

  it("a leader is a member, or is being removed", () => {
    const stage = working();
    stage.start("n4");
    stage.elects("n4", 2, []);
    stage.posts("n2", "n4", { type: "voteReply", term: term(2), granted: true });
    expect(stage.reports).toEqual([
      "Election Safety: n4 leads term 2 with votes of  only",
      "membership: n4 leads term 2 but is a voter in no membership in force",
      "Leader Completeness: n4 leads term 2 but lacks entry 1, which was committed before",
      "durable equals promised: n2 gives n4 its vote of term 2, but its disk has term 1, vote n1, entries up to 1",
    ]);
  });
});

describe("logs", () => {
  it("Leader Append-Only: a leader cuts its log", () => {
    const stage = working();
    stage.writes("n1", command(2, 1));
    stage.step("n1", { durable: 1 }, { type: "truncateLog", after: index(1) });
    expect(stage.reports).toEqual(["Leader Append-Only: n1 leads and changes its log"]);
  });

  it("Leader Append-Only: a leader takes a snapshot in place of its log", () => {
    const stage = working();
    const snapshot = snapshotOf(1, 1);
    stage.step("n1", { snapshot }, { type: "installSnapshot", snapshot });
    expect(stage.reports).toEqual(["Leader Append-Only: n1 leads and changes its log"]);
  });

  it("a follower may cut its log", () => {
    const stage = working();
    stage.writes("n3", command(2, 1));
    stage.elects("n2", 2, ["n1"]);
    stage.step("n1", { role: FOLLOWER });
    stage.writes("n2", command(2, 2));
    stage.step(
      "n3",
      { term: 2, durable: 1 },
      { type: "truncateLog", after: index(1) },
      appends(command(2, 2)),
    );
    expect(stage.reports).toEqual([]);
  });

  it("Log Matching: one index and term, two contents", () => {
    const stage = working();
    stage.writes("n1", command(2, 1));
    stage.writes("n2", command(2, 1, 77));
    expect(stage.reports).toEqual([
      "Log Matching: n2 has an entry 2 of term 1 that another log has too, but the two have different contents",
    ]);
  });

  it("Log Matching: the same entry after two different ones", () => {
    const stage = cluster();
    stage.writes("n1", command(1, 0), command(2, 0));
    stage.step("n2", { term: 1 });
    stage.writes("n2", command(1, 1), command(2, 0));
    expect(stage.reports).toEqual([
      "Log Matching: n2 has an entry 2 of term 0 that another log has too, but the two follow ones of terms 0 and 1",
    ]);
  });
});

describe("commit", () => {
  it("State Machine Safety: two entries are committed at one index", () => {
    const stage = cluster();
    stage.elects("n1", 1, ["n2"]);
    for (const node of ["n1", "n2"]) stage.writes(node, command(1, 1));
    stage.commits("n1", 1);
    stage.step("n3", { term: 2 });
    stage.writes("n3", command(1, 2));
    stage.commits("n3", 1);
    expect(stage.reports).toEqual([
      "State Machine Safety: entry 1 is committed with term 1, but n3 has it with term 2",
    ]);
  });

  it("only a leader commits an entry first", () => {
    const stage = cluster();
    stage.elects("n1", 1, ["n2"]);
    for (const node of ["n1", "n2"]) stage.writes(node, command(1, 1));
    stage.commits("n2", 1);
    expect(stage.reports).toEqual([
      "State Machine Safety: n2 reports entry 1 as committed before any leader has",
    ]);
  });

  it("a node has the entries that it reports as committed", () => {
    const stage = working();
    stage.commits("n2", 2);
    expect(stage.reports).toEqual([
      "commit: commit of n2 is 2, but its log ends at 1",
      "State Machine Safety: n2 reports entry 2 as committed, but does not have it",
    ]);
  });

  it("§5.4.2: a leader counts only entries of its own term", () => {
    const stage = cluster();
    stage.elects("n1", 1, ["n2"]);
    for (const node of ["n1", "n2"]) stage.writes(node, command(1, 1));
    stage.elects("n2", 2, ["n3"]);
    stage.commits("n2", 1);
    expect(stage.reports).toEqual([
      "commit: n2 commits up to entry 1 of term 1 by counting, in term 2",
    ]);
  });

  it("an entry is on the disks of a majority before it is committed", () => {
    const stage = cluster();
    stage.elects("n1", 1, ["n2"]);
    stage.writes("n1", command(1, 1));
    stage.step("n2", {}, appends(command(1, 1)));
    stage.commits("n1", 1);
    expect(stage.reports).toEqual([
      "durable equals promised: n1 commits entry 1, which is on the disks of n1 only",
    ]);
  });

  it("term and commit never fall, and a vote stays", () => {
    const stage = working();
    stage.step("n2", { term: 0 });
    stage.step("n2", { term: 1, commit: 0 });
    stage.step("n2", { votedFor: "n3" });
    stage.step("n2", { votedFor: "n1" });
    expect(stage.reports).toEqual([
      "terms: the term of n2 fell from 1 to 0",
      "terms: n2 is in term 0, but its log ends with an entry of term 1",
      "commit: commit of n2 fell from 1 to 0",
      "votes: n2 changed its vote of term 1 from n3 to n1",
    ]);
  });

  it("each step begins where the previous one ended, and only a running node takes steps", () => {
    const stage = working();
    const { watcher } = stage;
    const before = stage.state("n2");
    const step = { node: nodeId("n2"), event: { type: "replicate" }, effects: [] } as const;
    watcher.onStep({ ...step, before: { ...before }, after: { ...before } });
    stage.ends("n3");
    stage.step("n3", {});
    expect(stage.reports).toEqual([
      "lives: n2 continues from a state that it was not in",
      "lives: n3 takes a step but does not run",
    ]);
  });
});

describe("snapshots and memberships", () => {
  it("a snapshot ends with a committed entry and has the membership as of that entry", () => {
    const stage = working();
    stage.step("n1", { snapshot: snapshotOf(1, 1) });
    stage.step("n2", { snapshot: snapshotOf(1, 1, members("n1")) });
    stage.step("n3", { snapshot: snapshotOf(2, 1) });
    expect(stage.reports).toEqual([
      "snapshots equal replay: the snapshot of n2 up to 1 has a different membership from the log up to there",
      "State Machine Safety: a snapshot of n3 ends with 2 of term 1, not committed",
    ]);
  });

  it("a change begins when the previous one is committed, and is in force at once", () => {
    const stage = working();
    const four = { index: index(2), membership: members("n1 n2 n3 n4") };
    stage.step("n1", { memberships: [four] }, appends(change(2, 1, "n1 n2 n3 n4")));
    stage.synced("n1");
    stage.step("n2", { memberships: [four] }, appends(change(2, 1, "n1 n2 n3 n4")));
    stage.step("n3", { memberships: [four] }, appends(change(2, 1, "n1 n2 n3 n4")));
    stage.synced("n2", "n3");
    stage.commits("n1", 2);
    const five = { index: index(3), membership: members("n1 n2 n3 n4 n5") };
    stage.step("n1", { memberships: [four, five] }, appends(change(3, 1, "n1 n2 n3 n4 n5")));
    expect(stage.reports).toEqual([]);
  });

  it("a change that is cut off is no longer in force", () => {
    const stage = working();
    const four = { index: index(2), membership: members("n1 n2 n3 n4") };
    stage.step("n1", { memberships: [four] }, appends(change(2, 1, "n1 n2 n3 n4")));
    stage.synced("n1");
    stage.step("n1", { term: 2, role: FOLLOWER });
    stage.step("n1", { memberships: [] }, { type: "truncateLog", after: index(1) });
    expect(stage.reports).toEqual([]);
  });

  it("two changes are in progress at once", () => {
    const stage = working();
    const four = { index: index(2), membership: members("n1 n2 n3 n4") };
    const five = { index: index(3), membership: members("n1 n2 n3 n4 n5") };
    stage.step("n1", { memberships: [four] }, appends(change(2, 1, "n1 n2 n3 n4")));
    stage.step("n1", { memberships: [four, five] }, appends(change(3, 1, "n1 n2 n3 n4 n5")));
    expect(stage.reports).toEqual(["membership: n1 changes it at 3 while the change at 2 is open"]);
  });

  it("a change begins before any entry of the leader's term is committed", () => {
    const stage = working();
    stage.elects("n2", 2, ["n3"]);
    const four = { index: index(2), membership: members("n1 n2 n3 n4") };
    stage.step("n2", { memberships: [four] }, appends(change(2, 2, "n1 n2 n3 n4")));
    expect(stage.reports).toEqual([
      "membership: n2 changes it at 2 but has committed nothing in its term",
    ]);
  });

  describe("a joint membership that is committed, and a leader of a later term", () => {
    const joint: Membership = { ...members("n1 n2 n4"), outgoing: members("n1 n2 n3").voters };
    const entryOf = (at: number, inTerm: number, membership: Membership) =>
      ({ type: "membership", index: index(at), term: term(inTerm), membership }) as const;

    /** The leader has committed nothing in its term, and appends this. */
    function appending(membership: Membership): readonly string[] {
      const stage = working();
      const inForce = [{ index: index(2), membership: joint }];
      for (const node of VOTERS) {
        stage.step(node, { memberships: inForce }, appends(entryOf(2, 1, joint)));
        stage.synced(node);
        stage.step(node, { durable: 2 });
      }
      stage.start("n4");
      stage.step(
        "n4",
        { term: 1, memberships: inForce },
        appends(command(1, 1), entryOf(2, 1, joint)),
      );
      stage.synced("n4");
      for (const node of ["n1", "n2"]) stage.commits(node, 2);
      stage.elects("n2", 2, ["n1", "n3", "n4"]);
      const memberships = [...inForce, { index: index(3), membership }];
      stage.step("n2", { memberships }, appends(entryOf(3, 2, membership)));
      return stage.reports;
    }

    it("the leader may leave it at once: all leaders do the same", () => {
      expect(appending(members("n1 n2 n4"))).toEqual([]);
    });

    it.each([
      ["the voters", members("n1 n2 n3")],
      ["what is joint", { ...members("n1 n2 n4"), outgoing: members("n1 n2").voters }],
    ])("it may not change %s", (_what, membership) => {
      expect(appending(membership)).toContain(
        "membership: n2 changes it at 3 but has committed nothing in its term",
      );
    });
  });

  it("majorities of a membership and of the previous one do not meet", () => {
    const stage = working();
    const other = { index: index(2), membership: members("n3 n4 n5") };
    stage.step("n1", { memberships: [other] }, appends(change(2, 1, "n3 n4 n5")));
    expect(stage.reports).toEqual([
      "membership: the membership of entry 2 can decide without any voter of the one before it",
    ]);
  });

  it("a removed leader still leads", () => {
    const stage = working();
    const others = { index: index(2), membership: members("n2 n3") };
    for (const node of VOTERS)
      stage.step(node, { memberships: [others] }, appends(change(2, 1, "n2 n3")));
    for (const node of VOTERS) stage.synced(node);
    stage.commits("n1", 2);
    expect(stage.reports).toEqual([
      "membership: n1 still leads although entry 2, which removes it, is committed",
    ]);
  });

  it("a node does not use the latest membership in its log", () => {
    const stage = working();
    stage.step("n1", {}, appends(change(2, 1, "n1 n2 n3 n4")));
    expect(stage.reports).toEqual(["membership: n1 does not use the latest one in its log"]);
  });
});
