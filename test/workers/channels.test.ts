import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { expect, onTestFinished, test } from "vitest";
import { PATIENT, put, start, valueOf } from "./support/clusters.ts";

type Told = Readonly<Record<string, unknown>>;

/** What is published to a channel until the test ends, or until the listener is taken away. */
class Listener {
  readonly told: Told[] = [];
  readonly #name: string;
  #onTold: () => void = () => undefined;
  readonly #listen = (message: unknown): void => {
    this.told.push(message as Told);
    this.#onTold();
  };

  constructor(name: string) {
    this.#name = name;
    subscribe(name, this.#listen);
    onTestFinished(() => this.end());
  }

  end(): void {
    unsubscribe(this.#name, this.#listen);
  }

  /** Resolves to the first message that fits. */
  async until(fits: (message: Told) => boolean): Promise<Told> {
    for (;;) {
      const found = this.told.find(fits);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => (this.#onTold = resolve));
    }
  }
}

test("steps and syncs of the threads are published, with what they were", async () => {
  const [steps, syncs] = [new Listener("kontiki:step"), new Listener("kontiki:sync")];
  const cluster = await start({ nodes: 3 });
  const leader = await cluster.leader(PATIENT);
  valueOf(await cluster.propose(put("k", "1")));
  const { cluster: own } = await steps.until(({ event }) => event === "propose");
  expect(await steps.until(({ event }) => event === "propose")).toMatchObject({
    node: leader,
    incarnation: 1,
    message: undefined,
    from: undefined,
    role: "leader",
    term: cluster.status().find(({ id }) => id === leader)?.raft?.term,
    dropped: 0,
  });
  const heard = await steps.until(({ message }) => message === "appendEntries");
  expect(heard).toMatchObject({ event: "message", cluster: own });
  expect(cluster.nodeIds).toContain(heard["from"]);
  const { at, ms } = await syncs.until(({ node }) => node === leader);
  expect(Math.abs(Number(at) - performance.timeOrigin - performance.now())).toBeLessThan(120_000);
  expect(Number(ms)).toBeGreaterThanOrEqual(0);
});

test("the steps of one node come in their order, and all of them until it stops", async () => {
  const steps = new Listener("kontiki:step");
  const cluster = await start({ nodes: 1 });
  for (let n = 0; n < 50; n += 1) valueOf(await cluster.propose(put("k", `${n}`)));
  await cluster.converged(PATIENT);
  const last = cluster.status()[0]?.raft?.commit;
  await cluster.stop();
  // An attempt is repeated when it was refused, or had no answer for some time.
  const proposals = steps.told.filter(({ event }) => event === "propose");
  expect(proposals.length).toBeGreaterThanOrEqual(50);
  const times = steps.told.map(({ at }) => Number(at));
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  const commits = steps.told.map(({ commit }) => Number(commit));
  expect(commits).toEqual(commits.toSorted((a, b) => a - b));
  expect(commits.at(-1)).toBe(last);
});

test("a listener that comes later hears from then on, and one that is gone costs nothing", async () => {
  const cluster = await start({ nodes: 1 });
  await cluster.leader(PATIENT);
  const steps = new Listener("kontiki:step");
  // Threads learn of it soon, and an idle leader has heartbeats.
  await steps.until(({ event }) => event === "heartbeatTimeout");
  steps.end();
  const later = new Listener("kontiki:sync");
  valueOf(await cluster.propose(put("k", "1")));
  while (later.told.length === 0) valueOf(await cluster.propose(put("k", "1")));
  const { length } = steps.told;
  valueOf(await cluster.propose(put("k", "2")));
  await cluster.stop();
  expect(steps.told).toHaveLength(length);
});

test("threads, roles and lost letters are published", async () => {
  const [threads, roles] = [new Listener("kontiki:thread"), new Listener("kontiki:role")];
  const lost = new Listener("kontiki:dead-letter");
  const cluster = await start({ nodes: 3 });
  const leader = await cluster.leader(PATIENT);
  expect(await roles.until(({ role }) => role === "leader")).toMatchObject({
    node: leader,
    incarnation: 1,
    leader,
  });
  await cluster.node(leader).crash();
  await threads.until(({ type, node }) => type === "crashed" && node === leader);
  expect(threads.told.filter(({ type }) => type === "started").length).toBeGreaterThanOrEqual(3);
  await cluster.leader(PATIENT);
  const [follower = leader] = cluster.nodeIds.filter((id) => id !== leader);
  await cluster.node(follower).stop();
  valueOf(await cluster.propose(put("k", "1")));
  expect(await lost.until(({ to }) => to === follower)).toMatchObject({ reason: "not running" });
  // Each change once.
  const changes = roles.told.map((told) => JSON.stringify(told));
  changes.forEach((change, at) => expect(change).not.toBe(changes[at - 1]));
});

test("letters are published at both ends by one clock, and timers with their end", async () => {
  const [letters, timers] = [new Listener("kontiki:letter"), new Listener("kontiki:timer")];
  const cluster = await start({ nodes: 3 });
  const leader = await cluster.leader(PATIENT);
  valueOf(await cluster.propose(put("k", "1")));
  const isEntries = (message: unknown): boolean => {
    const { type, last } = message as { readonly type: string; readonly last?: number };
    return type === "appendEntries" && last !== undefined;
  };
  const received = await letters.until(
    ({ way, messages, from }) =>
      way === "received" && from === leader && (messages as unknown[]).some(isEntries),
  );
  const { letter, node, bytes, share, at } = received;
  // The batches of two threads come in any order.
  const sent = await letters.until((told) => told["letter"] === letter && told["way"] === "sent");
  expect(sent).toEqual({
    ...received,
    way: "sent",
    node: leader,
    incarnation: 1,
    dropped: sent["dropped"],
    at: sent["at"],
  });
  expect([received["to"], share, Number(bytes) > 0]).toEqual([node, 1, true]);
  expect(Number(at)).toBeGreaterThan(Number(sent["at"]));
  const beats = await timers.until(({ timer }) => timer === "heartbeat");
  expect(beats).toMatchObject({ node: leader });
  const { at: from, dueAt } = await timers.until((told) => told["node"] === node);
  expect(Number(dueAt)).toBeGreaterThan(Number(from));
});
