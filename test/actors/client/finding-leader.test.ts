/** Which node a client sends its proposals to, and after which wait. */
import { describe, expect, test } from "vitest";
import { Client } from "../../../packages/actors/src/client/client.ts";
import { encodeCommand } from "../../../packages/actors/src/sessions/command.ts";
import { CLIENT, n1, n2, n3 } from "../support/actors.ts";
import { newClient, TIMES } from "../support/client-model.ts";
import { readable, reasons, sentClient } from "../support/client-effects.ts";

test("unanswered proposals are sent again after longer and longer waits, rejected or not", () => {
  const client = newClient();
  client.propose(encodeCommand("a"), 10_000);
  const sendings: number[] = [];
  for (let now = 0; now < 2000; now += 10) {
    for (const effect of client.tick(now)) {
      if (effect.type !== "send") continue;
      sendings.push(now);
      if (sendings.length <= 2) client.refused(effect.parcel, "notLeader", undefined, now);
    }
  }
  expect(sendings).toEqual([0, 10, 20, 120, 320, 720, 1520]);
});

describe("finding the leader", () => {
  test("without a hint, each rejection leads to the next node after a pause", () => {
    const client = sentClient();
    client.refused(1, "notLeader", undefined, 0);
    expect(readable(client.tick(9))).toEqual([]);
    expect(readable(client.tick(10))).toEqual([{ to: n3, parcel: 2, of: [1, 2] }]);
    client.refused(2, "notLeader", undefined, 10);
    expect(readable(client.tick(20))).toEqual([{ to: n1, parcel: 3, of: [1, 2] }]);
  });

  test("a rejection that names it leads there at once, and so do later proposals", () => {
    const client = sentClient();
    expect(readable(client.refused(1, "notLeader", n1, 0))).toEqual([
      { to: n1, parcel: 2, of: [1, 2] },
    ]);
    client.propose(encodeCommand("c"), 1000);
    expect(readable(client.flush(0))).toEqual([{ to: n1, parcel: 3, of: [3] }]);
  });

  test("a node that names itself in a rejection is not believed", () => {
    const client = sentClient();
    expect(readable(client.refused(1, "notLeader", n2, 0))).toEqual([]);
    expect(readable(client.tick(10))).toEqual([{ to: n3, parcel: 2, of: [1, 2] }]);
  });

  test("a full mailbox: the same leader again, after a pause", () => {
    const client = newClient();
    client.leaderIs(n3, 0);
    client.propose(encodeCommand("a"), 1000);
    client.flush(0);
    client.busy(1, 0);
    expect(readable(client.tick(9))).toEqual([]);
    expect(readable(client.tick(10))).toEqual([{ to: n3, parcel: 2, of: [1] }]);
  });

  test("a new leader gets at once what went elsewhere, and not what it already has", () => {
    const client = sentClient();
    client.refused(1, "notLeader", undefined, 0);
    expect(readable(client.leaderIs(n1, 1))).toEqual([{ to: n1, parcel: 2, of: [1, 2] }]);
    expect(readable(client.leaderIs(n1, 2))).toEqual([]);
    expect(readable(client.leaderIs(n3, 3))).toEqual([{ to: n3, parcel: 3, of: [1, 2] }]);
  });

  test("after the leader's death the next node is asked, after a pause", () => {
    const client = newClient();
    client.leaderIs(n1, 0);
    client.propose(encodeCommand("a"), 1000);
    client.flush(0);
    client.nodeDied(n1, 0);
    expect(readable(client.flush(9))).toEqual([]);
    expect(readable(client.flush(10))).toEqual([{ to: n2, parcel: 2, of: [1] }]);
  });

  test("without a known leader, the node that answers is asked from then on", () => {
    const client = newClient();
    const asked = (): unknown => {
      client.propose(encodeCommand("a"), 1000);
      return readable(client.flush(0)).map((sent) => (sent as { readonly to: unknown }).to);
    };
    expect([asked(), asked()]).toEqual([[n2], [n3]]);
    client.answeredBy(n3);
    expect([asked(), asked()]).toEqual([[n3], [n3]]);
    client.answeredBy(n1);
    expect(asked()).toEqual([n3]);
  });

  test("a leader that is silent for one attempt is not asked again", () => {
    const client = newClient();
    client.leaderIs(n1, 0);
    client.propose(encodeCommand("a"), 1000);
    client.flush(0);
    expect(readable(client.tick(99))).toEqual([]);
    expect(readable(client.tick(100))).toEqual([{ to: n2, parcel: 2, of: [1] }]);
  });

  test("a cluster without nodes: nothing is sent, and nothing is claimed", () => {
    const client = new Client(CLIENT, [], TIMES);
    client.propose(encodeCommand("a"), 10);
    expect(readable(client.flush(0))).toEqual([]);
    expect(readable(client.tick(10))).toEqual([{ settled: 1, as: "definitelyNot" }]);
  });
});

describe("a rejection by a leader that cannot accept now", () => {
  const busy = "the node that was asked was busy until the deadline";

  test.each([
    ["busy", undefined, n2, busy],
    ["busy", n1, n1, busy],
    ["transferring", undefined, n2, "leadership was being handed over until the deadline"],
    ["transferring", n3, n3, "leadership was being handed over until the deadline"],
  ] as const)("%s, naming %s: after a pause %s is asked", (reason, named, to, why) => {
    const client = sentClient();
    expect(readable(client.refused(1, reason, named, 0))).toEqual([]);
    expect(readable(client.tick(9))).toEqual([]);
    expect(readable(client.tick(10))).toEqual([{ to, parcel: 2, of: [1, 2] }]);
    client.refused(2, reason, named, 10);
    const end = { type: "definitelyNot", reason: why };
    expect(reasons(client.tick(1000))).toEqual([end, end]);
  });

  test("no leader is found: the reason says so", () => {
    const client = sentClient();
    client.refused(1, "notLeader", undefined, 0);
    const end = { type: "definitelyNot", reason: "no leader was found before the deadline" };
    expect(reasons(client.tick(1000))).toEqual([end, end]);
  });
});
