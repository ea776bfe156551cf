import { EventEmitter } from "node:events";
import { describe, expect, test } from "vitest";
import { KontikiError } from "../../../packages/actors/src/errors.ts";
import type { RemoteEvents } from "../../../packages/actors/src/program/remote-supervisor-options.ts";
import { Deadline, waitFor } from "../../../packages/actors/src/cluster/deadline.ts";

/** A value that changes, and a count of the looks at it. */
function newWorld() {
  const events = new EventEmitter<RemoteEvents>();
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

describe("waiting for a result", () => {
  test("that is there already: returns at once", async () => {
    const world = { ...newWorld(), value: "now" };
    expect(await waitFor(world.events, "it", () => world.value)).toBe("now");
    expect(world.listeners()).toBe(0);
  });

  test("fails with whole milliseconds", async () => {
    const { events, look } = newWorld();
    await expect(waitFor(events, "it", look, { timeoutMs: 0.4 })).rejects.toThrow(
      "it: not within 0 ms",
    );
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

  test("ends when the time has run out, and says what it waited for", async () => {
    const world = newWorld();
    const found = waitFor(world.events, "a leader", world.look, { timeoutMs: 1 });
    await expect(found).rejects.toEqual(new KontikiError("a leader: not within 1 ms"));
    expect(world.listeners()).toBe(0);
  });

  test("ends with an error that looking throws, at once or later", async () => {
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

  test("ends when it is aborted, before or later", async () => {
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

describe("a time limit that several waits share", () => {
  test("is the same for all of them", async () => {
    const world = newWorld();
    const deadline = new Deadline("it", { timeoutMs: 60_000 });
    const first = deadline.wait(world.events, world.look);
    world.value = "there";
    world.events.emit("change");
    expect([await first, await deadline.wait(world.events, world.look)]).toEqual([
      "there",
      "there",
    ]);
    expect(deadline.leftMs).toBeLessThanOrEqual(60_000);
    expect(deadline.leftMs).toBeGreaterThan(0);
  });

  test("ends with the known obstacle, during a wait and between two attempts", async () => {
    const world = newWorld();
    const deadline = new Deadline("it", { timeoutMs: 1 });
    deadline.obstacle = "there is no leader";
    const over = new KontikiError("it: not within 1 ms, because there is no leader");
    await expect(deadline.wait(world.events, world.look)).rejects.toEqual(over);
    expect(deadline.leftMs).toBe(0);
    await expect(deadline.pause(1)).rejects.toEqual(over);
  });

  test("a pause is aborted by the signal, and is never longer than the time left", async () => {
    const reason = new Error("enough");
    const off = new Deadline("it", { signal: AbortSignal.abort(reason) });
    await expect(off.pause(60_000)).rejects.toBe(reason);
    await new Deadline("it", { timeoutMs: 1 }).pause(60_000);
  });
});
