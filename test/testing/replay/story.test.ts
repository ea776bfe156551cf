import { nodeId } from "@kontiki/core";
import { simulate, STORY_LEGEND, storyText, tellRun, type Plan } from "@kontiki/testing";
import { describe, expect, test } from "vitest";
import { StoryRecorder } from "../../../packages/testing/src/replay/story-recorder.ts";
import { plan, planned } from "../support/plans.ts";
import { appends, command, LEADER, Stage } from "../support/stage.ts";

const n1 = nodeId("n1");

describe("the story of a run", () => {
  test("has a line for each transition, with the state of all nodes after it", () => {
    let now = 0;
    const stage = new Stage(() => new StoryRecorder(() => now));
    stage.startAll();
    now = 150.25;
    stage.step("n1", { term: 1, votedFor: n1, role: { type: "candidate", votes: [n1] } });
    now = 1020.5;
    stage.step("n1", { role: LEADER }, appends(command(1, 1)));
    stage.step("n2", { durable: 0 });
    stage.step("n1", { commit: 1 });
    stage.ends("n1");
    now = 1500;
    stage.start("n1", { hard: { term: 1, votedFor: n1 } as never, entries: [command(1, 1)] });
    const violation = { check: "Election Safety", text: "two leaders in term 1", at: 1500 };
    const lines = stage.watcher.story([violation]);
    expect(storyText(lines)).toBe(
      [
        "    ms      n1      n2      n3",
        " 150.3  n1  C1 0/0  F0 0/0  F0 0/0  becomes a candidate in term 1",
        "1020.5  n1  L1 0/1  F0 0/0  F0 0/0  leads term 1, elected by n1; appends entry 1",
        "1020.5  n1  L1 1/1  F0 0/0  F0 0/0  commits up to 1",
        "1020.5  n1  down    F0 0/0  F0 0/0  goes down: a crash, power loss: all unsynced writes are lost",
        "1500.0  n1  F1 0/1  F0 0/0  F0 0/0  starts in term 1, log up to 1",
        "1500.0      F1 0/1  F0 0/0  F0 0/0  VIOLATED Election Safety: two leaders in term 1",
      ].join("\n"),
    );
    expect(STORY_LEGEND).toMatch(/^L3 5\/7: /);
  });

  test("breaks long lines at spaces, and numbers lines without a time", () => {
    const what = "a client proposes; sends appendEntries to b and to c, and neither receives it";
    const line = { at: undefined, node: "a", what, nodes: { a10: "follower", a: "leader t1" } };
    expect(storyText([line], { width: 60 })).toBe(
      [
        "      a          a10",
        "1  a  leader t1  follower  a client proposes; sends appendEntries",
        "                           to b and to c, and neither receives it",
      ].join("\n"),
    );
  });

  test("changes nothing in the run, and has the important events in order", () => {
    const sample: Plan = {
      ...plan(),
      operations: [{ ...planned(0, { type: "put", key: "k", value: "v" }), at: 500 }],
      faults: [{ id: 0, type: "crash", node: "leader", kept: "nothing", at: 700, downMs: 200 }],
    };
    const { result, story } = tellRun(sample);
    expect({ ...result, verdict: "valid" }).toEqual({ ...simulate(sample), verdict: "valid" });
    const text = storyText(story, { width: 1000 });
    const moments = [
      /becomes a candidate in term 1/,
      /leads term 1, elected by n\d, n\d; appends entry 1, the no-op of term 1/,
      /c1 calls put "k" "v"/,
      /accepts entr/,
      /c1 gets the result of put "k" "v": null/,
      /goes down: .*, power loss: all unsynced writes are lost/,
      /starts in term 1, log up to \d/,
      /all faults have ended/,
      /all operations are answered and all nodes agree$/,
    ];
    let rest = text;
    for (const moment of moments) {
      expect(rest).toMatch(moment);
      rest = rest.slice(rest.search(moment));
    }
  });
});
