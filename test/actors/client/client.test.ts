/** What a client may report about a proposal, and when (pitfall 29). */
import { index } from "@kontiki/core";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Client, type ClientEffect } from "../../../packages/actors/src/client/client.ts";
import { spread } from "../../../packages/actors/src/client/client-effect.ts";
import {
  encodeCommand,
  openingCommand,
  sessionOf,
} from "../../../packages/actors/src/sessions/command.ts";
import { decode } from "../../../packages/actors/src/bytes/codec.ts";
import type { Slice } from "../../../packages/actors/src/bytes/slice.ts";
import type { CommandBytes } from "../../../packages/actors/src/storage/storage.ts";
import { eachCommand } from "../../../packages/actors/src/sessions/run.ts";
import { expiredResult } from "../../../packages/actors/src/sessions/result.ts";
import { CLIENT, n1, n2, n3, NODES } from "../support/actors.ts";
import { answers } from "../support/answers.ts";
import { ClientModel, newClient, sequencesOf, TIMES } from "../support/client-model.ts";
import { Chance } from "../../core/support/chance.ts";

const OK = Uint8Array.of(1);

/** A client's effects, with commands as sequence numbers. An opening command before them is left out. */
function readable(effects: readonly ClientEffect[]): unknown[] {
  return spread(effects).map((effect) => {
    switch (effect.type) {
      case "settle":
        return { settled: effect.sequence, as: effect.end.type };
      case "settleRead":
        return { read: effect.read, as: effect.end.type };
      case "send":
        return { to: effect.to, parcel: effect.parcel, of: sequencesOf(effect.commands) };
      case "sendRead": {
        const { to, parcel, consistency, questions } = effect;
        return { to, parcel, consistency, asks: questions.map(decode) };
      }
      default:
        throw new Error("a range was not spread");
    }
  });
}

/** The commands in the parcels, as session and sequence number: 0 opens the session. */
function headersOf(effects: readonly ClientEffect[]): string[] {
  const commands = effects.flatMap((effect) => (effect.type === "send" ? effect.commands : []));
  return commands.flatMap(eachCommand).map(({ client, sequence }) => `${client}/${sequence}`);
}

/** The entries that a parcel would become: the session and number of each command, and its payload. */
function runsOf(effect: ClientEffect | undefined): string[] {
  if (effect?.type !== "send") return [];
  return effect.commands.map((command) =>
    eachCommand(command)
      .map(({ client, sequence, payload }) =>
        sequence === 0 ? `${client}/0` : `${client}/${sequence} ${String(decode(payload))}`,
      )
      .join(", "),
  );
}

/** How proposals ended, with the reason. */
function reasons(effects: readonly ClientEffect[]): unknown[] {
  return spread(effects).flatMap((effect) => ("end" in effect ? [effect.end] : []));
}

/** A client that has sent proposals 1 and 2 to n2 as parcel 1 at time 0. */
function sentClient(deadline = 1000): Client {
  const client = newClient();
  client.propose(encodeCommand("a"), deadline);
  client.propose(encodeCommand("b"), deadline);
  expect(readable(client.flush(0))).toEqual([{ to: n2, parcel: 1, of: [1, 2] }]);
  return client;
}

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

describe("parcels", () => {
  const MIB = 1024 * 1024;
  const sized = (size: number): Slice => {
    return { bytes: new Uint8Array(4 + size), from: 4, to: 4 + size };
  };

  test.each([
    ["to the byte", [MIB - 100, 100, 16], [[1, 2], [3]]],
    ["one byte more", [MIB - 100, 101, 16], [[1], [2, 3]]],
    ["a larger command alone", [16, 3 * MIB, 16], [[1], [2], [3]]],
  ])("hold 1 MiB at most: %s", (_title, sizes, parcels) => {
    const client = newClient();
    for (const bytes of sizes) client.propose(sized(bytes), 1000);
    expect(readable(client.flush(0))).toEqual(
      parcels.map((of, at) => ({ to: n2, parcel: at + 1, of })),
    );
  });

  test("a rejection counts only for its own parcel", () => {
    const client = newClient();
    client.propose(sized(MIB), 1000);
    client.propose(sized(MIB), 1000);
    client.flush(0);
    client.refused(1, "notLeader", undefined, 0);
    expect(readable(client.tick(1000))).toEqual([
      { settled: 1, as: "definitelyNot" },
      { settled: 2, as: "unknown" },
    ]);
  });

  test("returned proposals are sent again in the order in which they were made", () => {
    const client = newClient();
    for (let count = 0; count < 3; count += 1) client.propose(sized(MIB), 1000);
    client.flush(0);
    client.propose(sized(16), 1000);
    client.refused(1, "notLeader", undefined, 0);
    client.busy(2, 0);
    client.refused(3, "notLeader", undefined, 0);
    expect(readable(client.tick(10))).toMatchObject([
      { of: [1] },
      { of: [2] },
      { of: [3] },
      { of: [4] },
    ]);
  });

  test("a repeat has the session and the number that it had, in whichever run it is (dissertation 6.3)", () => {
    const client = newClient();
    client.propose(encodeCommand("a"), 1000);
    const [first] = client.flush(0);
    client.propose(encodeCommand("b"), 1000);
    const [again] = client.leaderIs(n1, 1);
    expect([first, again].map(runsOf)).toEqual([
      [`${CLIENT}/0`, `${CLIENT}/1 a`],
      [`${CLIENT}/0`, `${CLIENT}/1 a, ${CLIENT}/2 b`],
    ]);
  });
});

describe("the floor: the client waits for nothing below it", () => {
  test("is the oldest proposal that has not ended whenever a command is sent", () => {
    const client = newClient();
    const sent: CommandBytes[] = [];
    const send = (): void => {
      for (const effect of client.flush(0))
        if (effect.type === "send") sent.push(...effect.commands);
    };
    const propose = (deadline: number): void => void client.propose(encodeCommand(0), deadline);
    const floorsOf = (commands: readonly CommandBytes[]): number[] =>
      commands.flatMap(eachCommand).flatMap(({ sequence, floor }) => (sequence > 0 ? [floor] : []));
    const floors = (): number[] => floorsOf(sent);
    [10, 20, 30].forEach(propose);
    send();
    client.answered(answers([2], [OK]), 0);
    propose(40);
    send();
    client.answered(answers([1], [OK]), 0);
    propose(50);
    send();
    client.tick(30);
    propose(60);
    send();
    expect(floors()).toEqual([1, 1, 1, 1, 3, 4]);
    // n1 has the fifth; the fourth and sixth went elsewhere, and go again.
    const repeats = client.leaderIs(n1, 30).flatMap((e) => (e.type === "send" ? e.commands : []));
    expect(floorsOf(repeats)).toEqual([4, 4]);
    expect(floors()).toEqual([1, 1, 1, 1, 3, 4]);
  });
});

describe("the session (dissertation 6.3)", () => {
  const SECOND = sessionOf(CLIENT, 1);
  const sent = (client: Client, ...payloads: readonly string[]): readonly ClientEffect[] => {
    for (const payload of payloads) client.propose(encodeCommand(payload), 1000);
    return client.flush(0);
  };

  test("is opened by a command before the first others, in each parcel until one of them is answered", () => {
    const client = newClient();
    expect(headersOf(sent(client, "a", "b"))).toEqual(["7/0", "7/1", "7/2"]);
    expect(headersOf(sent(client, "c"))).toEqual(["7/0", "7/3"]);
    client.answered(answers([2], [OK]), 0);
    expect(headersOf(sent(client, "d"))).toEqual(["7/4"]);
  });

  test("expired: a command attempted once is proposed under a new session, opened at the log's known index", () => {
    const client = newClient();
    sent(client, "a", "b");
    client.answered(answers([2], [OK]), 0);
    sent(client, "c");
    const expired = expiredResult(CLIENT, index(2 ** 32 + 5));
    const again = client.answered(answers([1, 3], [expired, expired]), 0);
    expect(headersOf(again)).toEqual([`${SECOND}/0`, `${SECOND}/1`, `${SECOND}/3`]);
    expect(again).toMatchObject([{ commands: [openingCommand(SECOND, 5), {}, {}] }]);
    expect(readable(client.answered(answers([1], [OK]), 0))).toEqual([
      { settled: 1, as: "answered" },
    ]);
    expect(headersOf(sent(client, "d"))).toEqual([`${SECOND}/4`]);
  });

  test("expired: a command that an earlier attempt may have applied ends as unknown, with the reason", () => {
    const client = sentClient();
    client.leaderIs(n3, 0);
    const effects = client.answered(answers([1], [expiredResult(CLIENT, index(9))]), 0);
    expect(effects).toEqual([
      {
        type: "settle",
        sequence: 1,
        end: {
          type: "unknown",
          reason: "its session has ended, and an earlier attempt may have been applied",
        },
      },
    ]);
    // The other one may be in a log with its header, so it is sent unchanged.
    expect(headersOf(client.leaderIs(n1, 1))).toEqual([`${SECOND}/0`, "7/2"]);
  });

  test("a command that all nodes rejected is sent under the new session", () => {
    const client = newClient();
    sent(client, "a");
    sent(client, "b");
    client.refused(1, "notLeader", undefined, 0);
    client.answered(answers([2], [expiredResult(CLIENT, index(9))]), 0);
    expect(headersOf(client.tick(10))).toEqual([`${SECOND}/0`, `${SECOND}/1`, `${SECOND}/2`]);
  });

  test("a duplicate answer does not count for the next attempt, nor for the next session", () => {
    const client = newClient();
    sent(client, "a");
    const expired = expiredResult(CLIENT, index(9));
    expect(headersOf(client.answered(answers([1], [expired]), 0))).toEqual([
      `${SECOND}/0`,
      `${SECOND}/1`,
    ]);
    expect(client.answered(answers([1], [expired]), 0)).toEqual([]);
    expect(headersOf(sent(client, "b"))).toEqual([`${SECOND}/0`, `${SECOND}/2`]);
  });

  test("a late answer to a command of the old session does not mean that the new one is open", () => {
    const client = newClient();
    sent(client, "a", "b");
    client.answered(answers([2], [expiredResult(CLIENT, index(9))]), 0);
    client.answered(answers([1], [OK]), 0);
    expect(headersOf(sent(client, "c"))).toEqual([`${SECOND}/0`, `${SECOND}/3`]);
  });

  test("the bytes that were sent under the old one stay as they were", () => {
    const client = newClient();
    client.propose(encodeCommand("a"), 1000);
    const [first] = client.flush(0);
    const [command] = first?.type === "send" ? first.commands.slice(1) : [];
    const before = [...(command ?? [])];
    client.answered(answers([1], [expiredResult(CLIENT, index(9))]), 0);
    expect(before).not.toEqual([]);
    expect([...(command ?? [])]).toEqual(before);
  });

  test("a client's number has the lower 40 bits of a session's number, and counts its sessions in the rest", () => {
    const client = new Client(2 ** 40 * 3 + CLIENT, NODES, TIMES);
    expect(headersOf(sent(client, "a"))).toEqual(["7/0", "7/1"]);
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
