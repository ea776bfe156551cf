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
  type Membership,
  type State,
} from "@kontiki/core";
import { describe, expect, test } from "vitest";
import { membersIn } from "../../../packages/actors/src/cluster/members.ts";
import {
  isGone,
  learns,
  mayBeTakenLater,
  votes,
} from "../../../packages/actors/src/cluster/membership-wishes.ts";
import { mayWorkLater } from "../../../packages/actors/src/cluster/transfer-lead.ts";
import { n1, n2, n3 } from "../support/actors.ts";

const n4 = nodeId("n4");
const THREE = initialMembership([n1, n2, n3]);

function like(fields: Partial<Membership>): Membership {
  return { ...THREE, ...fields };
}

/** n4 learns with disk 1, on its way to a vote. */
const JOINING = like({
  learners: [n4],
  promotions: [{ node: n4, replaces: undefined }],
  uids: { [n4]: 1 },
  lastUid: 1,
});
const LEARNING = { ...JOINING, promotions: [] };
const FOUR = like({ voters: [n1, n2, n3, n4], uids: { [n4]: 1 }, lastUid: 1 });

describe("what is asked for so that a wish comes true", () => {
  const learner = (promote: boolean, replaces?: typeof n1): Change => ({
    type: "addLearner",
    node: n4,
    uid: 1,
    promote,
    replaces,
  });

  test("a vote: as a learner first, which becomes a voter by itself (dissertation 4.2.1)", () => {
    const wish = votes(n4, 1);
    expect([THREE, JOINING, LEARNING, FOUR].map((each) => wish.holds(each))).toEqual([
      false,
      false,
      false,
      true,
    ]);
    expect([THREE, JOINING, LEARNING].map((each) => wish.changes(each))).toEqual([
      [learner(true)],
      undefined,
      [learner(true)],
    ]);
  });

  test("a vote in the place of another, which must be gone", () => {
    const wish = votes(n4, 1, n3);
    expect(wish.changes(THREE)).toEqual([learner(true, n3)]);
    expect(wish.holds(FOUR)).toBe(false);
    expect(wish.holds({ ...FOUR, voters: [n1, n2, n4] })).toBe(true);
  });

  test("a vote with the disk that it has now, not with one it had before", () => {
    expect(votes(n4, 2).holds(FOUR)).toBe(false);
    expect(votes(n4, 2).holds({ ...FOUR, uids: { [n4]: 2 }, lastUid: 2 })).toBe(true);
  });

  test("a place without a vote", () => {
    expect(learns(n4, 1).changes(THREE)).toEqual([learner(false)]);
    expect([THREE, LEARNING].map((each) => learns(n4, 1).holds(each))).toEqual([false, true]);
  });

  test("no place at all", () => {
    expect(isGone(n4).changes(FOUR)).toEqual([{ type: "remove", node: n4 }]);
    expect([FOUR, LEARNING, THREE].map((each) => isGone(n4).holds(each))).toEqual([
      false,
      false,
      true,
    ]);
  });
});

describe("the core's reasons to take no change now are known as such", () => {
  const env: Env<string> = {
    config: makeConfig({ id: n1, voters: [n1, n2, n3] }),
    log: new MemoryLog<string>((command) => command.length),
  };
  const start: State = {
    ...restore({ term: term(0), votedFor: undefined }, env.log),
    term: term(1),
  };

  /** What n1 answers, as a leader with this done to it. */
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
    ["it hands over", { ...leader, role: { ...leader.role, transfer } as State["role"] }],
    [
      "another change is under way",
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

  test("but not that a change can never be", () => {
    for (const reason of [
      "no voter would be left",
      "uid 1 of n4 was assigned before: a new disk needs one above 3",
    ])
      expect(mayBeTakenLater(reason)).toBe(false);
  });

  test.each<[string, State, string | undefined, boolean]>([
    ["it does not lead", start, undefined, true],
    ["it already leads", leader, n1, true],
    [
      "another transfer is under way",
      { ...leader, role: { ...leader.role, transfer } as State["role"] },
      n3,
      true,
    ],
    ["the target has no vote", leader, n4, false],
  ])("and so are those to hand over to nobody: %s", (_title, state, target, later) => {
    const { effects } = step(env, state, { type: "transfer", target: target as typeof n1 });
    const ended = effects.find(
      (effect): effect is Effect<string> & { readonly type: "transferEnded" } =>
        effect.type === "transferEnded",
    );
    expect(mayWorkLater(ended?.reason ?? "")).toBe(later);
  });
});

test("members for people: what each of them is, voters first", () => {
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
