/** Reads of a client: without log entries or a session, repeated as often as needed (dissertation 6.4). */
import type { NodeId } from "@kontiki/core";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  Client,
  type ClientEffect,
  type ReadOptions,
} from "../../../packages/actors/src/client/client.ts";
import { decode, encode } from "../../../packages/actors/src/bytes/codec.ts";
import { answers } from "../support/answers.ts";
import { encodeCommand, headerOf } from "../../../packages/actors/src/sessions/command.ts";
import { CLIENT, n1, n2, n3, NODES } from "../support/actors.ts";
import { Chance } from "../../core/support/chance.ts";

const TIMES = { attemptMs: 100, backoffMs: 10 };
const OK = Uint8Array.of(1);
const LINEARIZABLE = { consistency: "linearizable" } as const;

function newClient(): Client {
  return new Client(CLIENT, NODES, TIMES);
}

function ask(client: Client, text: string, options: ReadOptions = LINEARIZABLE): number {
  return client.read(encodeCommand(text), options, 1000);
}

/** A client's effects: which node is asked what in which parcel, and how reads ended. */
function readable(effects: readonly ClientEffect[]): unknown[] {
  return effects.map((effect) => {
    switch (effect.type) {
      case "settleRead":
        return { read: effect.read, ...effect.end };
      case "sendRead":
        return { to: effect.to, parcel: effect.parcel, asks: effect.questions.map(decode) };
      case "send":
        return { to: effect.to, proposes: effect.commands.map((one) => headerOf(one).sequence) };
      default:
        return effect;
    }
  });
}

/** A client that has asked n2 "a" and "b" in parcel 1 at time 0. */
function askedClient(options?: ReadOptions): Client {
  const client = newClient();
  ask(client, "a", options);
  ask(client, "b", options);
  expect(readable(client.flush(0))).toEqual([{ to: n2, parcel: 1, asks: ["a", "b"] }]);
  return client;
}

describe("queries of one flush", () => {
  test("are sent together to one node, and answered together, in order", () => {
    const client = askedClient();
    const [first, second] = [Uint8Array.of(1), Uint8Array.of(2)];
    expect(readable(client.readAnswered(1, [first, second], 0))).toEqual([
      { read: 1, type: "answered", result: first },
      { read: 2, type: "answered", result: second },
    ]);
    expect(client.pending).toBe(0);
    expect(client.readAnswered(1, [first, second], 0)).toEqual([]);
  });

  test("go to the leader, or to the named node, each kind in a separate parcel", () => {
    const client = newClient();
    client.leaderIs(n1, 0);
    ask(client, "a");
    ask(client, "b", { consistency: "stale", node: n3 });
    ask(client, "c", { consistency: "lease" });
    ask(client, "d", { consistency: "linearizable", node: n1 });
    const effects = client.flush(0);
    expect(readable(effects)).toEqual([
      { to: n1, parcel: 1, asks: ["a", "d"] },
      { to: n3, parcel: 2, asks: ["b"] },
      { to: n1, parcel: 3, asks: ["c"] },
    ]);
    expect(effects).toMatchObject([
      { consistency: "linearizable" },
      { consistency: "stale" },
      { consistency: "lease" },
    ]);
  });

  test("fill parcels of 1 MiB at most", () => {
    const client = newClient();
    for (const text of ["x".repeat(700_000), "y".repeat(700_000), "z"]) ask(client, text);
    const sizes = client
      .flush(0)
      .map((effect) => (effect.type === "sendRead" ? effect.questions.length : 0));
    expect(sizes).toEqual([1, 2]);
  });
});

describe("a query is sent again", () => {
  const again = (to: NodeId): unknown[] => [{ to, parcel: 2, asks: ["a", "b"] }];

  test("at once to the leader that a rejection names, and later queries go there, too", () => {
    const client = askedClient();
    expect(readable(client.readRefused(1, n1, 0))).toEqual(again(n1));
    ask(client, "c");
    expect(readable(client.flush(0))).toEqual([{ to: n1, parcel: 3, asks: ["c"] }]);
  });

  test("to the next node after a pause, when the rejection names no node or its sender", () => {
    for (const named of [undefined, n2]) {
      const client = askedClient();
      expect(readable(client.readRefused(1, named, 0))).toEqual([]);
      expect(readable(client.tick(9))).toEqual([]);
      expect(readable(client.tick(10))).toEqual(again(n3));
    }
  });

  test("to the named node only, after a pause", () => {
    const client = askedClient({ consistency: "linearizable", node: n2 });
    client.readRefused(1, n1, 0);
    expect(readable(client.tick(9))).toEqual([]);
    expect(readable(client.tick(10))).toEqual(again(n2));
  });

  test("without delaying other queries during its pause", () => {
    const client = askedClient({ consistency: "stale", node: n2 });
    client.readRefused(1, undefined, 0);
    ask(client, "c", { consistency: "stale", node: n3 });
    expect(readable(client.flush(0))).toEqual([{ to: n3, parcel: 2, asks: ["c"] }]);
  });

  test("when a mailbox is full, after a pause", () => {
    const client = askedClient({ consistency: "stale", node: n2 });
    client.busy(1, 0);
    expect(readable(client.tick(10))).toEqual(again(n2));
  });

  test("when its node died, after a pause", () => {
    const client = askedClient();
    client.nodeDied(n2, 0);
    expect(readable(client.tick(9))).toEqual([]);
    expect(readable(client.tick(10))).toEqual(again(n3));
  });

  test("when another node leads, at once; unless the read may be stale, or its node was named", () => {
    expect(readable(askedClient().leaderIs(n1, 0))).toEqual(again(n1));
    expect(askedClient({ consistency: "stale" }).leaderIs(n1, 0)).toEqual([]);
    expect(askedClient({ consistency: "lease", node: n2 }).leaderIs(n1, 0)).toEqual([]);
  });

  test("when no answer arrived, after longer and longer waits", () => {
    const client = askedClient();
    const sendings: number[] = [];
    for (let now = 0; now < 1000; now += 10)
      for (const effect of client.tick(now)) if (effect.type === "sendRead") sendings.push(now);
    expect(sendings).toEqual([100, 300, 700]);
  });

  test("but not because of a late result of an earlier attempt", () => {
    const client = askedClient();
    client.leaderIs(n1, 0);
    expect(client.readRefused(1, n3, 0)).toEqual([]);
    expect(client.tick(10)).toEqual([]);
  });

  test("when its parcel is answered with too few results", () => {
    const client = askedClient();
    expect(client.readAnswered(1, [OK], 0)).toEqual([]);
    expect(readable(client.tick(100))).toEqual(again(n3));
  });

  test("and an answer to an earlier attempt is accepted", () => {
    const client = askedClient();
    client.leaderIs(n1, 0);
    expect(readable(client.readAnswered(1, [OK, OK], 0))).toMatchObject([{ read: 1 }, { read: 2 }]);
    expect(client.pending).toBe(0);
    expect(client.tick(500)).toEqual([]);
  });
});

describe("a query without an answer ends as definitelyNot: it had no effect", () => {
  const ended = (why: string): unknown[] =>
    [1, 2].map((read) => ({ read, type: "definitelyNot", reason: why }));

  test.each<[string, (client: Client) => unknown, string]>([
    ["no answer arrived", () => undefined, "no answer came before the deadline"],
    ["it was rejected", (client) => client.readRefused(1, undefined, 0), "n2 could not answer it"],
    ["its node died", (client) => client.nodeDied(n2, 0), "n2 went down"],
    ["its node was busy", (client) => client.busy(1, 0), "n2 was busy"],
  ])("at its deadline: %s", (_title, happen, why) => {
    const client = askedClient({ consistency: "linearizable", node: n2 });
    happen(client);
    expect(readable(client.tick(1000))).toEqual(ended(why));
    expect(client.pending).toBe(0);
  });

  test("when the cluster stops", () => {
    expect(readable(askedClient().unavailable("gone"))).toEqual(ended("gone"));
  });

  test("without being sent, when its deadline passed before", () => {
    const client = newClient();
    client.read(encodeCommand("a"), LINEARIZABLE, 0);
    const reason = "its deadline came before it was sent";
    expect(readable(client.flush(0))).toEqual([{ read: 1, type: "definitelyNot", reason }]);
  });

  test("in a cluster without nodes", () => {
    const client = new Client(CLIENT, [], TIMES);
    ask(client, "a");
    expect(client.flush(0)).toEqual([]);
    expect(readable(client.tick(1000))).toMatchObject([{ read: 1, type: "definitelyNot" }]);
  });
});

describe("a state machine that answers no queries gets them as commands", () => {
  const NONE = encode([3]);

  test("whose answer ends the read", () => {
    const client = askedClient();
    client.leaderIs(n2, 0);
    expect(readable(client.readAnswered(1, [NONE, OK], 0))).toEqual([
      { read: 2, type: "answered", result: OK },
      { to: n2, proposes: [0, 1] },
    ]);
    expect(readable(client.answered(answers([1], [OK]), 0))).toEqual([
      { read: 1, type: "answered", result: OK },
    ]);
  });

  test("and without an answer the outcome is certain: the query had no effect", () => {
    const client = askedClient();
    client.readAnswered(1, [NONE, OK], 0);
    expect(readable(client.tick(1000))).toEqual([
      { read: 1, type: "definitelyNot", reason: "no answer came before the deadline" },
    ]);
  });
});

test("whatever happens, each query ends once, is answered only by the right node, and never ends as unknown", () => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const chance = new Chance(seed);
      const client = newClient();
      const problems: string[] = [];
      const ends = new Map<number, string>();
      const named = new Map<number, NodeId | undefined>();
      const asked = new Map<number, { readonly to: NodeId; readonly size: number }>();
      let [now, answering] = [0, n1 as NodeId];
      const perform = (effects: readonly ClientEffect[]): void => {
        for (const effect of effects) {
          if (effect.type === "sendRead")
            asked.set(effect.parcel, { to: effect.to, size: effect.questions.length });
          if (effect.type !== "settleRead") continue;
          const { read, end } = effect;
          if (ends.has(read)) problems.push(`${read} ended twice`);
          ends.set(read, end.type);
          const due = named.get(read);
          if (end.type === "answered" && due !== undefined && due !== answering)
            problems.push(`${read} was for ${due}`);
        }
      };
      for (let steps = 0; steps < 120; steps += 1) {
        now += chance.below(20);
        const [parcel, { to, size }] = chance.pick([...asked]) ?? [0, { to: n1, size: 0 }];
        const node = chance.pick(NODES) ?? n1;
        const what = chance.below(9);
        if (what < 3) {
          const consistency = chance.pick(["linearizable", "lease", "stale"] as const) ?? "lease";
          const options = { consistency, node: chance.below(3) === 0 ? node : undefined };
          const read = client.read(encodeCommand("q"), options, now + chance.below(300));
          named.set(read, options.node);
          perform(client.flush(now));
        } else if (what === 3) perform(client.tick(now));
        else if (what === 4) perform(client.leaderIs(node, now));
        else if (what === 5) client.nodeDied(node, now);
        else if (what === 6) perform(client.readRefused(parcel, chance.pick(NODES), now));
        else if (what === 7) client.busy(parcel, now);
        else {
          answering = to;
          perform(client.readAnswered(parcel, Array<Uint8Array>(size).fill(OK), now));
        }
      }
      perform(client.tick(now + 1000));
      expect(problems).toEqual([]);
      expect(client.pending).toBe(0);
      expect([...ends.keys()].sort((a, b) => a - b)).toEqual([...named.keys()]);
    }),
    { seed: 64, numRuns: 200 },
  );
});
