import { describe, expect, it } from "vitest";
import { index, nodeId, term, type Message, type Role } from "@kontiki/core";
import { Safety } from "../../../packages/testing/src/claims/safety.ts";
import {
  command,
  FOLLOWER,
  from,
  LEADER,
  members,
  sends,
  Stage,
  VOTERS,
} from "../support/stage.ts";

/** n1 leads term 1, and entry 1 is on all disks; n3 hears it. */
function working(role: Role = { ...FOLLOWER, leader: nodeId("n1"), heard: true }): Stage<Safety> {
  const stage = new Stage((report) => new Safety(VOTERS, report));
  stage.startAll();
  stage.elects("n1", 1, ["n2", "n3"]);
  for (const node of VOTERS) stage.writes(node, command(1, 1));
  stage.step("n3", { role });
  return stage;
}

type Asked = { readonly last?: number; readonly by?: string; readonly transfer?: boolean };

/** n3 promises its vote of term 2. */
function promises(stage: Stage, { last = 1, by = "n2" }: Asked = {}): void {
  const log = { lastIndex: index(last), lastTerm: term(last === 0 ? 0 : 1) };
  const request = { type: "requestPreVote", term: term(2), ...log } as const;
  const reply = { type: "preVoteReply", term: term(2), granted: true } as const;
  stage.takes("n3", from(by, request as Message<never>), {}, sends(by, reply));
}

/** n3 gives its vote of term 2. */
function votes(stage: Stage, { last = 1, by = "n2", transfer = false }: Asked = {}): void {
  const log = { lastIndex: index(last), lastTerm: term(last === 0 ? 0 : 1) };
  const request = { type: "requestVote", term: term(2), ...log, transfer } as const;
  const reply = { type: "voteReply", term: term(2), granted: true } as const;
  const changes = { term: 2, votedFor: by, role: FOLLOWER };
  stage.takes("n3", from(by, request), changes, sends(by, reply));
}

describe("votes and promises of votes", () => {
  it("are given to a log that is as up to date, while no leader is heard", () => {
    const stage = working(FOLLOWER);
    promises(stage);
    votes(stage);
    expect(stage.reports).toEqual([]);
  });

  it("are given to the leader that is heard, and to the server that it asked to stand", () => {
    const first = working();
    promises(first, { by: "n1" });
    votes(first, { by: "n1" });
    const second = working();
    votes(second, { transfer: true });
    expect([first.reports, second.reports]).toEqual([[], []]);
  });

  it("are given although the log is behind", () => {
    const stage = working(FOLLOWER);
    promises(stage, { last: 0 });
    votes(stage, { last: 0 });
    const why = "whose log ends with entry 0 of term 0, but has entry 1 of term 1";
    expect(stage.reports).toEqual([
      `votes: n3 gives n2 a promise of its vote of term 2, ${why}`,
      `votes: n3 gives n2 its vote of term 2, ${why}`,
    ]);
  });

  it("are given although a leader is heard", () => {
    const stage = working();
    promises(stage);
    votes(stage);
    const why = "although it hears n1, which leads term 1";
    expect(stage.reports).toEqual([
      `votes: n3 gives n2 a promise of its vote of term 2, ${why}`,
      `votes: n3 gives n2 its vote of term 2, ${why}`,
    ]);
  });
});

describe("reads by a lease", () => {
  const read = (stage: Stage, leased: boolean): void =>
    stage.takes(
      "n1",
      { type: "read", id: 7, leased },
      {},
      { type: "readReady", id: 7, index: index(1) },
    );

  const leasesOf = (stage: Stage): readonly string[] =>
    stage.reports.filter((text) => text.startsWith("lease"));
  const LEASED = "lease: n1 answers a read by its lease of term 1, but";

  it("are answered while no other server leads a later term, or could be elected", () => {
    const stage = working();
    read(stage, true);
    stage.ends("n3");
    read(stage, true);
    expect(stage.reports).toEqual([]);
  });

  it("are answered although another server leads a later term", () => {
    const stage = working(FOLLOWER);
    stage.elects("n2", 2, ["n3"]);
    stage.step("n3", { role: { ...FOLLOWER, leader: nodeId("n2"), heard: true } });
    read(stage, false);
    expect(leasesOf(stage)).toEqual([]);
    read(stage, true);
    expect(leasesOf(stage)).toEqual([`${LEASED} n2 leads term 2`]);
  });

  it("are answered although a majority would vote for another server", () => {
    const stage = working(FOLLOWER);
    read(stage, true);
    expect(stage.reports).toEqual([`${LEASED} n2,n3 would vote for another server`]);
  });

  it("are answered although a majority of one half of the voters withholds its votes only", () => {
    const stage = working();
    const joint = { ...members("n1 n3 n4"), outgoing: VOTERS };
    stage.start("n4");
    stage.step("n4", { term: 1, role: FOLLOWER });
    stage.step("n1", { memberships: [{ index: index(2), membership: joint }] });
    read(stage, true);
    expect(leasesOf(stage)).toEqual([]);
    stage.step("n3", { role: FOLLOWER });
    read(stage, true);
    expect(leasesOf(stage)).toEqual([`${LEASED} n3,n4,n2 would vote for another server`]);
  });

  it("are answered after another server was asked to stand, until the next term", () => {
    const stage = working();
    stage.step("n1", {}, sends("n2", { type: "timeoutNow", term: term(1) }));
    read(stage, true);
    expect(stage.reports).toEqual([`${LEASED} has asked another server to stand`]);
    stage.elects("n1", 2, ["n2", "n3"]);
    stage.step("n3", { role: { ...FOLLOWER, leader: nodeId("n1"), heard: true } });
    read(stage, true);
    expect(stage.reports).toHaveLength(1);
  });

  it("are answered after the other server has ended", () => {
    const stage = working(FOLLOWER);
    stage.elects("n2", 2, ["n3"]);
    stage.step("n3", { role: { ...FOLLOWER, leader: nodeId("n2"), heard: true } });
    stage.ends("n2");
    read(stage, true);
    expect([stage.reports, stage.state("n1").role]).toEqual([[], LEADER]);
  });
});
