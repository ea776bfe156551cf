/** What a node reports about itself: membership, damage and the leader that it knows. */
import { index, initialMembership, term, type Entry } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import type { CommandBytes } from "../../../packages/actors/src/storage/storage.ts";
import { bench, n1, n2, n3, NODES, raft, recovered, type Bench } from "../support/actors.ts";
import { appendAccepted, appendEntries, appendRejected } from "../../core/support/core.ts";
import { RunnerStage } from "../support/runner-stage.ts";
import { ENTRIES, leading, trouble } from "../support/node-stages.ts";

const MEMBERSHIP = {
  type: "membership",
  index: 0,
  membership: initialMembership(NODES),
  committed: true,
};

describe("each report about a node is sent once, and again when it changes", () => {
  test("its membership: proposed, committed, and another one at the index of a replaced one", () => {
    const entry = (at: number, inTerm: number, gone: number): Entry<CommandBytes> => ({
      type: "membership",
      index: index(at),
      term: term(inTerm),
      membership: initialMembership(NODES.filter((_, place) => place !== gone)),
    });
    const stage = new RunnerStage(bench());
    expect(stage.told()).toEqual([MEMBERSHIP]);
    stage.turn();
    const first = entry(1, 1, 2);
    stage.turn(raft(n2, { ...appendEntries(1), entries: [first] }));
    const accepted = (inTerm: number, to = n2): unknown => ({
      to,
      raft: [appendAccepted(inTerm, 1)],
    });
    const told = (of: unknown, committed: boolean): unknown => ({
      type: "membership",
      index: 1,
      membership: (of as { readonly membership: unknown }).membership,
      committed,
    });
    expect(stage.told()).toEqual([accepted(1), told(first, false)]);
    const second = entry(1, 2, 1);
    stage.turn(raft(n3, { ...appendEntries(2), entries: [second] }));
    expect(stage.told()).toEqual([accepted(2, n3), told(second, false)]);
    stage.turn(raft(n3, appendEntries(2, { after: [1, 2], commit: 1 })));
    expect(stage.told()).toEqual([accepted(2, n3), told(second, true)]);
    stage.turn(raft(n3, appendEntries(2, { after: [1, 2], commit: 1 })));
    expect(stage.told()).toEqual([accepted(2, n3)]);
  });

  test("a damaged log, as found now or remembered, until it is intact again", () => {
    const horizon = { index: index(2), term: term(1) };
    const damaged = (): Bench => bench({ disk: recovered({ term: 1, horizon }) });
    const remembered = new RunnerStage(damaged());
    expect(remembered.told()).toEqual([
      MEMBERSHIP,
      trouble(
        "a part of its log is damaged: it does not stand for election until that is repaired",
        "repairing",
      ),
    ]);
    const stage = new RunnerStage(damaged(), "the log is damaged: file, byte 7");
    expect(stage.told()).toEqual([
      trouble("the log is damaged: file, byte 7", "repairing", 0),
      MEMBERSHIP,
    ]);
    stage.turn(raft(n2, appendEntries(1, { after: [2, 1] })));
    expect(stage.told()).toEqual([
      { to: n2, raft: [appendRejected(1, { prevIndex: 2, conflictIndex: 1 })] },
    ]);
    stage.turn(raft(n2, ENTRIES));
    expect(stage.told()).toEqual([{ to: n2, raft: [appendAccepted(1, 2)] }, trouble(undefined)]);
    stage.turn(raft(n2, appendEntries(1, { after: [2, 1] })));
    expect(stage.told()).toEqual([{ to: n2, raft: [appendAccepted(1, 2)] }]);
  });
});

test("a leader reports itself as the leader that it knows", () => {
  const stage = leading();
  stage.turn(raft(n3, appendAccepted(1, 2)));
  expect(stage.statuses().at(-1)).toEqual({
    role: "leader",
    term: 1,
    leader: n1,
    taken: 1,
    malformed: 0,
  });
});

test("damage that lost nothing is reported, and is over at once", () => {
  const stage = new RunnerStage(bench(), "the snapshot is damaged: file, byte 7");
  expect(stage.told()).toEqual([
    trouble("the snapshot is damaged: file, byte 7", undefined, 0),
    MEMBERSHIP,
    trouble(undefined, undefined, 0),
  ]);
});
