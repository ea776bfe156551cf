import { lock } from "@kontiki/testing";
import { expect, test } from "@kontiki/testing/vitest";
import { FencedStore } from "./fenced-store.ts";
import { LockService } from "./lock-service.ts";
import { RecordedLock } from "./recorded-lock.ts";

const TTL_MS = 300;
const OPTIONS = {
  machine: () => new LockService(),
  cluster: { snapshotEntries: 10, keptEntries: 0 },
  workload: { clients: 0, timeout: "250ms" },
  seeds: 4,
} as const;

test.sim("a client that was paused cannot write with an old token", OPTIONS, async (sim) => {
  const theLock = new RecordedLock(sim);
  const store = new FencedStore();
  await sim.elected();
  await theLock.keepAlive("ann", TTL_MS);
  const old = await theLock.acquire("ann");
  await theLock.keepAlive("bob", TTL_MS);
  await theLock.expire("ann"); // too early: it has no effect
  expect(await theLock.acquire("bob")).toBe(undefined);
  await sim.sleep(TTL_MS); // ann is paused, and does not know it
  await theLock.expire("ann");
  await theLock.keepAlive("bob", TTL_MS);
  const next = await theLock.acquire("bob");
  expect([old, next]).toEqual([1, 2]);
  expect(store.write(2, "bob's")).toBe(true);
  expect(store.write(1, "ann's")).toBe(false);
  expect(store.value).toBe("bob's");
});

const FAULTS = {
  nemesis: { faults: ["crash", "partition"], swarm: false, every: "200ms..600ms" },
} as const;

test.sim("no client gets a lock that is held", { ...OPTIONS, ...FAULTS }, async (sim) => {
  const theLock = new RecordedLock(sim);
  const tokens: number[] = [];
  const client = async (session: string, holdMs: number): Promise<void> => {
    for (let round = 1; round <= 6; round += 1) {
      for (const other of ["ann", "bob", "eve"]) await theLock.expire(other);
      await theLock.keepAlive(session, TTL_MS);
      const token = await theLock.acquire(session);
      await sim.sleep(holdMs);
      if (token === undefined) continue;
      tokens.push(token);
      await theLock.release(session);
    }
  };
  // Eve is slower than her sessions: others end them.
  await Promise.all([client("ann", 20), client("bob", 50), client("eve", 2 * TTL_MS)]);
  expect(tokens.length).toBeGreaterThan(0);
  expect(new Set(tokens).size).toBe(tokens.length);
  expect(theLock.history).toBeLinearizable(lock);
});
