/** Memberships by themselves: what they may change into, and which majorities overlap (§6, dissertation chapter 4). */
import {
  AssertionError,
  assertMembership,
  changeMembership,
  changeSimply,
  decides,
  enterJoint,
  initialMembership,
  isJoint,
  isMember,
  isVoter,
  leaveJoint,
  membersOf,
  sameMembership,
  uidOf,
  type Change,
  type Changed,
  type Membership,
  type NodeId,
} from "@kontiki/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { a, b, c, d, e, f } from "./support/core.ts";

const three = initialMembership([a, b, c]);

const addVoter = (node: NodeId, uid = 0): Change => ({ type: "addVoter", node, uid });
const addLearner = (
  node: NodeId,
  given: { readonly uid?: number; readonly promote?: boolean; readonly replaces?: NodeId } = {},
): Change => {
  const { uid = 0, promote = false, replaces } = given;
  return { type: "addLearner", node, uid, promote, replaces };
};
const remove = (node: NodeId): Change => ({ type: "remove", node });

const changed = (membership: Membership): Changed => ({ type: "changed", membership });
const refused = (reason: string) => ({
  type: "refused",
  reason: expect.stringContaining(reason) as string,
});

/** The membership that a change gives. @throws when it is rejected. */
function taken(result: Changed): Membership {
  if (result.type === "refused") throw new Error(result.reason);
  return result.membership;
}

describe("dissertation 4.1: one voter at a time", () => {
  test.each<[string, readonly Change[], Partial<Membership>]>([
    ["adds a voter", [addVoter(d)], { voters: [a, b, c, d] }],
    ["removes one", [remove(b)], { voters: [a, c] }],
    ["makes one a learner", [addLearner(b)], { voters: [a, c], learners: [b] }],
    ["adds any number of learners", [addLearner(d), addLearner(e)], { learners: [d, e] }],
    ["removes a stranger", [remove(e)], {}],
    ["adds a member that is there already", [addVoter(b)], {}],
    ["applies changes one after the other", [addLearner(b), addVoter(b)], { voters: [a, c, b] }],
    [
      "remembers which learner is to be promoted",
      [addLearner(d, { promote: true, replaces: c })],
      { learners: [d], promotions: [{ node: d, replaces: c }] },
    ],
    [
      "knows a new server by its disk",
      [addVoter(d, 4)],
      { voters: [a, b, c, d], uids: { [d]: 4 }, lastUid: 4 },
    ],
    [
      "takes the vote from a new disk",
      [addLearner(b, { uid: 1, promote: true })],
      {
        voters: [a, c],
        learners: [b],
        promotions: [{ node: b, replaces: undefined }],
        uids: { [b]: 1 },
        lastUid: 1,
      },
    ],
  ])("%s", (_title, changes, expected) => {
    const result = changed({ ...three, ...expected });
    expect(changeSimply(three, changes)).toEqual(result);
    expect(changeMembership(three, changes)).toEqual(result);
  });

  test("a learner that is promoted, demoted or removed no longer waits for a promotion", () => {
    const waits = taken(changeSimply(three, [addLearner(d, { promote: true })]));
    for (const change of [addVoter(d), addLearner(d), remove(d)])
      expect(taken(changeSimply(waits, [change])).promotions).toEqual([]);
  });

  test("a removed member leaves no uid, and its uid is never assigned again", () => {
    const known = taken(changeSimply(three, [addVoter(d, 4)]));
    expect(changeSimply(known, [remove(d)])).toEqual(changed({ ...three, lastUid: 4 }));
  });

  test.each<[string, readonly Change[], string]>([
    ["two voters", [addVoter(d), addVoter(e)], "joint"],
    ["one in exchange for another", [remove(a), addVoter(d)], "joint"],
    ["a voter and its own new disk", [remove(b), addVoter(b, 1)], "joint"],
    [
      "a voter and its own new disk, through a learner",
      [addLearner(b, { uid: 1 }), addVoter(b, 1)],
      "joint",
    ],
    ["no voter left", [remove(a), remove(b), remove(c)], "no voter"],
    ["a vote for a new, empty disk", [addVoter(b, 1)], "catch up"],
  ])("rejects %s", (_title, changes, reason) => {
    expect(changeSimply(three, changes)).toEqual(refused(reason));
  });

  test("rejects everything while another change is under way", () => {
    const joint = taken(enterJoint(three, [addVoter(d)]));
    const reason = refused("under way");
    expect(changeSimply(joint, [])).toEqual(reason);
    expect(enterJoint(joint, [])).toEqual(reason);
    expect(changeMembership(joint, [])).toEqual(reason);
  });
});

describe("19 a promise belongs to a disk", () => {
  const known = taken(changeSimply(three, [addVoter(d, 4)]));

  test.each<[string, Change]>([
    ["a stranger has a uid that was assigned before", addVoter(e, 4)],
    ["a stranger has a lower one", addLearner(e, { uid: 3 })],
    ["a stranger has that of a first disk", addVoter(e)],
    ["a member has a lower one than before", addLearner(d, { uid: 2 })],
    ["a member has that of its first disk", addVoter(d)],
  ])("rejected: %s", (_title, change) => {
    for (const make of [changeSimply, enterJoint, changeMembership])
      expect(make(known, [change])).toEqual(refused("assigned before"));
  });

  test("a member keeps its disk, also when it loses its vote and gets it back", () => {
    const demoted = taken(changeSimply(known, [addLearner(d, { uid: 4 })]));
    expect([isVoter(demoted, d), uidOf(demoted, d)]).toEqual([false, 4]);
    expect(changeSimply(demoted, [addVoter(d, 4)])).toEqual(changed(known));
  });

  test("a new disk may be reported after other servers were added with higher uids", () => {
    const rejoins = addLearner(b, { uid: 3, promote: true });
    expect(changeSimply(known, [rejoins])).toEqual(
      changed({
        ...known,
        voters: [a, c, d],
        learners: [b],
        promotions: [{ node: b, replaces: undefined }],
        uids: { [b]: 3, [d]: 4 },
      }),
    );
  });

  test("a voter with a new disk is demoted in a separate change only", () => {
    const rejoins = addLearner(b, { uid: 5, promote: true });
    expect(taken(changeSimply(known, [rejoins]))).toMatchObject({ learners: [b], lastUid: 5 });
    for (const more of [[addVoter(e, 6), addVoter(f, 7)], [remove(a)]]) {
      expect(changeMembership(known, [rejoins, ...more])).toEqual(refused("new disk"));
      expect(enterJoint(known, [rejoins, ...more])).toEqual(refused("new disk"));
    }
  });
});

describe("§6, dissertation 4.3: joint consensus", () => {
  test("several voters at once need a joint membership", () => {
    const changes = [remove(a), addVoter(d), addLearner(b, { promote: true })];
    const promotions = [{ node: b, replaces: undefined }];
    const joint = { ...three, voters: [c, d], outgoing: [a, b, c], learnersNext: [b], promotions };
    expect(changeMembership(three, changes)).toEqual(changed(joint));
    expect(enterJoint(three, changes)).toEqual(changed(joint));
    expect(leaveJoint(joint)).toEqual(
      changed({ ...three, voters: [c, d], learners: [b], promotions }),
    );
  });

  test("members are the voters of both halves and the learners; a demoted voter becomes a learner when it is left", () => {
    const joint = taken(enterJoint(three, [remove(a), addLearner(b), addLearner(d)]));
    expect(membersOf(joint)).toEqual([c, a, b, d]);
    expect([a, b, c, d, e].map((node) => isVoter(joint, node))).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
    expect([a, b, c, d, e].map((node) => isMember(joint, node))).toEqual([
      true,
      true,
      true,
      true,
      false,
    ]);
    expect(membersOf(taken(leaveJoint(joint)))).toEqual([c, d, b]);
  });

  test("a voter that is removed keeps its uid until the joint membership is left", () => {
    const known = taken(changeSimply(three, [addVoter(d, 4)]));
    const joint = taken(enterJoint(known, [remove(d), addVoter(e, 5)]));
    expect(joint).toMatchObject({ uids: { [d]: 4, [e]: 5 }, lastUid: 5 });
    expect(taken(leaveJoint(joint))).toMatchObject({ uids: { [e]: 5 }, lastUid: 5 });
  });

  test("cannot be left when it is not joint, nor entered without voters", () => {
    expect(leaveJoint(three)).toEqual(refused("not joint"));
    expect(enterJoint(initialMembership([]), [addVoter(a)])).toEqual(refused("no voters"));
    expect(enterJoint(three, [remove(a), remove(b), remove(c)])).toEqual(refused("no voter"));
  });
});

describe("assertMembership", () => {
  const joint = taken(enterJoint(three, [addLearner(b)]));

  test.each<[string, Membership]>([
    ["a voter twice", { ...three, voters: [a, a] }],
    ["a learner twice", { ...three, learners: [d, d] }],
    ["a learner that is a voter", { ...three, learners: [a] }],
    ["a learner that is a voter of the outgoing half", { ...joint, learners: [b] }],
    ["a voter that is to become a learner and stays a voter", { ...joint, learnersNext: [a] }],
    ["a server that is to become a learner and never was a voter", { ...joint, learnersNext: [d] }],
    [
      "a promotion of a server that is no learner",
      { ...three, promotions: [{ node: a, replaces: b }] },
    ],
    ["a uid of a stranger", { ...three, uids: { [d]: 1 }, lastUid: 1 }],
    ["a uid above the last one", { ...three, uids: { [a]: 2 }, lastUid: 1 }],
  ])("notices %s", (_title, membership) => {
    expect(() => assertMembership(membership)).toThrow(AssertionError);
  });

  test("accepts valid ones", () => {
    for (const membership of [three, joint, initialMembership([])]) assertMembership(membership);
  });
});

test("the order of names means nothing", () => {
  const one = { ...three, learners: [d, e], uids: { [d]: 1, [e]: 2 }, lastUid: 2 };
  const other = { ...one, voters: [c, a, b], learners: [e, d], uids: { [e]: 2, [d]: 1 } };
  expect(sameMembership(one, other)).toBe(true);
  for (const change of [
    { voters: [a, b] },
    { outgoing: [a] },
    { learners: [d] },
    { learnersNext: [a] },
    { promotions: [{ node: d, replaces: undefined }] },
    { uids: { [d]: 1 } },
    { lastUid: 3 },
  ])
    expect(sameMembership(one, { ...one, ...change })).toBe(false);
});

const anyNode = fc.constantFrom(a, b, c, d, e, f);
/** Often a valid one: 0, the node's own, or a new one. */
const anyUid = fc.oneof(
  { weight: 4, arbitrary: fc.constant("own" as const) },
  { weight: 2, arbitrary: fc.constant("new" as const) },
  { weight: 1, arbitrary: fc.nat({ max: 4 }) },
);
const anyWish = fc.record({
  type: fc.constantFrom("addVoter" as const, "addLearner" as const, "remove" as const),
  node: anyNode,
  uid: anyUid,
  promote: fc.boolean(),
  replaces: fc.option(anyNode, { nil: undefined }),
});
const anyChanges = fc.array(anyWish, { maxLength: 5 });
type Wish = typeof anyWish extends fc.Arbitrary<infer T> ? T : never;

function changeOf(membership: Membership, { type, node, uid, promote, replaces }: Wish): Change {
  const fits = uid === "own" ? uidOf(membership, node) : membership.lastUid + 1;
  const given = typeof uid === "number" ? uid : fits;
  switch (type) {
    case "addVoter":
      return { type, node, uid: given };
    case "addLearner":
      return { type, node, uid: given, promote, replaces };
    case "remove":
      return { type, node };
    default:
      return type satisfies never;
  }
}

const anyHistory = fc.array(
  fc.record({
    way: fc.constantFrom("simple" as const, "joint" as const, "either" as const),
    drawn: anyChanges,
  }),
  { maxLength: 12 },
);

/** Two memberships that follow each other, and the joint one between them if there is one. */
type Passage = {
  readonly before: Membership;
  readonly joint: Membership | undefined;
  readonly after: Membership;
  readonly changes: readonly Change[];
};

/** Every passage of a history, starting from three voters; rejected changes do nothing. */
function passagesOf(
  history: typeof anyHistory extends fc.Arbitrary<infer T> ? T : never,
): Passage[] {
  const passages: Passage[] = [];
  let before = three;
  for (const { way, drawn } of history) {
    const make = { simple: changeSimply, joint: enterJoint, either: changeMembership }[way];
    const changes = drawn.map((one) => changeOf(before, one));
    const result = make(before, changes);
    if (result.type === "refused") continue;
    const joint = isJoint(result.membership) ? result.membership : undefined;
    const after = joint === undefined ? result.membership : taken(leaveJoint(joint));
    passages.push({ before, joint, after, changes });
    before = after;
  }
  return passages;
}

/** A voter by name and disk: with another disk it is another server. */
function serversOf(membership: Membership, nodes: readonly NodeId[]): readonly string[] {
  return nodes.map((node) => `${node}#${uidOf(membership, node)}`);
}

/** All sets of names that decide, as servers. */
function quorumsOf(membership: Membership): readonly (readonly string[])[] {
  const members = membersOf(membership);
  return Array.from({ length: 2 ** members.length }, (_none, mask) =>
    members.filter((_member, at) => (mask >> at) % 2 === 1),
  )
    .filter((nodes) => decides(membership, nodes))
    .map((nodes) =>
      serversOf(
        membership,
        nodes.filter((node) => isVoter(membership, node)),
      ),
    );
}

function meet(one: Membership, other: Membership): boolean {
  const theirs = quorumsOf(other);
  return quorumsOf(one).every((ours) =>
    theirs.every((quorum) => quorum.some((server) => ours.includes(server))),
  );
}

describe("after any sequence of changes", () => {
  const always = (claim: (passage: Passage) => void) => {
    let seen = 0;
    fc.assert(
      fc.property(anyHistory, (history) => {
        for (const passage of passagesOf(history)) {
          seen += 1;
          claim(passage);
        }
      }),
      { seed: 4, numRuns: 400 },
    );
    expect(seen).toBeGreaterThan(400);
  };

  test("a membership is valid", () => {
    always(({ joint, after }) => {
      if (joint !== undefined) assertMembership(joint);
      assertMembership(after);
    });
  });

  test("majorities before and after a simple change share a server (dissertation 4.1)", () => {
    always(({ before, joint, after }) => {
      if (joint === undefined) expect(meet(before, after)).toBe(true);
    });
  });

  test("a deciding set of a joint membership shares a server with each majority before and after (§6)", () => {
    always(({ before, joint, after }) => {
      if (joint === undefined) return;
      expect(meet(before, joint)).toBe(true);
      expect(meet(joint, after)).toBe(true);
    });
  });

  test("leaving a joint membership gives the same result as the same changes made directly", () => {
    always(({ before, joint, after, changes }) => {
      const atOnce = changeSimply(before, changes);
      if (joint !== undefined && atOnce.type === "changed")
        expect(sameMembership(after, atOnce.membership)).toBe(true);
      expect(after.voters.toSorted()).toEqual(votersAfter(before, changes));
    });
  });

  test("two disks of one name are always distinguishable, and a vote does not pass from one to the other", () => {
    always(({ before, after }) => {
      expect(after.lastUid).toBeGreaterThanOrEqual(before.lastUid);
      for (const node of membersOf(after)) {
        const [old, now] = [uidOf(before, node), uidOf(after, node)];
        // For a member its own uids are known; a stranger may have had any uid assigned so far.
        if (isMember(before, node)) expect(now).toBeGreaterThanOrEqual(old);
        else if (now > 0) expect(now).toBeGreaterThan(before.lastUid);
        if (isVoter(before, node) && now !== old) expect(isVoter(after, node)).toBe(false);
      }
    });
  });
});

/** The voters after the changes are applied one after the other. */
function votersAfter({ voters }: Membership, changes: readonly Change[]): readonly NodeId[] {
  const left = changes.reduce<readonly NodeId[]>((before, { type, node }) => {
    const others = before.filter((voter) => voter !== node);
    return type === "addVoter" ? [...others, node] : others;
  }, voters);
  return left.toSorted();
}
