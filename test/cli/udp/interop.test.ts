import { describe, expect, test } from "vitest";
import { Lan, type Seat } from "../support/udp/lan.ts";

const ORIGINALS: readonly Seat[] = [
  { id: "node0", kind: "original" },
  { id: "node1", kind: "original" },
];

const SEEDS = Array.from({ length: 10 }, (_, at) => at + 1);

/** A Kontiki node that becomes candidate before the originals do, or after. */
function ours(when: "early" | "late"): Seat {
  const election = when === "early" ? ([3000, 4000] as const) : ([60_000, 80_000] as const);
  return { id: "node2", kind: "ours", election };
}

describe("with two nodes of the original", () => {
  test.each(SEEDS)("a Kontiki node follows (seed %i)", (seed) => {
    const lan = new Lan([...ORIGINALS, ours("late")], seed);
    lan.until("a log of ours", () => lan.logOf("node2").length > 20);
    const [leader = ""] = lan.leaders();
    expect(lan.logOf(leader).slice(0, 20)).toEqual(lan.logOf("node2").slice(0, 20));
    lan.until("a commit", () => lan.ours("node2").state.commit > 15);
    expectAlive(lan);
  });

  test.each(SEEDS)(
    "a Kontiki node leads, and survives the restart of a follower (seed %i)",
    (seed) => {
      const lan = new Lan([...ORIGINALS, ours("early")], seed);
      lan.until("ours leads", () => lan.leaders().includes("node2"));
      lan.until("a commit", () => lan.ours("node2").state.commit > 20);
      for (const victim of ["node0", "node1"]) {
        lan.restart(victim);
        const wanted = lan.logOf("node2");
        lan.until(`${victim} has it all`, () => includes(lan.logOf(victim), wanted), 60_000);
        const { commit } = lan.ours("node2").state;
        lan.until("the next commit", () => lan.ours("node2").state.commit > commit, 30_000);
      }
      expect(lan.leaders()).toEqual(["node2"]);
      expectAlive(lan);
    },
  );

  test.each(SEEDS)("a Kontiki node restarts without its log and catches up (seed %i)", (seed) => {
    const lan = new Lan([...ORIGINALS, ours("late")], seed);
    lan.until("a log of ours", () => lan.logOf("node2").length > 6);
    lan.restart("node2");
    const [leader = ""] = lan.leaders();
    const wanted = lan.logOf(leader);
    lan.until("ours has it all", () => includes(lan.logOf("node2"), wanted));
    expectAlive(lan);
  });

  test.each(SEEDS)("an original leader restarts (seed %i)", (seed) => {
    const lan = new Lan([...ORIGINALS, { id: "node2", kind: "ours" }], seed);
    for (let round = 0; round < 3; round += 1) {
      lan.until("a leader", () => lan.leaders().length === 1);
      const before = lan.logOf("node2").length;
      lan.until("more entries", () => lan.logOf("node2").length > before + 3);
      const [leader = ""] = lan.leaders();
      lan.stop(leader);
      lan.until("another leader", () => lan.leaders().some((id) => id !== leader));
      lan.start(leader);
    }
    expectAlive(lan);
  });

  test.each(SEEDS)(
    "both originals restart at once, what ours committed stays (seed %i)",
    (seed) => {
      const lan = new Lan([...ORIGINALS, { id: "node2", kind: "ours" }], seed);
      lan.until("a commit", () => lan.ours("node2").state.commit >= 8);
      const committed = lan.logOf("node2").slice(0, lan.ours("node2").state.commit);
      lan.restart("node0");
      lan.restart("node1");
      // Values are not compared: two originals that forget may both lead one term, and what they put into
      // one place of it no Raft can tell apart.
      lan.until("all hold its places", () =>
        ["node0", "node1"].every((id) => includes(places(lan.logOf(id)), places(committed))),
      );
      const { commit } = lan.ours("node2").state;
      lan.until("and go on", () => lan.ours("node2").state.commit > commit + 5);
      expect(lan.logOf("node2").slice(0, committed.length)).toEqual(committed);
      expectAlive(lan);
    },
  );
});

describe("three Kontiki nodes", () => {
  test.each(SEEDS)("agree although a fifth of all datagrams is lost (seed %i)", (seed) => {
    const seats = ["node0", "node1", "node2"].map((id): Seat => ({
      id,
      kind: "ours",
      keeps: true,
    }));
    const lan = new Lan(seats, seed);
    lan.loss = 0.2;
    const agreed = new Map<number, string>();
    for (let round = 0; round < 12; round += 1) {
      lan.run(20_000);
      if (round % 3 === 2) lan.restart(`node${(round + seed) % 3}`);
      for (const [at, entry] of lan.committed) {
        expect(agreed.get(at) ?? entry).toBe(entry);
        agreed.set(at, entry);
      }
    }
    lan.loss = 0;
    lan.until("a leader", () => lan.leaders().length > 0);
    const last = lan.committed.size;
    lan.until("more commits", () => lan.committed.size > last + 10);
    lan.until("equal logs", () => {
      const logs = seats.map(({ id }) => lan.logOf(id));
      return logs.every((log) => log.length > last && log[last] === logs[0]?.[last]);
    });
    expect(lan.dropped).toEqual([]);
  });

  test("a follower that missed thousands of entries gets them in datagrams of at most 4096 bytes", () => {
    const seats = ["node0", "node1", "node2"].map((id): Seat => ({ id, kind: "ours" }));
    const lan = new Lan(seats, 7);
    lan.until("a leader", () => lan.leaders().length === 1);
    const [leader = ""] = lan.leaders();
    const follower = leader === "node0" ? "node1" : "node0";
    lan.stop(follower);
    lan.run(5_000_000);
    const wanted = lan.logOf(leader);
    expect(wanted.length).toBeGreaterThan(1500);
    lan.start(follower);
    lan.until("it has them", () => includes(lan.logOf(follower), wanted), 30_000);
    expect(lan.largest).toBeLessThanOrEqual(4096);
    expect(lan.largest).toBeGreaterThan(4096 - 37);
  });
});

function includes(log: readonly string[], wanted: readonly string[]): boolean {
  return log.slice(0, wanted.length).join() === wanted.join();
}

/** Index and term of each entry. */
function places(log: readonly string[]): readonly string[] {
  return log.map((entry) => entry.split(" ")[0] ?? "");
}

/** No original received a datagram that kills it. */
function expectAlive(lan: Lan): void {
  for (const id of ["node0", "node1"]) expect(lan.original(id).died).toBeUndefined();
}
