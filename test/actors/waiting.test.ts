import { EventEmitter } from "node:events";
import type { NodeId } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import { KontikiError } from "../../packages/actors/src/errors.ts";
import type { Life, NodeStatus, RaftStatus } from "../../packages/actors/src/status.ts";
import type { SupervisorEvents } from "../../packages/actors/src/supervisor.ts";
import { currentLeader, haveConverged, waitFor } from "../../packages/actors/src/waiting.ts";
import { n1, n2, n3 } from "../support/actors.ts";

/** What changes, and how often something looked. */
function newWorld() {
  const events = new EventEmitter<SupervisorEvents>();
  const world = {
    events,
    value: undefined as string | undefined,
    looks: 0,
    look: (): string | undefined => {
      world.looks += 1;
      return world.value;
    },
    listeners: (): number => events.listenerCount("change"),
  };
  return world;
}

describe("waiting for something", () => {
  test("that is there already: at once", async () => {
    const world = { ...newWorld(), value: "now" };
    expect(await waitFor(world.events, "it", () => world.value)).toBe("now");
    expect(world.listeners()).toBe(0);
  });

  test("looks again at each change, until it is there and no longer", async () => {
    const world = newWorld();
    const found = waitFor(world.events, "it", world.look);
    world.events.emit("change");
    world.value = "there";
    world.events.emit("change");
    world.value = "something else";
    world.events.emit("change");
    expect([await found, world.looks, world.listeners()]).toEqual(["there", 3, 0]);
  });

  test("ends when the time is over, and says what for", async () => {
    const world = newWorld();
    const found = waitFor(world.events, "a leader", world.look, { timeoutMs: 1 });
    await expect(found).rejects.toEqual(new KontikiError("a leader: not within 1 ms"));
    expect(world.listeners()).toBe(0);
  });

  test("ends with what looking throws, then or later", async () => {
    const world = newWorld();
    const broken = new Error("broken");
    let isBroken = true;
    const look = (): undefined => {
      if (isBroken) throw broken;
    };
    await expect(waitFor(world.events, "it", look)).rejects.toBe(broken);
    isBroken = false;
    const later = waitFor(world.events, "it", look);
    isBroken = true;
    world.events.emit("change");
    await expect(later).rejects.toBe(broken);
    expect(world.listeners()).toBe(0);
  });

  test("ends when it is called off, before or later", async () => {
    const world = { ...newWorld(), value: "there" };
    const reason = new Error("enough");
    const before = waitFor(world.events, "it", () => world.value, {
      signal: AbortSignal.abort(reason),
    });
    await expect(before).rejects.toBe(reason);
    const controller = new AbortController();
    const later = waitFor(world.events, "it", () => undefined, { signal: controller.signal });
    controller.abort(reason);
    await expect(later).rejects.toBe(reason);
    expect(world.listeners()).toBe(0);
  });
});

const RUNNING: Life = { type: "running" };

/** A node at rest in term 2 under n1, all of five entries applied. */
function node(id: NodeId, raft: Partial<RaftStatus> | "none" = {}, life = RUNNING): NodeStatus {
  const rest = {
    role: id === n1 ? "leader" : "follower",
    term: 2,
    leader: n1,
    commit: 5,
    last: 5,
    applied: 5,
  };
  const merged = raft === "none" ? undefined : ({ ...rest, ...raft } as RaftStatus);
  return { id, life, incarnation: 1, restarts: 0, raft: merged };
}

const raft = (fields: Record<string, unknown>): Partial<RaftStatus> => fields;

describe("who leads", () => {
  test.each<[string, NodeStatus[], NodeId | undefined]>([
    ["nobody, of no nodes", [], undefined],
    ["nobody, of nodes that have not spoken", [node(n1, "none")], undefined],
    ["the one who says so", [node(n2), node(n1), node(n3)], n1],
    [
      "of two, the one of the later term",
      [node(n1), node(n2, raft({ role: "leader", term: 3 }))],
      n2,
    ],
    ["nobody, once a later term is known", [node(n1), node(n2, raft({ term: 3 }))], undefined],
    ["nobody, while all are candidates", [node(n2, raft({ role: "candidate" }))], undefined],
  ])("%s", (_title, nodes, leader) => {
    expect(currentLeader(nodes)).toBe(leader);
  });
});

describe("whether all nodes agree", () => {
  const stopped: Life = { type: "stopped" };
  const failed: Life = { type: "failed", cause: "it had to" };
  const restarting: Life = { type: "restarting", cause: "it had to" };
  test.each<[string, NodeStatus[], boolean]>([
    ["all do", [node(n1), node(n2), node(n3)], true],
    ["one alone", [node(n1)], true],
    [
      "those that are stopped or failed do not count",
      [node(n1), node(n2, "none", stopped), node(n3, "none", failed)],
      true,
    ],
    ["one is restarting", [node(n1), node(n2), node(n3, "none", restarting)], false],
    ["one has not spoken", [node(n1), node(n2, "none")], false],
    ["no leader", [node(n2), node(n3)], false],
    ["the leader is stopped", [node(n1, {}, stopped), node(n2), node(n3)], false],
    ["one follows another", [node(n1), node(n2, raft({ leader: n3 }))], false],
    ["one is in an older term", [node(n1), node(n2, raft({ term: 1 }))], false],
    ["one has less", [node(n1), node(n2, raft({ last: 4, commit: 4, applied: 4 }))], false],
    ["one knows less committed", [node(n1), node(n2, raft({ commit: 4, applied: 4 }))], false],
    ["one has applied less", [node(n1), node(n2, raft({ applied: 4 }))], false],
    [
      "the leader has not applied all it has",
      [node(n1, raft({ commit: 4, applied: 4 })), node(n2)],
      false,
    ],
  ])("%s", (_title, nodes, converged) => {
    expect(haveConverged(nodes)).toBe(converged);
  });
});
