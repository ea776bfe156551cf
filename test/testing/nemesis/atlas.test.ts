import { initialMembership, nodeId } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import { Chance } from "../../../packages/testing/src/chance.ts";
import { FaultAtlas } from "../../../packages/testing/src/nemesis/atlas.ts";
import { FakeTarget } from "../support/fake-target.ts";
import { CLUSTER } from "../support/scenarios.ts";

const [N1, N2, N3, N4, N5] = ["n1", "n2", "n3", "n4", "n5"].map(nodeId);

function stage(count: number, clockDrift?: number): { target: FakeTarget; atlas: FaultAtlas } {
  const target = new FakeTarget(count);
  const leases = clockDrift === undefined ? undefined : { clockDrift };
  return { target, atlas: new FaultAtlas(target, { ...CLUSTER, leases }) };
}

describe("disks are damaged in a minority only", () => {
  test.each([
    [1, 0],
    [2, 0],
    [3, 1],
    [4, 1],
    [5, 2],
    [9, 4],
  ])("of %i voters %i", (count, most) => {
    const { target, atlas } = stage(count);
    const struck = target.nodes.filter((node) => {
      if (atlas.whyNoDamage(node) !== undefined) return false;
      target.node(node).whole = false;
      return true;
    });
    expect(struck).toHaveLength(most);
  });

  test("and it says why", () => {
    const { target, atlas } = stage(3);
    target.node("n1").whole = false;
    expect(atlas.whyNoDamage(nodeId("n2"))).toBe(
      "of 3 voters at most 1 may lose a disk, and 1 are not whole",
    );
    // The same disk again costs nothing more.
    expect(atlas.whyNoDamage(nodeId("n1"))).toBeUndefined();
  });

  test("also those count that rot and do not know, that are about to, and that are gone", () => {
    for (const hurt of [
      ({ target }: ReturnType<typeof stage>) => {
        target.disk(nodeId("n1")).rot("log", new Chance(1));
      },
      ({ atlas }: ReturnType<typeof stage>) => {
        atlas.doom(nodeId("n1"));
      },
      ({ target }: ReturnType<typeof stage>) => target.removeNode(nodeId("n1")),
    ]) {
      const it = stage(3);
      expect(it.atlas.whyNoDamage(nodeId("n2"))).toBeUndefined();
      hurt(it);
      expect(it.atlas.whyNoDamage(nodeId("n2"))).toBeDefined();
    }
  });

  test("in every membership that may still decide, and in both halves", () => {
    const { target, atlas } = stage(5);
    const names = (...all: (typeof N1)[]): never => all as never;
    target.node("n1").whole = false;
    expect(atlas.whyNoDamage(nodeId("n2"))).toBeUndefined();
    target.joined = [
      initialMembership(names(N1, N2, N3)),
      initialMembership(names(N1, N2, N3, N4, N5)),
    ];
    expect(atlas.whyNoDamage(nodeId("n2"))).toBeDefined();
    expect(atlas.whyNoDamage(nodeId("n4"))).toBeUndefined();
    target.joined = [{ ...initialMembership(names(N3, N4, N5)), outgoing: names(N1, N2, N3) }];
    expect(atlas.whyNoDamage(nodeId("n2"))).toBeDefined();
    expect(atlas.whyNoDamage(nodeId("n4"))).toBeUndefined();
    // Who is no voter has nothing that a majority rests on.
    target.joined = [initialMembership(names(N1, N3, N4))];
    expect(atlas.whyNoDamage(nodeId("n2"))).toBeUndefined();
  });
});

describe("what is asked for counts as what is there", () => {
  test("a voter that may leave is no help to those that stay", () => {
    const { target, atlas } = stage(3);
    const stays = atlas.leave(nodeId("n1"));
    expect(atlas.whyNoDamage(nodeId("n2"))).toBe(
      "of 2 voters at most 0 may lose a disk, and 0 are not whole",
    );
    // Whether it leaves or stays, the other two are whole.
    expect(atlas.whyNoDamage(nodeId("n1"))).toBeUndefined();
    stays();
    stays();
    expect(atlas.whyNoDamage(nodeId("n2"))).toBeUndefined();
    target.node("n1").whole = false;
    atlas.leave(nodeId("n1"));
    expect(atlas.whyNoDamage(nodeId("n2"))).toBe(
      "of 3 voters at most 1 may lose a disk, and 1 are not whole",
    );
  });

  test("two voters that each may leave may not both leave", () => {
    const { target, atlas } = stage(4);
    target.node("n4").whole = false;
    expect(atlas.whyNoRemoval(nodeId("n1"))).toBeUndefined();
    atlas.leave(nodeId("n2"));
    expect(atlas.whyNoRemoval(nodeId("n1"))).toBe("without n1 only 1 of 2 voters would be whole");
  });

  test("a learner that is to be promoted may be a voter before its loss is known", () => {
    const { target, atlas } = stage(4);
    const [n1, n4] = [nodeId("n1"), nodeId("n4")];
    const learning = { ...initialMembership(target.nodes.slice(0, 3)), learners: [n4] };
    target.joined = [{ ...learning, promotions: [{ node: n4, replaces: undefined }] }];
    expect([atlas.whyNoDamage(n1), atlas.whyNoDamage(n4)]).toEqual([undefined, undefined]);
    target.wipe(n4);
    expect(atlas.whyNoDamage(n1)).toBe(
      "of 4 voters at most 1 may lose a disk, and 1 are not whole",
    );
    target.joined = [learning];
    expect(atlas.whyNoDamage(n1)).toBeUndefined();
  });

  test("so it is spared where one voter alone has all", () => {
    const { target, atlas } = stage(2);
    const [n1, n2] = [nodeId("n1"), nodeId("n2")];
    const learning = { ...initialMembership([n1]), learners: [n2] };
    target.joined = [learning];
    expect(atlas.whyNoDamage(n2)).toBeUndefined();
    target.joined = [{ ...learning, promotions: [{ node: n2, replaces: undefined }] }];
    expect(atlas.whyNoDamage(n2)).toBe(
      "of 2 voters at most 0 may lose a disk, and 0 are not whole",
    );
  });
});

describe("voters are removed while a majority of the rest is whole", () => {
  test.each([
    [1, [], "n1 is the only voter"],
    [2, [], undefined],
    [3, ["n2"], "without n1 only 1 of 2 voters would be whole"],
    [4, ["n2"], undefined],
    [4, ["n2", "n3"], "without n1 only 1 of 3 voters would be whole"],
  ])("of %i, %j not whole", (count, notWhole, reason) => {
    const { target, atlas } = stage(count);
    for (const name of notWhole) target.node(name).whole = false;
    expect(atlas.whyNoRemoval(nodeId("n1"))).toBe(reason);
  });
});

describe("with leases", () => {
  test("the rates of any two clocks stay within the bound", () => {
    const { target, atlas } = stage(3, 0.1);
    expect(atlas.whyNoDrift(nodeId("n1"), 1.1)).toBeUndefined();
    expect(atlas.whyNoDrift(nodeId("n1"), 1.11)).toBeDefined();
    const end = target.clock(nodeId("n2")).beginDrift(0.95);
    expect(atlas.whyNoDrift(nodeId("n1"), 1.1)).toBeDefined();
    expect(atlas.whyNoDrift(nodeId("n1"), 1.04)).toBeUndefined();
    end();
    expect(atlas.whyNoDrift(nodeId("n1"), 1.1)).toBeUndefined();
  });

  test("no clock jumps back", () => {
    const { atlas } = stage(3, 0.1);
    expect(atlas.whyNoJump(-1)).toBe("leases rest on clocks that do not go back");
    expect(atlas.whyNoJump(1000)).toBeUndefined();
  });

  test("and without them clocks are free", () => {
    const { atlas } = stage(3);
    expect([atlas.whyNoDrift(nodeId("n1"), 10), atlas.whyNoJump(-1000)]).toEqual([
      undefined,
      undefined,
    ]);
  });
});
