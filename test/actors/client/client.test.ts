/** What a client may report about a proposal, and when (pitfall 29). */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Client } from "../../../packages/actors/src/client/client.ts";
import { encodeCommand } from "../../../packages/actors/src/sessions/command.ts";
import { n1, n2, n3 } from "../support/actors.ts";
import { answers } from "../support/answers.ts";
import { ClientModel, newClient } from "../support/client-model.ts";
import { Chance } from "../../core/support/chance.ts";
import { OK, readable, reasons, sentClient } from "../support/client-effects.ts";

describe("a proposal ends as definitelyNot when no parcel of it can be in a log", () => {
  test("never sent: its deadline passed while the client paused", () => {
    const client = sentClient();
    client.busy(1, 0);
    client.propose(encodeCommand("c"), 5);
    expect(readable(client.flush(4))).toEqual([]);
    expect(readable(client.tick(5))).toEqual([{ settled: 3, as: "definitelyNot" }]);
  });

  test("every parcel was rejected", () => {
    const client = sentClient();
    expect(readable(client.refused(1, "notLeader", undefined, 0))).toEqual([]);
    expect(readable(client.tick(10))).toEqual([{ to: n3, parcel: 2, of: [1, 2] }]);
    expect(readable(client.refused(2, "notLeader", n1, 10))).toEqual([
      { to: n1, parcel: 3, of: [1, 2] },
    ]);
    expect(readable(client.refused(3, "notLeader", undefined, 10))).toEqual([]);
    expect(readable(client.tick(1000))).toEqual([
      { settled: 1, as: "definitelyNot" },
      { settled: 2, as: "definitelyNot" },
    ]);
  });

  test("no parcel fit into a mailbox", () => {
    const client = sentClient();
    client.busy(1, 0);
    expect(readable(client.unavailable("over"))).toEqual([
      { settled: 1, as: "definitelyNot" },
      { settled: 2, as: "definitelyNot" },
    ]);
  });

  test.each([0, -1, 5])("its deadline has passed before it could be sent: %d", (deadline) => {
    const client = newClient();
    client.propose(encodeCommand("a"), deadline);
    expect(client.flush(5)).toEqual([
      {
        type: "settle",
        sequence: 1,
        end: { type: "definitelyNot", reason: "its deadline came before it was sent" },
      },
    ]);
    expect(client.pending).toBe(0);
  });

  test("the cluster stops before it was sent", () => {
    const client = newClient();
    client.propose(encodeCommand("a"), 1000);
    expect(client.unavailable("gone")).toEqual([
      { type: "settle", sequence: 1, end: { type: "definitelyNot", reason: "gone" } },
    ]);
    expect(client.pending).toBe(0);
  });
});

describe("a proposal ends as unknown when a parcel of it may be in a log", () => {
  const unknown = [
    { settled: 1, as: "unknown" },
    { settled: 2, as: "unknown" },
  ];

  test("sent, and no answer came", () => {
    expect(readable(sentClient().tick(1000))).toEqual(unknown);
  });

  test("sent, and the cluster stops", () => {
    expect(readable(sentClient().unavailable("gone"))).toEqual(unknown);
  });

  test.each([
    ["its node died", (client: Client): void => client.nodeDied(n2, 0)],
    ["another leads", (client: Client): unknown => client.leaderIs(n3, 0)],
    ["no answer came in time", (client: Client): unknown => client.tick(100)],
  ])("left open because %s, though every later parcel is rejected", (_title, leave) => {
    const client = sentClient();
    leave(client);
    client.tick(200);
    for (let parcel = 1; parcel < 9; parcel += 1)
      client.refused(parcel, "notLeader", undefined, 200);
    expect(readable(client.tick(1000))).toEqual(unknown);
  });

  test("an older parcel is rejected late: the newer one is still pending", () => {
    const client = sentClient();
    client.leaderIs(n3, 0);
    expect(readable(client.refused(1, "notLeader", undefined, 0))).toEqual([]);
    expect(readable(client.tick(1000))).toEqual(unknown);
  });

  test("a duplicate rejection does not count for the next parcel", () => {
    const client = sentClient();
    expect(readable(client.refused(1, "notLeader", n3, 0))).toEqual([
      { to: n3, parcel: 2, of: [1, 2] },
    ]);
    expect(readable(client.refused(1, "notLeader", n3, 0))).toEqual([]);
    expect(readable(client.tick(1000))).toEqual(unknown);
  });
});

describe("an answer", () => {
  test("ends a proposal wherever it is: sent, sent again, or back in the queue", () => {
    const client = sentClient();
    expect(readable(client.answered(answers([1], [OK]), 0))).toEqual([
      { settled: 1, as: "answered" },
    ]);
    client.nodeDied(n2, 0);
    expect(readable(client.answered(answers([2], [OK]), 0))).toEqual([
      { settled: 2, as: "answered" },
    ]);
    expect(readable(client.tick(50))).toEqual([]);
    expect(client.pending).toBe(0);
  });

  test("a second one, and one for an unknown proposal, are ignored", () => {
    const client = sentClient();
    client.answered(answers([1], [OK]), 0);
    expect(client.answered(answers([1, 9], [OK, OK]), 0)).toEqual([]);
  });

  test("after the deadline changes nothing: a proposal ends once", () => {
    const client = sentClient();
    client.tick(1000);
    expect(client.answered(answers([1, 2], [OK, OK]), 0)).toEqual([]);
  });
});

test("no node is left: what cannot be in a log ends as definitelyNot, the rest as unknown", () => {
  const client = sentClient();
  client.propose(encodeCommand("c"), 1000);
  client.read(encodeCommand("q"), { consistency: "stale" }, 1000);
  expect(reasons(client.unavailable("all nodes have failed"))).toEqual([
    { type: "unknown", reason: "all nodes have failed" },
    { type: "unknown", reason: "all nodes have failed" },
    { type: "definitelyNot", reason: "all nodes have failed" },
    { type: "definitelyNot", reason: "all nodes have failed" },
  ]);
  expect(client.pending).toBe(0);
  client.propose(encodeCommand("d"), 1000);
  expect(readable(client.flush(0))).toMatchObject([{ of: [4] }]);
});

test("whatever happens: definitelyNot is always true, unknown always justified, and each proposal ends once", () => {
  const kinds = new Map<string, number>();
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const model = new ClientModel(new Chance(seed));
      for (let steps = 0; steps < 150; steps += 1) model.step();
      model.now += 1000;
      model.perform(model.client.tick(model.now));
      expect(model.problems).toEqual([]);
      expect(model.client.pending).toBe(0);
      expect([...model.ends.keys()].sort((a, b) => a - b)).toEqual([...model.deadlines.keys()]);
      for (const { end } of model.ends.values())
        kinds.set(end.type, (kinds.get(end.type) ?? 0) + 1);
    }),
    { seed: 29, numRuns: 200 },
  );
  expect([...kinds.keys()].sort()).toEqual(["answered", "definitelyNot", "unknown"]);
});
