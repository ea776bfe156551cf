import { clientAddress } from "@kontiki/actors/node";
import { describe, expect, test } from "vitest";
import type { FaultAction } from "../../../packages/testing/src/scenario/fault.ts";
import { NemesisStage } from "../support/nemesis-stage.ts";

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
