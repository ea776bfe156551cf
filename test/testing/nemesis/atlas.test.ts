import { index, initialMembership, nodeId, term, type LogPosition } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import { Chance } from "../../../packages/testing/src/chance.ts";
import { nameOf, type Holdings, type Loss } from "../../../packages/testing/src/engine/loss.ts";
import { FaultAtlas } from "../../../packages/testing/src/nemesis/atlas.ts";
import { FakeTarget } from "../support/fake-target.ts";
import { CLUSTER } from "../support/scenarios.ts";

const [N1, N2, N3, N4, N5] = ["n1", "n2", "n3", "n4", "n5"].map(nodeId);

function stage(count: number, clockDrift?: number): { target: FakeTarget; atlas: FaultAtlas } {
  const target = new FakeTarget(count);
  const leases = clockDrift === undefined ? undefined : { clockDrift };
  return { target, atlas: new FaultAtlas(target, { ...CLUSTER, leases }) };
}

describe("disks are lost only in a minority", () => {
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
      if (atlas.objectionToDamage(node) !== undefined) return false;
      target.node(node).whole = false;
      return true;
    });
    expect(struck).toHaveLength(most);
  });

  test("the objection has a reason", () => {
    const { target, atlas } = stage(3);
    target.node("n1").whole = false;
    expect(atlas.objectionToDamage(nodeId("n2"))).toBe(
      "of 3 voters at most 1 may lose a disk, and 1 are not whole",
    );
    // To damage the same disk again costs nothing more.
    expect(atlas.objectionToDamage(nodeId("n1"))).toBeUndefined();
  });

  test("disks count too that rot unnoticed, that are about to be damaged, and that are gone", () => {
    for (const hurt of [
      ({ target }: ReturnType<typeof stage>) => {
        target.disk(nodeId("n1")).rot("log", new Chance(1), () => true);
      },
      ({ atlas }: ReturnType<typeof stage>) => {
        atlas.expectDamage(nodeId("n1"));
      },
      ({ target }: ReturnType<typeof stage>) => target.removeNode(nodeId("n1")),
    ]) {
      const it = stage(3);
      expect(it.atlas.objectionToDamage(nodeId("n2"))).toBeUndefined();
      hurt(it);
      expect(it.atlas.objectionToDamage(nodeId("n2"))).toBeDefined();
    }
  });

  test("the minority is one in every membership that may still decide, and in both halves", () => {
    const { target, atlas } = stage(5);
    const names = (...all: (typeof N1)[]): never => all as never;
    target.node("n1").whole = false;
    expect(atlas.objectionToDamage(nodeId("n2"))).toBeUndefined();
    target.joined = [
      initialMembership(names(N1, N2, N3)),
      initialMembership(names(N1, N2, N3, N4, N5)),
    ];
    expect(atlas.objectionToDamage(nodeId("n2"))).toBeDefined();
    expect(atlas.objectionToDamage(nodeId("n4"))).toBeUndefined();
    target.joined = [{ ...initialMembership(names(N3, N4, N5)), outgoing: names(N1, N2, N3) }];
    expect(atlas.objectionToDamage(nodeId("n2"))).toBeDefined();
    expect(atlas.objectionToDamage(nodeId("n4"))).toBeUndefined();
    // No majority depends on a node that is not a voter.
    target.joined = [initialMembership(names(N1, N3, N4))];
    expect(atlas.objectionToDamage(nodeId("n2"))).toBeUndefined();
  });
});

describe("damage on any number of disks is allowed", () => {
  const [first, second, third] = [entry(1, 1), entry(2, 1), entry(3, 2)];

  function holding(count = 3): ReturnType<typeof stage> {
    const it = stage(count);
    for (const node of it.target.nodes)
      it.target.node(node).held = holdings([first, second, third]);
    return it;
  }

  /** Damages a disk as the atlas was asked, so that its node lacks these entries. */
  function lose(target: FakeTarget, name: string, ...entries: readonly LogPosition[]): void {
    const node = target.node(name);
    const lost = entries.map(nameOf);
    node.whole = false;
    node.held = {
      entries: new Set([...node.held.entries].filter((each) => !lost.includes(each))),
      snapshot: 0,
      lacks: { entries, upTo: 0 },
    };
  }

  test("while every entry is intact on one of them", () => {
    const { target, atlas } = holding();
    for (const [name, lost] of [
      ["n1", [first]],
      ["n2", [first, second]],
      ["n3", [third]],
    ] as const) {
      expect(atlas.objectionToLoss(nodeId(name), lossOf(...lost))).toBeUndefined();
      lose(target, name, ...lost);
    }
    expect(atlas.objectionToLoss(nodeId("n3"), lossOf(first))).toBe(
      "of 3 voters at most 1 may lose a disk, and 2 are not whole",
    );
  });

  test("but not of the only copy, not even of one that another node lacks", () => {
    const { target, atlas } = holding();
    lose(target, "n1", first);
    // n1 needs the entry of n2 or n3, and each of them alone is enough.
    expect(atlas.objectionToLoss(nodeId("n2"), lossOf(first))).toBeUndefined();
    lose(target, "n2", first);
    expect(atlas.objectionToLoss(nodeId("n3"), lossOf(first))).toBeDefined();
    expect(atlas.objectionToLoss(nodeId("n3"), lossOf(second))).toBeUndefined();
  });

  test("and a copy does not count whose node may not know that it belongs to its log", () => {
    const { target, atlas } = holding();
    expect(atlas.objectionToLoss(nodeId("n1"), { ...lossOf(), isObscure: true })).toBeUndefined();
    target.node("n1").held = { ...holdings([]), lacks: undefined };
    lose(target, "n2", first);
    expect(atlas.objectionToLoss(nodeId("n3"), lossOf(first))).toBeDefined();
  });

  test("a minority may lose more than it can get back", () => {
    const { target, atlas } = holding(5);
    for (const name of ["n1", "n2"]) loseAll(target, name);
    expect(atlas.objectionToLoss(nodeId("n3"), lossOf(first))).toBeUndefined();
    expect(
      atlas.objectionToLoss(nodeId("n3"), { ...lossOf(first), isObscure: true }),
    ).toBeDefined();
    target.node("n4").life = "down";
    target.node("n4").whole = false;
    expect(atlas.objectionToLoss(nodeId("n3"), lossOf(first))).toBeDefined();
  });

  test.each<[string, Loss]>([
    ["entries of two terms side by side", lossOf(second, third)],
    ["what tells the node which log it had", { ...lossOf(first), isObscure: true }],
    ["a snapshot that no other disk has", { ...lossOf(), snapshot: 3 }],
    ["an entry that no other disk has", lossOf(entry(4, 2))],
  ])("but not %s", (_what, loss) => {
    const { target, atlas } = holding();
    loseAll(target, "n1");
    expect(atlas.objectionToLoss(nodeId("n2"), lossOf(first, second))).toBeUndefined();
    expect(atlas.objectionToLoss(nodeId("n2"), loss)).toBeDefined();
  });

  test("and of a snapshot if an intact one reaches as far", () => {
    const { target, atlas } = holding();
    loseAll(target, "n1");
    target.node("n3").held = { ...holdings([first, second, third]), snapshot: 2 };
    expect(atlas.objectionToLoss(nodeId("n2"), { ...lossOf(), snapshot: 2 })).toBeUndefined();
    expect(atlas.objectionToLoss(nodeId("n2"), { ...lossOf(), snapshot: 3 })).toBeDefined();
  });

  test("only while no change of the membership is in progress or requested", () => {
    const { target, atlas } = holding();
    lose(target, "n1", first);
    const mayBeLost = (): boolean =>
      atlas.objectionToLoss(nodeId("n2"), lossOf(second)) === undefined;
    expect(mayBeLost()).toBe(true);
    const stays = atlas.expectRemoval(nodeId("n3"));
    expect(mayBeLost()).toBe(false);
    stays();
    target.joined = [...target.joined, initialMembership(target.nodes.slice(0, 2))];
    expect(mayBeLost()).toBe(false);
  });

  test("but wiped disks are lost, by majority", () => {
    const { target, atlas } = holding();
    lose(target, "n1", first);
    expect(atlas.objectionToDamage(nodeId("n2"))).toBeDefined();
    target.node("n1").uid = 7;
    // A disk that is no member's has no copy that counts.
    expect(atlas.objectionToLoss(nodeId("n2"), lossOf(second))).toBeUndefined();
    lose(target, "n2", second);
    expect(atlas.objectionToLoss(nodeId("n3"), lossOf(second))).toBeDefined();
  });
});

/** A node cannot know any more what it had. */
function loseAll(target: FakeTarget, name: string): void {
  target.node(name).whole = false;
  target.node(name).held = { ...holdings([]), lacks: undefined };
}

function entry(at: number, of: number): LogPosition {
  return { index: index(at), term: term(of) };
}

function lossOf(...entries: readonly LogPosition[]): Loss {
  return { entries, snapshot: 0, isObscure: false };
}

function holdings(entries: readonly LogPosition[]): Holdings {
  return { entries: new Set(entries.map(nameOf)), snapshot: 0, lacks: { entries: [], upTo: 0 } };
}

describe("a requested change counts as if it were made", () => {
  test("a voter that may leave does not count for those that stay", () => {
    const { target, atlas } = stage(3);
    const stays = atlas.expectRemoval(nodeId("n1"));
    expect(atlas.objectionToDamage(nodeId("n2"))).toBe(
      "of 2 voters at most 0 may lose a disk, and 0 are not whole",
    );
    // Whether it leaves or stays, the other two are intact.
    expect(atlas.objectionToDamage(nodeId("n1"))).toBeUndefined();
    stays();
    stays();
    expect(atlas.objectionToDamage(nodeId("n2"))).toBeUndefined();
    target.node("n1").whole = false;
    atlas.expectRemoval(nodeId("n1"));
    expect(atlas.objectionToDamage(nodeId("n2"))).toBe(
      "of 3 voters at most 1 may lose a disk, and 1 are not whole",
    );
  });

  test("two voters that each may leave may not both leave", () => {
    const { target, atlas } = stage(4);
    target.node("n4").whole = false;
    expect(atlas.objectionToRemoval(nodeId("n1"))).toBeUndefined();
    atlas.expectRemoval(nodeId("n2"));
    expect(atlas.objectionToRemoval(nodeId("n1"))).toBe(
      "without n1 only 1 of 2 voters would be whole",
    );
  });

  test("a learner whose promotion was requested may become a voter before its loss is known", () => {
    const { target, atlas } = stage(4);
    const [n1, n4] = [nodeId("n1"), nodeId("n4")];
    const learning = { ...initialMembership(target.nodes.slice(0, 3)), learners: [n4] };
    target.joined = [{ ...learning, promotions: [{ node: n4, replaces: undefined }] }];
    expect([atlas.objectionToDamage(n1), atlas.objectionToDamage(n4)]).toEqual([
      undefined,
      undefined,
    ]);
    target.wipe(n4);
    expect(atlas.objectionToDamage(n1)).toBe(
      "of 4 voters at most 1 may lose a disk, and 1 are not whole",
    );
    target.joined = [learning];
    expect(atlas.objectionToDamage(n1)).toBeUndefined();
  });

  test("therefore it is spared if a single voter has all entries", () => {
    const { target, atlas } = stage(2);
    const [n1, n2] = [nodeId("n1"), nodeId("n2")];
    const learning = { ...initialMembership([n1]), learners: [n2] };
    target.joined = [learning];
    expect(atlas.objectionToDamage(n2)).toBeUndefined();
    target.joined = [{ ...learning, promotions: [{ node: n2, replaces: undefined }] }];
    expect(atlas.objectionToDamage(n2)).toBe(
      "of 2 voters at most 0 may lose a disk, and 0 are not whole",
    );
  });
});

describe("voters are removed only while a majority of the rest is intact", () => {
  test.each([
    [1, [], "n1 is the only voter"],
    [2, [], undefined],
    [3, ["n2"], "without n1 only 1 of 2 voters would be whole"],
    [4, ["n2"], undefined],
    [4, ["n2", "n3"], "without n1 only 1 of 3 voters would be whole"],
  ])("of %i, %j not whole", (count, notWhole, reason) => {
    const { target, atlas } = stage(count);
    for (const name of notWhole) target.node(name).whole = false;
    expect(atlas.objectionToRemoval(nodeId("n1"))).toBe(reason);
  });
});

describe("with leases", () => {
  test("the rates of any two clocks stay within the bound", () => {
    const { target, atlas } = stage(3, 0.1);
    expect(atlas.objectionToDrift(nodeId("n1"), 1.1)).toBeUndefined();
    expect(atlas.objectionToDrift(nodeId("n1"), 1.11)).toBeDefined();
    const end = target.clock(nodeId("n2")).beginDrift(0.95);
    expect(atlas.objectionToDrift(nodeId("n1"), 1.1)).toBeDefined();
    expect(atlas.objectionToDrift(nodeId("n1"), 1.04)).toBeUndefined();
    end();
    expect(atlas.objectionToDrift(nodeId("n1"), 1.1)).toBeUndefined();
  });

  test("no clock jumps back", () => {
    const { atlas } = stage(3, 0.1);
    expect(atlas.objectionToJump(-1)).toBe("leases rest on clocks that do not go back");
    expect(atlas.objectionToJump(1000)).toBeUndefined();
  });

  test("without leases clocks are free", () => {
    const { atlas } = stage(3);
    expect([atlas.objectionToDrift(nodeId("n1"), 10), atlas.objectionToJump(-1000)]).toEqual([
      undefined,
      undefined,
    ]);
  });
});
