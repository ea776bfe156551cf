import { clientAddress } from "@kontiki/actors/node";
import { initialMembership, nodeId } from "@kontiki/core";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Chance } from "../../../packages/testing/src/chance.ts";
import { drawFaults } from "../../../packages/testing/src/plan/draw-faults.ts";
import { majority } from "../../../packages/core/src/quorum.ts";
import type { FaultAction } from "../../../packages/testing/src/scenario/fault.ts";
import { NemesisStage } from "../support/nemesis-stage.ts";
import { FAULT_TYPES } from "../../../packages/testing/src/scenario/faults/table.ts";
import { scenarioWith } from "../support/scenarios.ts";

/** Which letters between three nodes and a client are lost while a fault is in force. */
function hearing(action: FaultAction): { told: string[]; lost: string[] } {
  const stage = new NemesisStage(3);
  const { target } = stage;
  stage.perform(action);
  const ends = [...target.nodes, clientAddress(1)];
  const all = ends.flatMap((from) =>
    ends.filter((to) => to !== from).map((to) => [from, to] as const),
  );
  for (const [from, to] of all)
    target.network.send({ from, to, incarnation: 1, bytes: new Uint8Array(1) });
  target.timeline.advance(10);
  const names = all.map(([from, to]) => `${from}>${to}`);
  return { told: target.take(), lost: names.filter((name) => !target.arrived.includes(name)) };
}

describe("the network", () => {
  test.each<[string, FaultAction, string, string[]]>([
    [
      "a partition",
      { type: "partition", shape: "isolate", node: "leader" },
      "partition began: n1",
      ["n1>n2", "n1>n3", "n2>n1", "n3>n1"],
    ],
    [
      "groups",
      { type: "partition", shape: "groups", groups: [["n1", "n2"]] },
      "partition began: n1 n2 n3",
      ["n1>n3", "n2>n3", "n3>n1", "n3>n2"],
    ],
    [
      "groups that name a client",
      {
        type: "partition",
        shape: "groups",
        groups: [
          ["n1", "client/1"],
          ["n2", "n3"],
        ],
      },
      "partition began: n1 client/1",
      [
        "n1>n2",
        "n1>n3",
        "n2>n1",
        "n2>client/1",
        "n3>n1",
        "n3>client/1",
        "client/1>n2",
        "client/1>n3",
      ],
    ],
    ["what one node sends", { type: "oneWay", from: "n1" }, "oneWay began: n1", ["n1>n2", "n1>n3"]],
    ["what one node hears", { type: "oneWay", to: "n1" }, "oneWay began: n1", ["n2>n1", "n3>n1"]],
    [
      "one way",
      { type: "oneWay", from: "client/1", to: "n2" },
      "oneWay began: client/1 n2",
      ["client/1>n2"],
    ],
    [
      "loss at one",
      { type: "loss", share: 1, node: "n3" },
      "loss began: n3",
      ["n1>n3", "n2>n3", "n3>n1", "n3>n2", "n3>client/1", "client/1>n3"],
    ],
  ])("%s", (_title, action, told, lost) => {
    expect(hearing(action)).toEqual({ told: [`0 ${told}`], lost });
  });

  test("a count tells whether a partition cut the leader off from its majority", () => {
    for (const [node, name] of [
      ["n1", "partition.leaderInMinority"],
      ["n2", "partition.leaderInMajority"],
    ] as const) {
      const stage = new NemesisStage(3);
      stage.perform({ type: "partition", shape: "isolate", node });
      expect(stage.target.counters.toRecord()).toEqual({ "began.partition": 1, [name]: 1 });
    }
  });

  test("a swizzle clogs some nodes one by one, and unclogs all of them", () => {
    const stage = new NemesisStage(5);
    const { target } = stage;
    stage.perform({ type: "swizzle" }, 1000);
    let most = 0;
    for (let ms = 0; ms < 1000; ms += 10) {
      for (const to of target.nodes)
        target.network.send({
          from: clientAddress(1),
          to,
          incarnation: 0,
          bytes: new Uint8Array(1),
        });
      target.arrived.length = 0;
      target.timeline.advance(5);
      most = Math.max(most, 5 - target.arrived.length);
      target.timeline.advance(5);
    }
    expect(most).toBeGreaterThan(1);
    target.timeline.advance(10);
    expect(target.counters.of("letters.delivered")).toBe(500);
    expect(target.take().map((line) => line.split(":")[0])).toEqual([
      "0 swizzle began",
      expect.stringMatching(/^\d+ swizzle ended$/),
    ]);
  });
});

describe("disks", () => {
  test("a stall lasts for its time", () => {
    const stage = new NemesisStage(3);
    const told = stage.story({ type: "stallDisk", node: "n2" }, 100, 99);
    expect(stage.target.disk(nodeId("n2")).syncMs()).toBe(Number.POSITIVE_INFINITY);
    stage.target.timeline.advance(1);
    expect(stage.target.disk(nodeId("n2")).syncMs()).toBe(2);
    expect([...told, ...stage.target.take()]).toEqual([
      "0 stallDisk began: n2",
      "100 stallDisk ended",
    ]);
  });

  test("bit rot is found at the end, when the disk is read again", () => {
    const stage = new NemesisStage(3);
    expect(stage.story({ type: "bitRot", node: "n2", what: "log" }, 100, 200)).toEqual([
      "0 bitRot began: n2",
      "100 crash n2: its disk is read again",
      "100 start n2",
      "100 bitRot ended",
    ]);
  });

  test("a write lands at the wrong place while the fault lasts, and its node counts as damaged from the beginning", () => {
    const stage = new NemesisStage(3);
    stage.perform({ type: "misdirect", node: "n2" }, 100);
    stage.perform({ type: "wipe", node: "n1" });
    stage.target.write("n2");
    stage.target.timeline.advance(100);
    expect(stage.target.take()).toEqual([
      "0 misdirect began: n2",
      "0 wipe skipped: of 3 voters at most 1 may lose a disk, and 1 are not whole",
      "100 crash n2: its disk is read again",
      "100 start n2",
      "100 misdirect ended",
    ]);
  });

  test("of several nodes only those are wiped that the atlas allows", () => {
    const stage = new NemesisStage(5);
    const told = stage.story({ type: "wipe", node: "all" }, undefined, 10);
    expect(told).toEqual(["0 wipe began: n1", "0 wipe n1", "0 wipe n2", "0 wipe ended"]);
    expect(stage.story({ type: "wipe", node: "n3" }, undefined, 10)).toEqual([
      "10 wipe skipped: of 5 voters at most 2 may lose a disk, and 2 are not whole",
    ]);
  });

  test("no disk is damaged that its node has not read since it started", () => {
    const stage = new NemesisStage(3);
    stage.target.node(nodeId("n1")).hasRead = false;
    stage.perform({ type: "bitRot", node: "n1", what: "log" });
    stage.perform({ type: "scatter", node: "n1", ranges: 2 });
    const why = "n1 does not run, or has not read its disk";
    expect(stage.target.take()).toEqual([`0 bitRot skipped: ${why}`, `0 scatter skipped: ${why}`]);
  });

  test("swapped disks are refused and swapped back, even if nodes crash meanwhile", () => {
    const stage = new NemesisStage(2);
    stage.perform({ type: "swapDisks", node: "n1" });
    stage.perform({ type: "crashAll", kept: "torn", mail: true, downMs: 20 });
    stage.perform({ type: "wipe", node: "n1" });
    stage.target.timeline.advance(200);
    expect(stage.target.take()).toEqual([
      "0 swapDisks began: n1 n2",
      "0 crash n1: its disk is taken out",
      "0 crash n2: its disk is taken out",
      "0 swap n1 n2",
      "0 start n1: refused",
      "0 start n2: refused",
      "0 crashAll began: n1 n2",
      "0 crash n1 torn: all crash",
      "0 crash n2 torn: all crash",
      "0 wipe skipped: n1 does not run",
      "20 crashAll ended",
      "100 swap n1 n2",
      "100 start n1",
      "100 start n2",
      "100 swapDisks ended",
    ]);
    expect(stage.target.counters.of("swap.refused")).toBe(2);
  });

  test("swapped disks stay swapped until both nodes have looked at them", () => {
    const stage = new NemesisStage(2);
    stage.target.looksMs = 250;
    stage.perform({ type: "swapDisks", node: "n1" });
    stage.target.timeline.advance(400);
    expect(stage.target.take().filter((line) => /swap/.test(line))).toEqual([
      "0 swapDisks began: n1 n2",
      "0 swap n1 n2",
      "300 swap n1 n2",
      "300 swapDisks ended",
    ]);
    expect(stage.target.counters.of("swap.refused")).toBe(2);
  });

  test("disks that nodes did not look at before the faults ended count neither way", () => {
    const stage = new NemesisStage(2);
    stage.target.looksMs = Infinity;
    stage.perform({ type: "swapDisks", node: "n1" });
    stage.target.timeline.advance(20_000);
    expect(stage.target.take().at(-1)).toBe("10100 swapDisks ended");
    const { counters } = stage.target;
    expect([counters.of("swap.refused"), counters.of("swap.accepted")]).toEqual([0, 0]);
  });
});

describe("processes", () => {
  test("a crash: the node is down for `downMs`, whatever `for` is", () => {
    const stage = new NemesisStage(3);
    const action = { type: "crash", node: "leader", kept: "some", downMs: 50 } as const;
    expect(stage.story(action, 10, 100)).toEqual([
      "0 crash began: n1",
      "0 crash n1 some: it crashes",
      "50 start n1",
      "50 crash ended",
    ]);
    expect(stage.target.counters.of("fell.leader")).toBe(1);
  });

  test("a crash at a point happens when the node reaches it", () => {
    const stage = new NemesisStage(3);
    stage.perform({ type: "crash", node: "n2", point: "inApply", downMs: 50 });
    stage.target.timeline.advance(12);
    stage.target.crash(nodeId("n2"), "in apply", undefined);
    stage.target.timeline.advance(100);
    expect(stage.target.take()).toEqual([
      "0 crash began: n2",
      "0 arm n2 inApply",
      "12 crash n2: in apply",
      "15 disarm n2",
      "65 disarm n2",
      "65 start n2",
      "65 crash ended",
    ]);
    expect(stage.target.counters.of("fell.inApply")).toBe(1);
  });

  test("a crash at a point that the node does not reach is cancelled", () => {
    const stage = new NemesisStage(3);
    const action = { type: "crash", node: "n2", point: "inCompaction", downMs: 50 } as const;
    expect(stage.story(action, undefined, 6000)).toEqual([
      "0 crash began: n2",
      "0 arm n2 inCompaction",
      "5000 disarm n2",
      "5000 crash ended",
    ]);
    expect(stage.target.counters.of("fell.inCompaction")).toBe(0);
  });

  test("a crash loop", () => {
    const stage = new NemesisStage(3);
    expect(stage.story({ type: "crashLoop", node: "n2", downMs: 10 }, 25, 100)).toEqual([
      "0 crashLoop began: n2",
      "0 crash n2: it crashes again and again",
      "10 start n2",
      "20 crash n2: it crashes again and again",
      "25 start n2",
      "25 crashLoop ended",
    ]);
  });

  test("a node that two faults hold continues when both have released it", () => {
    const stage = new NemesisStage(3);
    stage.perform({ type: "stop", node: "n2", downMs: 100 });
    stage.perform({ type: "crashAll", kept: "nothing", mail: true, downMs: 30 });
    const end = stage.perform({ type: "pause", node: "n3" });
    stage.target.timeline.advance(50);
    stage.perform({ type: "pause", node: "n3" }, 10);
    const endOther = stage.perform({ type: "pause", node: "n3" });
    stage.target.timeline.advance(20);
    endOther();
    endOther();
    end();
    stage.target.timeline.advance(100);
    expect(stage.target.take().filter((line) => !/began|ended/.test(line))).toEqual([
      "0 stop n2",
      "0 crash n1 nothing: all crash",
      "0 crash n3 nothing: all crash",
      "0 pause skipped: n3 does not run",
      "30 start n1",
      "30 start n3",
      "50 pause n3",
      "50 pause n3",
      "70 resume n3",
      "100 start n2",
    ]);
  });
});

describe("clocks", () => {
  test("drift, step and strobe", () => {
    const stage = new NemesisStage(3);
    const { target } = stage;
    const nowMs = (): number => target.clock(nodeId("n1")).nowMs();
    stage.perform({ type: "drift", node: "n1", rate: 2 }, 100);
    target.timeline.advance(150);
    expect(nowMs()).toBe(250);
    stage.perform({ type: "step", node: "n1", ms: -50 }, 100);
    expect(nowMs()).toBe(200);
    stage.perform({ type: "strobe", node: "n1", ms: 1000, everyMs: 10 }, 25);
    const seen = [nowMs()];
    for (const ms of [10, 10, 10]) {
      target.timeline.advance(ms);
      seen.push(nowMs());
    }
    expect(seen).toEqual([1200, 210, 1220, 230]);
    expect(target.take()).toEqual([
      "0 drift began: n1",
      "100 drift ended",
      "150 step began: n1",
      "150 step ended",
      "150 strobe began: n1",
      "175 strobe ended",
    ]);
  });
});

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

test("whatever is drawn, at most a minority is damaged at any time, and in the end nothing is left of the faults", () => {
  const met = new Set<string>();
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 7 }), fc.nat(), (nodes, seed) => {
      const nemesis = {
        faults: FAULT_TYPES,
        swarm: true,
        everyMs: [50, 200] as const,
        lastMs: [100, 1000] as const,
      };
      const scenario = scenarioWith(nemesis, { nodes, durationMs: 5000 });
      const stage = new NemesisStage(nodes, seed);
      const { target } = stage;
      const chance = new Chance(seed);
      const check = (): void => {
        const good = target
          .membership()
          .voters.filter((node) => target.isIntact(node) && !target.disk(node).isDamaged);
        expect(good.length).toBeGreaterThanOrEqual(majority(target.membership().voters.length));
      };
      drawFaults(scenario, chance).forEach((fault, id) => {
        target.timeline.after(fault.at, () => {
          stage.nemesis.perform({ ...fault, id });
          check();
          for (const node of target.nodes) if (target.isRunning(node)) target.write(node);
          check();
          // From time to time a node is intact again.
          const node = chance.pick(target.nodes);
          if (node !== undefined && !target.disk(node).isDamaged) target.node(node).whole = true;
        });
      });
      target.timeline.advance(5000);
      stage.nemesis.endAll();
      for (const name of Object.keys(target.counters.toRecord())) met.add(name);
      target.take();
      target.timeline.advance(20_000);
      for (const node of target.nodes) {
        const { life, paused, clock, disk } = target.node(node);
        expect([life, paused, clock.rate, disk.syncMs(), disk.isDamaged]).toEqual([
          "running",
          false,
          1,
          2,
          false,
        ]);
        disk.create("new", new Uint8Array(10_000));
      }
      target.arrived.length = 0;
      for (const to of target.nodes)
        for (const from of target.nodes)
          target.network.send({ from, to, incarnation: 1, bytes: new Uint8Array(1) });
      target.timeline.advance(1);
      expect(target.arrived).toHaveLength(target.nodes.length ** 2);
    }),
    { numRuns: 150 },
  );
  const never = FAULT_TYPES.filter(
    (type) => !met.has(`began.${type}`) || !met.has(`ended.${type}`),
  );
  // Nothing is committed in this cluster, so it has no learner.
  expect(never).toEqual(["promote"]);
});
