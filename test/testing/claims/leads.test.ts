import { describe, expect, it } from "vitest";
import { index, nodeId, term, type Leader, type Message, type Progress } from "@kontiki/core";
import type { CommandBytes } from "@kontiki/actors/node";
import { LeadClaims } from "../../../packages/testing/src/claims/lead-claims.ts";
import { Safety } from "../../../packages/testing/src/claims/safety.ts";
import {
  appends,
  command,
  FOLLOWER,
  from,
  LEADER,
  members,
  Stage,
  VOTERS,
} from "../support/stage.ts";

const LIMITS = { quorumBeats: 3, maxInflight: 2 };
const BEAT = { type: "heartbeatTimeout" } as const;

type Progresses = Readonly<Record<string, Partial<Progress>>>;

function leader(round: number, progress: Progresses = {}, more: Partial<Leader> = {}): Leader {
  const whole = Object.entries(progress).map(([node, known]) => [
    node,
    { type: "probe", next: index(1), match: index(0), round: 0, waiting: false, ...known },
  ]);
  return { ...LEADER, round, progress: Object.fromEntries(whole) as Leader["progress"], ...more };
}

/** n1 leads term 3 with a log of entries of these terms; only what its lead is checked for is reported. */
function leading(...terms: readonly number[]): Stage {
  const stage = new Stage((report) => {
    const safety = new Safety(VOTERS, () => undefined);
    const leads = new LeadClaims(VOTERS, LIMITS, safety.servers, report);
    return {
      onStep(step) {
        safety.onStep(step);
        leads.onStep(step);
      },
      onHappening: (happening) => safety.onHappening(happening),
    };
  });
  stage.startAll();
  stage.writes("n1", ...terms.map((of, at) => command(at + 1, of)));
  stage.elects("n1", 3, ["n2", "n3"]);
  return stage;
}

describe("a leader and its majority", () => {
  /** Heartbeats after each of which the leader knows that the others have answered these rounds. */
  function beats(stage: Stage, rounds: readonly Progresses[]): void {
    rounds.forEach((progress, round) => {
      stage.step("n1", { role: leader(round, progress) });
      stage.takes("n1", BEAT, { role: leader(round + 1, progress) });
    });
  }

  it("leads for as long as a majority answers", () => {
    const stage = leading();
    beats(
      stage,
      Array.from({ length: 20 }, (_none, round) => ({ n2: { round }, n3: { round: 0 } })),
    );
    expect(stage.reports).toEqual([]);
  });

  it("may lead for a few heartbeats more", () => {
    const stage = leading();
    beats(stage, Array<Progresses>(6).fill({ n2: { round: 0 }, n3: { round: 0 } }));
    stage.takes("n1", BEAT, {
      role: FOLLOWER,
    });
    expect(stage.reports).toEqual([]);
  });

  it("still leads although no majority answers, and is reported once", () => {
    const stage = leading();
    beats(stage, Array<Progresses>(20).fill({ n2: { round: 0 }, n3: { round: 0 } }));
    expect(stage.reports).toEqual([
      "liveness: n1 still leads term 3, but no majority answered 5 heartbeats",
    ]);
  });

  it("is answered by half of an even outgoing half only", () => {
    const stage = leading();
    const membership = { ...members("n1 n2"), outgoing: ["n1", "n2", "n3", "n4"].map(nodeId) };
    stage.step("n1", { memberships: [{ index: index(1), membership }] });
    beats(
      stage,
      Array.from({ length: 20 }, (_none, round) => ({ n2: { round }, n3: {}, n4: {} })),
    );
    expect(stage.reports).toHaveLength(1);
  });
});

describe("a leader knows of its followers", () => {
  it("that they answered rounds that it has begun", () => {
    const stage = leading();
    const reply = { type: "appendAccepted", term: term(3), match: index(0) } as const;
    const known = (round: number): Leader => leader(4, { n2: { round } });
    stage.step("n1", { role: known(3) });
    stage.takes("n1", from("n2", { ...reply, round: 4 }), { role: known(4) });
    expect(stage.reports).toEqual([]);
    stage.takes("n1", from("n2", { ...reply, round: 9 }), { role: known(9) });
    expect(stage.reports).toEqual(["progress: n2 has answered round 9 of n1, which is at 4"]);
  });
});

describe("a leader that steps down at a heartbeat", () => {
  const stepsDown = (round: number, answered: number): readonly string[] => {
    const stage = leading();
    stage.step("n1", { role: leader(round, { n2: { round: answered }, n3: { round: 0 } }) });
    stage.takes("n1", BEAT, { role: FOLLOWER });
    return stage.reports;
  };

  it("has begun an election timeout of rounds that no majority has answered", () => {
    expect(stepsDown(9, 7)).toEqual([]);
  });

  it("has been answered just before", () => {
    expect(stepsDown(9, 8)).toEqual([
      "liveness: n1 steps down in term 3, although only its last 1 rounds are unanswered",
    ]);
  });
});

describe("a leader's window", () => {
  it.each([
    [2, []],
    [3, ["progress: n1 has 3 AppendEntries in flight to n2, more than 2"]],
  ])("has %i AppendEntries in flight", (count, reports) => {
    const stage = leading();
    const inflight = Array.from({ length: count }, (_none, at) => index(at + 1));
    const role = leader(1, { n2: { type: "replicate", inflight }, n3: {} });
    stage.takes("n1", { type: "replicate" }, { role });
    stage.takes("n1", { type: "replicate" }, {});
    expect(stage.reports.slice(0, 1)).toEqual(reports);
  });
});

describe("a leader that hands over", () => {
  const transfer = { target: nodeId("n2"), beats: 0, told: true };

  it("ends that after an election timeout of heartbeats", () => {
    const stage = leading();
    for (let round = 0; round < 20; round += 1) {
      const progress = { n2: { round }, n3: { round } };
      const role = leader(round, progress, { transfer: round % 6 < 5 ? transfer : undefined });
      stage.step("n1", { role });
      stage.takes("n1", BEAT, { role });
    }
    expect(stage.reports).toEqual([]);
  });

  it("still hands over long after that", () => {
    const stage = leading();
    for (let round = 0; round < 20; round += 1) {
      const role = leader(round, { n2: { round }, n3: { round } }, { transfer });
      stage.step("n1", { role });
      stage.takes("n1", BEAT, { role });
    }
    expect(stage.reports).toEqual(["liveness: n1 still hands over to n2 after 5 heartbeats"]);
  });

  it("accepts proposals meanwhile", () => {
    const stage = leading();
    const propose = { type: "propose", commands: [] } as const;
    stage.takes("n1", propose, { role: leader(0, {}, { transfer }) }, appends(command(1, 3)));
    expect(stage.reports).toEqual([]);
    stage.takes("n1", propose, {}, appends(command(2, 3)));
    expect(stage.reports).toEqual(["transfer: n1 hands over to n2 and accepts more"]);
  });
});

describe("a leader whose entries are rejected", () => {
  type Hint = {
    readonly prevIndex: number;
    readonly conflictTerm?: number;
    readonly conflictIndex: number;
  };

  /** n1 has entries of terms 1 1 3 3 3 3 3; n2 rejects some, and n1 goes on with `next`. */
  function goesOn(
    next: number,
    { prevIndex, conflictTerm, conflictIndex }: Hint,
  ): readonly string[] {
    const stage = leading(1, 1, 3, 3, 3, 3, 3);
    stage.step("n1", { role: leader(1, { n2: { next: index(prevIndex + 1) } }) });
    const rejected: Message<CommandBytes> = {
      type: "appendRejected",
      term: term(3),
      prevIndex: index(prevIndex),
      conflictTerm: conflictTerm === undefined ? undefined : term(conflictTerm),
      conflictIndex: index(conflictIndex),
      round: 1,
    };
    stage.takes("n1", from("n2", rejected), { role: leader(1, { n2: { next: index(next) } }) });
    return stage.reports;
  }

  it.each<readonly [string, number, Hint]>([
    ["a log that is shorter", 4, { prevIndex: 7, conflictIndex: 4 }],
    ["a term that both have", 3, { prevIndex: 6, conflictTerm: 1, conflictIndex: 1 }],
    ["a term that the leader lacks", 5, { prevIndex: 7, conflictTerm: 2, conflictIndex: 5 }],
  ])("skips a whole term: %s", (_what, next, hint) => {
    expect(goesOn(next, hint)).toEqual([]);
  });

  it.each<readonly [string, number, Hint, string]>([
    ["one entry at a time", 7, { prevIndex: 7, conflictIndex: 4 }, "4 to 4"],
    ["to the beginning", 1, { prevIndex: 7, conflictIndex: 4 }, "4 to 4"],
    [
      "not to the end of the term",
      6,
      { prevIndex: 6, conflictTerm: 1, conflictIndex: 1 },
      "1 to 3",
    ],
  ])("goes back %s", (_what, next, hint, allowed) => {
    expect(goesOn(next, hint)).toEqual([
      `progress: n1 goes on with entry ${next} after n2 rejected entry ${hint.prevIndex}; its hint allows ${allowed}`,
    ]);
  });
});
