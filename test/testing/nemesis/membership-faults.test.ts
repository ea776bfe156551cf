import { initialMembership, nodeId } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import { NemesisStage } from "../support/nemesis-stage.ts";

describe("membership", () => {
  const voters = (...names: string[]): ReturnType<typeof initialMembership>[] => [
    initialMembership(names.map(nodeId)),
  ];

  test("an addition is requested until it is made", () => {
    const stage = new NemesisStage(3);
    const { target } = stage;
    target.answer = "no leader";
    stage.perform({ type: "add" });
    target.timeline.advance(150);
    target.answer = undefined;
    target.timeline.advance(100);
    const uids = { [nodeId("n4")]: 7 };
    target.joined = voters("n1", "n2", "n3", "n4").map((each) => ({ ...each, uids }));
    target.timeline.advance(500);
    expect(target.take()).toEqual([
      "0 add n4",
      "0 change addLearner n4",
      "0 add began: n4",
      "100 change addLearner n4",
      "200 change addLearner n4",
      "300 add ended",
    ]);
  });

  test("several members come and leave in one change, and no other fault takes a new one's disk before it is made", () => {
    const stage = new NemesisStage(4);
    const { target } = stage;
    stage.perform({ type: "reshape", in: 2, out: 1 });
    target.timeline.advance(0);
    const [, , change, began] = target.take();
    const out = /remove (n\d)/.exec(change ?? "")?.[1] ?? "";
    expect([change, began]).toEqual([
      `0 change addVoter n5, addVoter n6, remove ${out}`,
      `0 reshape began: ${out} n5 n6`,
    ]);
    stage.perform({ type: "wipe", node: "n5" });
    expect(target.take()).toEqual(["0 wipe skipped: n5 is to become a voter"]);
    const left = ["n1", "n2", "n3", "n4"].filter((node) => node !== out);
    const uids = { [nodeId("n5")]: 7, [nodeId("n6")]: 7 };
    target.joined = voters(...left, "n5", "n6").map((each) => ({ ...each, uids }));
    target.timeline.advance(200);
    expect(target.take()).toEqual([`100 remove ${out}`, "100 reshape ended"]);
  });

  test("voters become learners in one change, and none of them is removed before it is made", () => {
    const stage = new NemesisStage(3);
    const { target } = stage;
    stage.perform({ type: "reshape", in: 0, out: 0, demote: 1 });
    target.timeline.advance(0);
    const [change, began] = target.take();
    const node = /addLearner (n\d)/.exec(change ?? "")?.[1] ?? "";
    expect([change, began]).toEqual([`0 change addLearner ${node}`, `0 reshape began: ${node}`]);
    stage.perform({ type: "remove", node });
    expect(target.take()).toEqual([`0 remove skipped: ${node} is to become a learner`]);
    target.joined = voters(...["n1", "n2", "n3"].filter((each) => each !== node));
    target.timeline.advance(200);
    expect(target.take()).toEqual(["100 reshape ended"]);
    stage.perform({ type: "remove", node: "n1" });
    expect(target.take()).not.toEqual(["200 remove skipped: n1 is to become a learner"]);
  });

  test("of voters only as many leave at once as may, and nothing is left of a change that is given up", () => {
    const stage = new NemesisStage(3);
    const { target } = stage;
    target.leading = undefined;
    const story = stage.story({ type: "reshape", in: 1, out: 3 }, 100, 10_000);
    const [added, began, ended, removed] = story;
    expect([added, ended, removed]).toEqual(["0 add n4", "100 reshape ended", "5100 remove n4"]);
    expect(began).toMatch(/^0 reshape began: n\d n\d n4$/);
    expect(stage.story({ type: "reshape", in: 0, out: 0 }, 100, 0)).toEqual([
      "10000 reshape skipped: no voter may come or leave",
    ]);
  });

  test("nothing is left of an addition that is given up", () => {
    const stage = new NemesisStage(3);
    stage.target.leading = undefined;
    expect(stage.story({ type: "add" }, 100, 10_000)).toEqual([
      "0 add n4",
      "0 add began: n4",
      "100 add ended",
      "5100 remove n4",
    ]);
  });

  test("all of it stays while a paused leader may still take it up", () => {
    const stage = new NemesisStage(3);
    const { target } = stage;
    const answers: ((refusal: string | undefined) => void)[] = [];
    target.change = (_changes, onEnd) => answers.push(onEnd);
    const story = stage.story({ type: "add" }, 100, 10_000);
    expect(story).toEqual(["0 add n4", "0 add began: n4", "100 add ended"]);
    for (const answer of answers) answer("the process that was asked has ended");
    target.timeline.advance(100);
    expect([answers.length, target.take()]).toEqual([1, ["10100 remove n4"]]);
  });

  test("a removed node goes when the removal is committed, but not while it has another's disk", () => {
    const stage = new NemesisStage(3);
    const { target } = stage;
    stage.perform({ type: "remove", node: "n3" });
    target.joined = [...voters("n1", "n2", "n3"), ...voters("n1", "n2")];
    target.timeline.advance(50);
    // It has left, but another leader may still bring it back.
    target.joined = [...voters("n1", "n2"), ...voters("n1", "n2", "n3")];
    target.timeline.advance(100);
    expect(target.take()).toEqual(["0 remove began: n3", "0 change remove n3"]);
    target.joined = voters("n1", "n2");
    stage.perform({ type: "swapDisks", node: "n3" });
    target.timeline.advance(400);
    const story = target.take();
    expect(story.filter((line) => /remove|swapDisks/.test(line))).toEqual([
      expect.stringMatching(/^150 swapDisks began: n3 n[12]$/),
      "200 remove ended",
      "250 swapDisks ended",
      "300 remove n3",
    ]);
  });

  describe("a deposed leader that does not know it", () => {
    test("uses an old membership: a change is not made again and again because of it", () => {
      const stage = new NemesisStage(2);
      const { target } = stage;
      const [before, after] = [target.membership(), initialMembership([nodeId("n1")])];
      target.membership = () => before;
      target.memberships = () => [after];
      target.removeNode(nodeId("n2"));
      target.take();
      expect(stage.story({ type: "shrink", to: 0 }, 150, 300)).toEqual([
        "0 shrink began: ",
        "150 shrink ended",
      ]);
    });

    test("counts voters that are gone: no fault strikes them", () => {
      const stage = new NemesisStage(3);
      const { target } = stage;
      const before = target.membership();
      target.membership = () => before;
      target.removeNode(nodeId("n1"));
      target.removeNode(nodeId("n2"));
      target.take();
      expect(stage.story({ type: "drift", rate: 2, node: "majority" }, 10, 20)).toEqual([
        "0 drift began: n3",
        "10 drift ended",
      ]);
    });
  });

  test("a leader that hands over may not hear the new one for as long as the fault lasts", () => {
    const stage = new NemesisStage(3);
    const { target } = stage;
    const arrives = (from: string, to: string): boolean => {
      const before = target.counters.of("letters.lost.oneWay");
      const letter = {
        from: nodeId(from),
        to: nodeId(to),
        incarnation: 1,
        bytes: new Uint8Array(),
      };
      target.network.send(letter);
      return target.counters.of("letters.lost.oneWay") === before;
    };
    const old = target.leading ?? "";
    const next = ["n1", "n2", "n3"].find((node) => node !== old) ?? "";
    stage.perform({ type: "transfer", node: next, deaf: true }, 100);
    expect(target.take()).toEqual([`0 transfer ${next}`, `0 transfer began: ${next}`]);
    target.timeline.advance(20);
    expect([arrives(next, old), arrives(old, next)]).toEqual([false, true]);
    target.timeline.advance(80);
    expect([target.take(), arrives(next, old)]).toEqual([["100 transfer ended"], true]);
  });

  test("impossible faults are skipped", () => {
    const stage = new NemesisStage(1);
    const { target } = stage;
    for (const action of [
      { type: "remove", node: "n1" },
      { type: "promote" },
      { type: "shrink", to: 0 },
      { type: "grow", to: 1 },
      { type: "replace", node: "n7" },
      { type: "partition", shape: "halves" },
      { type: "bitRot", node: "n1", what: "log" },
      { type: "scatter", node: "all", ranges: 2 },
      { type: "crash", node: "follower", downMs: 1 },
    ] as const)
      stage.perform(action);
    target.leading = undefined;
    stage.perform({ type: "transfer" });
    expect(target.take().map((line) => line.replace("0 ", ""))).toEqual([
      "remove skipped: n1 is the only voter",
      "promote skipped: there is no learner to promote",
      "shrink skipped: no voter may leave",
      "grow skipped: there are 1 voters",
      "replace skipped: there is no n7",
      "partition skipped: a partition needs two nodes, and there is only n1",
      "bitRot skipped: of 1 voters at most 0 may lose a disk, and 0 are not whole",
      "scatter skipped: n1 has nothing that may be damaged",
      "crash skipped: no such node runs",
      "transfer skipped: nobody leads",
    ]);
  });
});
