import {
  changeMembership,
  changeSimply,
  enterJoint,
  leaveJoint,
  type Changed,
} from "@kontiki/core";
import { describe, expect, test } from "vitest";
import { addLearner, addVoter, members, promotion, remove } from "./support/membership.ts";
import { a, b, c, d, e, f } from "./support/core.ts";

const changed = (given: Parameters<typeof members>[0]): Changed => ({
  type: "changed",
  membership: members(given),
});

const refused = (reason: string): Changed => ({ type: "refused", reason });

describe("dissertation 4.1: one voter at once", () => {
  test.each([
    ["a new voter", [addVoter(d)], { voters: [a, b, c, d] }],
    ["one voter fewer", [remove(b)], { voters: [a, c] }],
    ["a new learner", [addLearner(d)], { learners: [d] }],
    [
      "a new learner that is to be promoted",
      [addLearner(d, { uid: 1, promote: true, replaces: b })],
      { learners: [d], promotions: [promotion(d, b)], uids: { d: 1 }, lastUid: 1 },
    ],
    ["a voter that loses its vote", [addLearner(b)], { voters: [a, c], learners: [b] }],
    [
      "any number of learners",
      [addLearner(d), addLearner(e), addVoter(f)],
      { voters: [a, b, c, f], learners: [d, e] },
    ],
    ["a stranger that is removed", [remove(f)], {}],
    ["a server that is added and removed", [addVoter(d), remove(d)], {}],
    ["a voter that is a voter already", [addVoter(b)], {}],
  ])("%s", (_title, changes, given) => {
    expect(changeMembership(members(), changes)).toEqual(changed(given));
    expect(changeSimply(members(), changes)).toEqual(changed(given));
  });

  test("a learner gets a vote and is no longer a learner", () => {
    const before = members({ learners: [d, e], promotions: [promotion(d), promotion(e)] });
    expect(changeMembership(before, [addVoter(d)])).toEqual(
      changed({ voters: [a, b, c, d], learners: [e], promotions: [promotion(e)] }),
    );
    expect(changeMembership(before, [addLearner(d), remove(e)])).toEqual(
      changed({ learners: [d] }),
    );
  });

  test("two voters at once are rejected where no joint membership is allowed", () => {
    for (const changes of [
      [addVoter(d), addVoter(e)],
      [addVoter(d), remove(a)],
    ])
      expect(changeSimply(members(), changes)).toEqual(
        refused("more than one voter changes: that requires a joint membership"),
      );
  });

  test("the last voter stays", () => {
    const alone = members({ voters: [a], learners: [b] });
    for (const change of [remove(a), addLearner(a)])
      expect(changeMembership(alone, [change])).toEqual(refused("no voter would be left"));
  });

  test("no server replaces itself", () => {
    expect(changeMembership(members(), [addLearner(d, { promote: true, replaces: d })])).toEqual(
      refused("d cannot replace itself"),
    );
  });
});

describe("§6, dissertation 4.3: joint memberships", () => {
  const joint = members({
    voters: [b, c, d],
    outgoing: [a, b, c],
    learners: [e],
    learnersNext: [a],
  });

  test("both halves decide until it is left", () => {
    expect(changeMembership(members(), [addVoter(d), addVoter(e), remove(a)])).toEqual(
      changed({ voters: [b, c, d, e], outgoing: [a, b, c] }),
    );
  });

  test("a voter that becomes a learner keeps its vote in the outgoing half until then", () => {
    expect(enterJoint(members(), [addVoter(d), addLearner(a), addLearner(e)])).toEqual({
      type: "changed",
      membership: joint,
    });
    expect(leaveJoint(joint)).toEqual(changed({ voters: [b, c, d], learners: [e, a] }));
  });

  test("uids of outgoing voters are known until it is left", () => {
    const before = members({ uids: { a: 3, b: 2 }, lastUid: 3 });
    const entered = enterJoint(before, [remove(a), addVoter(d, 4)]);
    const given = { voters: [b, c, d], lastUid: 4 };
    expect(entered).toEqual(changed({ ...given, outgoing: [a, b, c], uids: { a: 3, b: 2, d: 4 } }));
    if (entered.type !== "changed") return;
    expect(leaveJoint(entered.membership)).toEqual(changed({ ...given, uids: { b: 2, d: 4 } }));
  });

  test("nothing changes while it is joint, and a membership that is not joint cannot be left", () => {
    const underWay = refused("a membership change is under way");
    expect(changeMembership(joint, [addVoter(f)])).toEqual(underWay);
    expect(changeSimply(joint, [addVoter(f)])).toEqual(underWay);
    expect(enterJoint(joint, [addVoter(f)])).toEqual(underWay);
    expect(leaveJoint(members())).toEqual(refused("the membership is not joint"));
  });
});

describe("18, 19: disks", () => {
  const grown = members({ uids: { c: 4 }, lastUid: 6 });

  test("a stranger's disk has a uid above all that were ever assigned", () => {
    expect(changeMembership(grown, [addVoter(d, 7)])).toEqual(
      changed({ voters: [a, b, c, d], uids: { c: 4, d: 7 }, lastUid: 7 }),
    );
    for (const uid of [0, 4, 6])
      expect(changeMembership(grown, [addVoter(d, uid)])).toEqual(
        refused(`uid ${uid} of d was assigned before: a new disk needs one above 6`),
      );
  });

  test("of several strangers at once none needs one above the others'", () => {
    expect(changeMembership(grown, [addLearner(d, { uid: 8 }), addLearner(e, { uid: 7 })])).toEqual(
      changed({ learners: [d, e], uids: { c: 4, d: 8, e: 7 }, lastUid: 8 }),
    );
  });

  test("a member's new disk has one above its present one: others may have got theirs meanwhile", () => {
    expect(changeMembership(grown, [addLearner(c, { uid: 5, promote: true })])).toEqual(
      changed({
        voters: [a, b],
        learners: [c],
        promotions: [promotion(c)],
        uids: { c: 5 },
        lastUid: 6,
      }),
    );
    expect(changeMembership(grown, [addLearner(c, { uid: 3 })])).toEqual(
      refused("uid 3 of c was assigned before: a new disk needs one above 4"),
    );
  });

  test("a removed server's uid is forgotten, and the last one assigned is not", () => {
    expect(changeMembership(grown, [remove(c)])).toEqual(changed({ voters: [a, b], lastUid: 6 }));
  });

  test("a member keeps its disk", () => {
    expect(changeMembership(grown, [addVoter(c, 4), addVoter(a, 0)])).toEqual({
      type: "changed",
      membership: grown,
    });
  });

  test("a voter with a new disk has no vote with it before it has caught up", () => {
    expect(changeMembership(grown, [addVoter(c, 7)])).toEqual(
      refused("c is a voter with another disk: it must catch up first"),
    );
  });

  test("nor when it is removed and added at once: that is two voters, and a joint membership has one disk for each", () => {
    expect(changeMembership(grown, [remove(c), addVoter(c, 7)])).toEqual(
      refused("c has a new disk: it must be changed in a change of its own"),
    );
  });
});
