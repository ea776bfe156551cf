import {
  initialMembership,
  MemoryLog,
  makeConfig,
  nodeId,
  restore,
  step,
  term,
  type Change,
  type Effect,
  type Env,
  type Event,
  type Membership,
  type State,
} from "@kontiki/core";
import { describe, expect, test } from "vitest";
import { membersIn } from "../../../packages/actors/src/cluster/members.ts";
import {
  removed,
  learner,
  mayBeTakenLater,
  voter,
} from "../../../packages/actors/src/cluster/membership-targets.ts";
import { fateOf } from "../../../packages/actors/src/cluster/transfer-lead.ts";
import { n1, n2, n3 } from "../support/actors.ts";

const n4 = nodeId("n4");
const THREE = initialMembership([n1, n2, n3]);

function like(fields: Partial<Membership>): Membership {
  return { ...THREE, ...fields };
}

/** n4 is a learner with disk 1, and is to be promoted. */
const JOINING = like({
  learners: [n4],
  promotions: [{ node: n4, replaces: undefined }],
  uids: { [n4]: 1 },
  lastUid: 1,
});
const LEARNING = { ...JOINING, promotions: [] };
const FOUR = like({ voters: [n1, n2, n3, n4], uids: { [n4]: 1 }, lastUid: 1 });

describe("what is requested to reach a target", () => {
  const addLearner = (promote: boolean, replaces?: typeof n1): Change => ({
    type: "addLearner",
    node: n4,
    uid: 1,
    promote,
    replaces,
  });

  test("a vote: as a learner first, which is promoted automatically (dissertation 4.2.1)", () => {
    const target = voter(n4, 1);
    expect([THREE, JOINING, LEARNING, FOUR].map((each) => target.holds(each))).toEqual([
      false,
      false,
      false,
      true,
    ]);
    expect([THREE, JOINING, LEARNING].map((each) => target.changes(each))).toEqual([
      [addLearner(true)],
      undefined,
      [addLearner(true)],
    ]);
  });

  test("a vote in place of another node, which must be gone", () => {
    const target = voter(n4, 1, n3);
    expect(target.changes(THREE)).toEqual([addLearner(true, n3)]);
    expect(target.holds(FOUR)).toBe(false);
    expect(target.holds({ ...FOUR, voters: [n1, n2, n4] })).toBe(true);
  });

  test("a vote with the present disk, not with an earlier one", () => {
    expect(voter(n4, 2).holds(FOUR)).toBe(false);
    expect(voter(n4, 2).holds({ ...FOUR, uids: { [n4]: 2 }, lastUid: 2 })).toBe(true);
  });

  test("a learner", () => {
    expect(learner(n4, 1).changes(THREE)).toEqual([addLearner(false)]);
    expect([THREE, LEARNING].map((each) => learner(n4, 1).holds(each))).toEqual([false, true]);
  });

  test("removal", () => {
    expect(removed(n4).changes(FOUR)).toEqual([{ type: "remove", node: n4 }]);
    expect([FOUR, LEARNING, THREE].map((each) => removed(n4).holds(each))).toEqual([
      false,
      false,
      true,
    ]);
  });
});

describe("the core's temporary reasons to reject a change are recognized", () => {
  const env: Env<string> = {
    config: makeConfig({ id: n1, voters: [n1, n2, n3] }),
    log: new MemoryLog<string>((command) => command.length),
  };
  const start: State = {
    ...restore({ term: term(0), votedFor: undefined }, env.log),
    term: term(1),
  };

  /** What n1 answers as a leader in this state. */
  function refusal(state: State, changes: readonly Change[]): string | undefined {
    const { effects } = step(env, state, { type: "changeMembership", changes });
    return effects.find((effect) => effect.type === "rejectChange")?.reason;
  }

  const leader: State = {
    ...start,
    role: {
      type: "leader",
      progress: {},
      round: 0,
      check: { round: 1, beats: 0 },
      reads: [],
      transfer: undefined,
      leaseGivenUp: false,
    },
  };
  const remove: readonly Change[] = [{ type: "remove", node: n3 }];
  const transfer = { target: n2, beats: 0, told: false };

  test.each<[string, State]>([
    ["it does not lead", start],
    [
      "it is transferring leadership",
      { ...leader, role: { ...leader.role, transfer } as State["role"] },
    ],
    [
      "another change is in progress",
      {
        ...leader,
        memberships: [{ index: 1 as State["commit"], membership: FOUR }],
      },
    ],
    ["nothing of its term is committed", leader],
  ])("%s", (_title, state) => {
    const reason = refusal(state, remove);
    expect(reason).toBeTypeOf("string");
    expect(mayBeTakenLater(reason ?? "")).toBe(true);
  });

  test("but not the reasons of changes that are never possible", () => {
    for (const reason of [
      "no voter would be left",
      "uid 1 of n4 was assigned before: a new disk needs one above 3",
    ])
      expect(mayBeTakenLater(reason)).toBe(false);
  });

  const moving = { ...leader, role: { ...leader.role, transfer } as State["role"] };

  test.each<[string, State, Event<string>, string]>([
    ["it does not lead", start, { type: "transfer", target: undefined }, "notNow"],
    ["it already leads", leader, { type: "transfer", target: n1 }, "notNow"],
    ["another one is in progress", moving, { type: "transfer", target: n3 }, "notNow"],
    ["the target is not a voter", leader, { type: "transfer", target: n4 }, "never"],
    [
      "the target did not take over",
      {
        ...moving,
        role: { ...moving.role, transfer: { ...transfer, beats: 99 } } as State["role"],
      },
      { type: "heartbeatTimeout" },
      "open",
    ],
    [
      "no majority answers the leader",
      { ...moving, role: { ...moving.role, check: { round: 1, beats: 99 } } as State["role"] },
      { type: "heartbeatTimeout" },
      "open",
    ],
  ])("a transfer fails: %s", (_title, state, event, fate) => {
    const { effects } = step(env, withProgress(state), event);
    const ended = effects.find(
      (effect): effect is Effect<string> & { readonly type: "transferEnded" } =>
        effect.type === "transferEnded",
    );
    expect(fateOf(ended?.reason ?? "")).toBe(fate);
  });

  test("a transfer fails for the only voter", () => {
    const alone = { config: makeConfig({ id: n1, voters: [n1] }), log: env.log };
    const { effects } = step(alone, leader, { type: "transfer", target: undefined });
    expect(effects.map((effect) => "reason" in effect && fateOf(effect.reason ?? ""))).toEqual([
      "never",
    ]);
  });

  /** A leader knows something of every follower. */
  function withProgress(state: State): State {
    if (state.role.type !== "leader") return state;
    const probe = { type: "probe", next: 1, match: 0, round: 0, waiting: false };
    const progress = { [n2]: probe, [n3]: probe };
    return { ...state, role: { ...state.role, progress } as unknown as State["role"] };
  }
});

test("members for people: the role of each, voters first", () => {
  const known = { leader: n1, index: 7 as State["commit"], committed: false };
  const joint = like({
    voters: [n1, n4],
    outgoing: [n1, n2, n3],
    learnersNext: [n3],
    uids: { [n4]: 1 },
    lastUid: 1,
  });
  expect(membersIn({ ...known, membership: joint })).toEqual({
    ...known,
    members: [
      { id: n1, role: "voter", uid: 0 },
      { id: n4, role: "joining", uid: 1 },
      { id: n2, role: "leaving", uid: 0 },
      { id: n3, role: "leaving", uid: 0 },
    ],
  });
  expect(membersIn({ ...known, membership: JOINING }).members.at(-1)).toEqual({
    id: n4,
    role: "joining",
    uid: 1,
  });
  expect(membersIn({ ...known, membership: LEARNING }).members.at(-1)?.role).toBe("learner");
});
