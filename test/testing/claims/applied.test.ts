import { describe, expect, it } from "vitest";
import { nodeId } from "@kontiki/core";
import { KeyValue } from "@kontiki/actors";
import { claimsOf, type Claims } from "../../../packages/testing/src/claims/claims-of.ts";
import { plan } from "../support/plans.ts";
import { change, operation, snapshotOf, Stage, VOTERS } from "../support/stage.ts";

const put = { type: "put", key: "k", value: "1" };
const more = { type: "append", key: "k", value: "2" };
const by = (sequence: number) => ({ client: 7, sequence });

/** n1 leads term 1; `put` is entry 1 and `more` entry 2, committed everywhere and applied nowhere. */
function committed(): Stage<Claims> {
  const stage = new Stage(claimsOf(plan(), { now: () => 0 }));
  stage.startAll();
  stage.elects("n1", 1, ["n2", "n3"]);
  stage.replicates("n1", ["n2", "n3"], operation(1, 1, by(1), put));
  stage.replicates("n1", ["n2", "n3"], operation(2, 1, by(2), more));
  return stage;
}

/** The same, and all of it is applied everywhere. */
function applied(): Stage<Claims> {
  const stage = committed();
  for (const node of VOTERS) stage.applies(node, 1, put, null);
  for (const node of VOTERS) stage.applies(node, 2, more, 2);
  return stage;
}

describe("the applied sequence", () => {
  it("is the same on all nodes, whichever node is first", () => {
    const stage = applied();
    stage.replicates("n1", ["n2", "n3"], operation(3, 1, by(2), more));
    stage.replicates("n1", ["n2", "n3"], operation(4, 1, by(3), put));
    stage.applies("n3", 4, put, null);
    stage.applies("n1", 4, put, null);
    expect(stage.reports).toEqual([]);
    expect(stage.watcher.finish().coverage).toMatchObject({ commits: 4, repeats: 1 });
  });

  it.each([
    [
      "another command",
      (stage: Stage) => stage.applies("n2", 1, more, null),
      'applied sequence: n2 applies {"type":"append","key":"k","value":"2"} at entry 1, but other nodes {"type":"put","key":"k","value":"1"}',
    ],
    [
      "another answer",
      (stage: Stage) => stage.applies("n2", 1, put, "1"),
      'applied sequence: n2 answers "1" at entry 1, but other nodes null',
    ],
    [
      "a hole",
      (stage: Stage) => stage.applies("n2", 2, more, 1),
      'applied sequence: n2 does not apply {"type":"put","key":"k","value":"1"} of entry 1',
    ],
    [
      "an entry twice",
      (stage: Stage) => stage.applies("n1", 1, put, null),
      "applied sequence: n1 applies entry 1, but has applied 1 already",
    ],
    [
      "an entry that is not committed",
      (stage: Stage) => stage.applies("n1", 3, put, null),
      "applied sequence: n1 applies entry 3, which no node has committed",
    ],
  ])("has %s", (_what, happen, found) => {
    const stage = committed();
    stage.applies("n1", 1, put, null);
    happen(stage);
    expect(stage.reports).toEqual([found]);
  });

  it("has a command that other nodes skipped", () => {
    const stage = committed();
    stage.applies("n1", 2, more, 1);
    stage.applies("n2", 1, put, null);
    expect(stage.reports).toEqual([
      'applied sequence: n2 applies {"type":"put","key":"k","value":"1"} of entry 1, but other nodes did not',
    ]);
  });

  it("has a command of an entry without one", () => {
    const stage = applied();
    stage.step("n1", {});
    stage.replicates("n1", ["n2", "n3"], { ...change(3, 1, "n1 n2 n3") });
    stage.applies("n1", 3, put, null);
    expect(stage.reports.slice(-1)).toEqual([
      "applied sequence: n1 applies a command of entry 3, which is a membership",
    ]);
  });

  it("has an operation twice that was retried", () => {
    const stage = applied();
    stage.replicates("n1", ["n2", "n3"], operation(3, 1, by(1), put));
    stage.applies("n1", 3, put, null);
    expect(stage.reports).toEqual([
      'exactly once: {"type":"put","key":"k","value":"1"} of c7 is applied in entry 1 and again in 3',
    ]);
  });
});

describe("snapshots equal replay", () => {
  const restores = (stage: Stage, state: unknown): void =>
    stage.happens({ type: "restored", node: nodeId("n2"), state });

  it("a snapshot is what the commands up to its entry give, also for an earlier entry", () => {
    const stage = applied();
    stage.step("n2", { snapshot: snapshotOf(2, 1) });
    restores(stage, [["k", "12"]]);
    stage.ends("n2");
    const hard = { term: stage.state("n2").term, votedFor: nodeId("n1") };
    const log = { hard, entries: [operation(1, 1, by(1), put), operation(2, 1, by(2), more)] };
    restores(stage, [["k", "12"]]);
    stage.start("n2", { ...log, snapshot: snapshotOf(2, 1) });
    stage.step("n3", { snapshot: snapshotOf(1, 1) });
    stage.happens({ type: "restored", node: nodeId("n3"), state: [["k", "1"]] });
    expect(stage.reports).toEqual([]);
  });

  it("a state that lacks something, or is too new, is a violation", () => {
    const stage = applied();
    stage.step("n2", { snapshot: snapshotOf(2, 1) });
    restores(stage, [["k", "1"]]);
    stage.step("n3", { snapshot: snapshotOf(1, 1) });
    stage.happens({ type: "restored", node: nodeId("n3"), state: [["k", "12"]] });
    expect(stage.reports).toEqual([
      "snapshots equal replay: n2 restores a snapshot up to entry 2 that is not what the commands up to there give",
      "snapshots equal replay: n3 restores a snapshot up to entry 1 that is not what the commands up to there give",
    ]);
  });

  it("a wrong state at the start of a node is a violation", () => {
    const stage = applied();
    stage.step("n2", { snapshot: snapshotOf(2, 1) });
    stage.ends("n2");
    restores(stage, [["k", "21"]]);
    const hard = { term: stage.state("n2").term, votedFor: nodeId("n1") };
    const entries = [operation(1, 1, by(1), put), operation(2, 1, by(2), more)];
    stage.start("n2", { hard, entries, snapshot: snapshotOf(2, 1) });
    expect(stage.reports).toEqual([
      "snapshots equal replay: n2 restores a snapshot up to entry 2 that is not what the commands up to there give",
    ]);
  });

  it("the machine of the nodes is used for the replay", () => {
    /** Never remembers anything. */
    class Sieve extends KeyValue {
      override apply(): null {
        return null;
      }
    }
    const machine = () => new Sieve() as never;
    const stage = new Stage(claimsOf(plan(), { now: () => 0, machine }));
    stage.startAll();
    stage.elects("n1", 1, ["n2", "n3"]);
    stage.replicates("n1", ["n2", "n3"], operation(1, 1, by(1), put));
    stage.applies("n1", 1, put, null);
    stage.step("n2", { snapshot: snapshotOf(1, 1) });
    restores(stage, []);
    expect(stage.reports).toEqual([]);
  });
});
