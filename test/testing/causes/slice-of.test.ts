import { index, nodeId, term, type Message } from "@kontiki/core";
import type { CommandBytes } from "@kontiki/actors/node";
import type { PlannedFault, StorySlice, Violation } from "@kontiki/testing";
import { describe, expect, test } from "vitest";
import type {
  CoreStep,
  Happening,
  Observer,
} from "../../../packages/testing/src/engine/observer.ts";
import { StoryRecorder } from "../../../packages/testing/src/replay/story-recorder.ts";
import { planned } from "../support/plans.ts";
import {
  appends,
  command,
  EMPTY,
  FOLLOWER,
  from,
  LEADER,
  operation,
  sends,
  Stage,
} from "../support/stage.ts";

/** Records events one millisecond apart, after the start of the cluster. */
class Clocked implements Observer {
  now = 0;
  violations = 0;
  readonly recorder = new StoryRecorder(
    () => this.now,
    () => this.violations,
  );

  onStep(step: CoreStep): void {
    this.now += 1;
    this.recorder.onStep(step);
  }

  onHappening(happening: Happening): void {
    if (happening.type !== "started" || this.now > 0) this.now += 1;
    this.recorder.onHappening(happening);
  }
}

/** A cluster whose story is made by hand. */
class Story {
  readonly stage = new Stage(() => new Clocked());

  constructor() {
    this.stage.startAll();
  }

  get now(): number {
    return this.stage.watcher.now;
  }

  /** The next event violates a claim. */
  breaks(): void {
    this.stage.watcher.violations += 1;
  }

  elects(node: string, inTerm: number, voters: readonly string[]): void {
    const { stage } = this;
    const own = nodeId(node);
    const at = { term: term(inTerm) };
    stage.step(node, { ...at, votedFor: node, role: { type: "candidate", votes: [own] } });
    const asks: Message<CommandBytes> = {
      type: "requestVote",
      ...at,
      lastIndex: index(0),
      lastTerm: term(0),
      transfer: false,
    };
    const grants: Message<CommandBytes> = { type: "voteReply", ...at, granted: true };
    for (const voter of voters)
      stage.takes(
        voter,
        from(node, asks),
        { ...at, votedFor: node, role: FOLLOWER },
        sends(node, grants),
      );
    const last = voters.at(-1) ?? node;
    const votes = [own, ...voters.slice(0, -1).map(nodeId)];
    const { term: before } = stage.state(node);
    stage.step(node, { role: { type: "candidate", votes }, term: before, votedFor: node });
    stage.takes(node, from(last, grants), { role: LEADER });
  }

  /** A follower takes an entry of its leader and promises to hold it. */
  accepts(node: string, leader: string, inTerm: number, at: number, entryTerm = inTerm): void {
    const message: Message<CommandBytes> = {
      type: "appendEntries",
      term: term(inTerm),
      prevIndex: index(at - 1),
      prevTerm: term(inTerm),
      entries: [command(at, entryTerm)],
      commit: index(0),
      round: 0,
    };
    const accepted: Message<CommandBytes> = {
      type: "appendAccepted",
      term: term(inTerm),
      match: index(at),
      round: 0,
    };
    const role = { ...FOLLOWER, leader: nodeId(leader) };
    this.stage.takes(
      node,
      from(leader, message),
      { term: inTerm, role },
      appends(command(at, entryTerm)),
      sends(leader, accepted),
    );
  }

  /** A leader commits an entry that these followers hold. */
  commits(node: string, at: number, holders: readonly string[]): void {
    const known = (match: number) =>
      ({
        type: "probe",
        match: index(match),
        next: index(match + 1),
        round: 0,
        waiting: false,
      }) as const;
    const progress = Object.fromEntries(holders.map((holder) => [holder, known(at)]));
    this.stage.step(node, { role: { ...LEADER, progress }, commit: at });
  }

  /** A node sends mail to the client. */
  mails(node: string): void {
    const bytes = new Uint8Array();
    this.stage.happens({ type: "delivered", from: node, to: "client/0", bytes });
  }

  /** What is told of a violation, without the states of the nodes. */
  slice(
    check: string,
    text: string,
  ): Pick<StorySlice, "of" | "about"> & { lines: readonly string[] } {
    const violation: Violation = { check, text, at: this.now };
    const { lines, of, about } = this.stage.watcher.recorder.slice([violation]);
    return { of, about, lines: lines.map(({ node, what }) => `${node} ${what}`.trim()) };
  }
}

const PARTITION = { type: "partition", shape: "isolate", node: "n1", at: 0 } as const;

describe("what a claim depends on", () => {
  test("two leaders of a term: their elections, and no other one", () => {
    const story = new Story();
    story.elects("n3", 1, ["n2"]);
    story.elects("n1", 2, ["n2"]);
    story.stage.step("n1", {}, appends(command(1, 2)));
    story.breaks();
    story.elects("n3", 2, ["n2"]);
    expect(story.slice("Election Safety", "n1 and n3 both lead term 2")).toEqual({
      of: 11,
      about: "n1, n3, term 2",
      lines: [
        "n1 becomes a candidate in term 2",
        "n2 votes for n1 in term 2",
        "n1 leads term 2, elected by n1, n2",
        "n3 becomes a candidate in term 2",
        "n2 votes for n3 in term 2",
        "n3 leads term 2, elected by n2, n3",
        "VIOLATED Election Safety: n1 and n3 both lead term 2",
      ],
    });
  });

  test("an entry: who held it when it was committed, and what replaced it", () => {
    const story = new Story();
    story.elects("n1", 1, ["n2"]);
    story.stage.step("n1", {}, appends(command(1, 1)));
    story.accepts("n3", "n1", 1, 1);
    story.stage.step("n1", {}, appends(command(2, 1)));
    story.accepts("n2", "n1", 1, 1);
    story.commits("n1", 1, ["n2"]);
    story.elects("n3", 2, ["n2"]);
    story.stage.step("n3", {}, { type: "truncateLog", after: index(0) }, appends(command(1, 2)));
    story.breaks();
    story.commits("n3", 1, []);
    const text = "entry 1 is committed with term 1, but n3 has it with term 2";
    expect(story.slice("State Machine Safety", text)).toEqual({
      of: 14,
      about: "n3, term 1, term 2, entry 1",
      lines: [
        "n1 leads term 1, elected by n1, n2",
        "n1 appends entry 1",
        "n3 follows n1 in term 1; accepts entry 1 from n1",
        "n2 follows n1 in term 1; accepts entry 1 from n1",
        "n1 commits up to 1",
        "n3 leads term 2, elected by n2, n3",
        "n3 truncates its log after 0; appends entry 1",
        "n3 commits up to 1",
        `VIOLATED State Machine Safety: ${text}`,
      ],
    });
  });

  test("a lost entry: the crash and the start that lost it", () => {
    const story = new Story();
    story.elects("n1", 1, ["n2"]);
    story.stage.step("n1", {}, appends(command(1, 1)));
    story.stage.step("n2", { term: 1 });
    story.stage.ends("n1");
    story.breaks();
    story.stage.start("n1", { ...EMPTY, hard: { term: term(1), votedFor: nodeId("n1") } });
    const text = "n1 recovers entries up to 0, but its disk had entry 1";
    expect(story.slice("durable equals promised", text).lines).toEqual([
      "n1 leads term 1, elected by n1, n2",
      "n1 appends entry 1",
      "n1 goes down: a crash, power loss: all unsynced writes are lost",
      "n1 starts in term 1, log up to 0",
      `VIOLATED durable equals promised: ${text}`,
    ]);
  });

  test("a result that fits nowhere: calls and results of its object, and what its node knew", () => {
    const story = new Story();
    const { stage } = story;
    const put = planned(0, { type: "put", key: "a", value: "1" });
    const other = planned(1, { type: "put", key: "b", value: "2" });
    const get = planned(2, { type: "get", key: "a" }, true);
    story.elects("n1", 1, ["n2"]);
    for (const [sequence, called] of [put, other].entries()) {
      const proposal = { client: 0, sequence };
      stage.happens({ type: "called", operation: called, proposal });
      stage.step("n1", {}, appends(operation(sequence + 1, 1, proposal, called.command)));
      story.commits("n1", sequence + 1, []);
      story.mails("n1");
      stage.happens({ type: "returned", operation: called, outcome: { type: "ok", value: null } });
    }
    stage.happens({ type: "called", operation: get, proposal: undefined });
    const called = story.now;
    story.mails("n1");
    stage.happens({ type: "returned", operation: get, outcome: { type: "ok", value: "0" } });
    const text = `get -> "0" of c1, called at ${called} ms, fits nowhere: after 1 operations the state is "1"`;
    expect(story.slice("linearizable", text).lines).toEqual([
      "n1 leads term 1, elected by n1, n2",
      'c1 calls put "a" "1"',
      'c1 gets the result of put "a" "1": null',
      'c1 calls put "b" "2"',
      "n1 appends entry 2",
      "n1 commits up to 2",
      'c1 calls get "a"',
      'c1 gets the result of get "a": "0"',
      `VIOLATED linearizable: ${text}`,
    ]);
  });

  test("faults that last and touch its nodes, if they had not ended before it begins", () => {
    const story = new Story();
    const { stage } = story;
    const early: PlannedFault = { ...PARTITION, id: 0 };
    const late: PlannedFault = { ...PARTITION, id: 1, shape: "ring" };
    const elsewhere: PlannedFault = { type: "pause", node: "n3", id: 2, at: 0 };
    stage.happens({ type: "faultBegan", fault: early, nodes: ["n1"] });
    stage.happens({ type: "faultEnded", fault: early });
    story.elects("n1", 1, ["n2"]);
    stage.happens({ type: "faultBegan", fault: elsewhere, nodes: ["n3"] });
    stage.happens({ type: "faultBegan", fault: late, nodes: [] });
    expect(story.slice("progress", "n1 still leads term 1").lines).toEqual([
      "n1 leads term 1, elected by n1, n2",
      'partition (shape "ring") begins',
      "VIOLATED progress: n1 still leads term 1",
    ]);
  });

  test("a broken machine: all commands that it applied, and what its node answered", () => {
    const story = new Story();
    const { stage } = story;
    const asked = [1, 2, 3].map((id) => planned(id, id, id === 3));
    story.elects("n1", 1, ["n2"]);
    story.elects("n3", 2, ["n2"]);
    story.elects("n1", 3, ["n2"]);
    for (const called of asked) {
      const { id } = called;
      const proposal = called.read ? undefined : { client: 0, sequence: id };
      stage.happens({ type: "called", operation: called, proposal });
      if (proposal !== undefined) {
        stage.step("n1", {}, appends(operation(id, 3, proposal, called.command)));
        story.commits("n1", id, []);
        stage.applies("n1", id, called.command, id);
      }
      story.mails("n1");
      stage.happens({ type: "returned", operation: called, outcome: { type: "ok", value: id } });
    }
    story.breaks();
    stage.happens({ type: "misbehaved", node: nodeId("n1"), what: "forgets" });
    expect(story.slice("snapshot", "n1: forgets").lines).toEqual([
      "n1 leads term 3, elected by n1, n2",
      "c1 calls 1",
      "n1 appends entry 1",
      "n1 commits up to 1",
      "c1 gets the result of 1: 1",
      "c1 calls 2",
      "n1 appends entry 2",
      "n1 commits up to 2",
      "c1 gets the result of 2: 2",
      "c1 calls 3",
      "c1 gets the result of 3: 3",
      "VIOLATED snapshot: n1: forgets",
    ]);
  });

  test("a count of elections: candidates, votes, refusals and winners", () => {
    const story = new Story();
    const { stage } = story;
    story.elects("n1", 1, ["n2"]);
    stage.step("n1", {}, appends(command(1, 1)));
    const text = "elections: 3, but at most 2 is allowed";
    expect(story.slice("expectations", text).lines).toEqual([
      "n1 becomes a candidate in term 1",
      "n2 votes for n1 in term 1",
      "n1 leads term 1, elected by n1, n2",
      `VIOLATED expectations: ${text}`,
    ]);
    const other = story.slice("expectations", "commits: 3, but at most 2 is allowed");
    expect(other).toMatchObject({ about: "", of: 5, lines: { length: 5 } });
  });

  test("liveness: the last line of each node", () => {
    const story = new Story();
    story.elects("n1", 1, ["n2", "n3"]);
    story.stage.happens({ type: "healed" });
    story.elects("n3", 2, ["n2"]);
    story.accepts("n3", "n2", 2, 1);
    story.elects("n3", 3, ["n2"]);
    expect(story.slice("liveness", "n3 leads term 3, log 1, commit 1").lines).toEqual([
      "n1 leads term 1, elected by n1, n2, n3",
      "all faults have ended",
      "n2 votes for n3 in term 3",
      "n3 leads term 3, elected by n2, n3",
      "VIOLATED liveness: n3 leads term 3, log 1, commit 1",
    ]);
  });

  test("a run that violates nothing is told whole", () => {
    const story = new Story();
    story.elects("n1", 1, ["n2"]);
    const whole = story.stage.watcher.recorder.story();
    expect(story.stage.watcher.recorder.slice()).toEqual({
      lines: whole,
      of: whole.length,
      about: "",
    });
  });
});
