import { step } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import { ON } from "./support/elections.ts";
import { read, readReady } from "./support/reads.ts";
import { b, env, follower, leader, readRequest, send } from "./support/core.ts";
import { common, leading, pending, progress, setup } from "./support/leader-of-reads.ts";

describe("dissertation 6.4.1: leases", () => {
  const leased = env({ ...ON, leases: true, log: [1, 2] });

  test("a read under a lease waits for no round", () => {
    expect(step(leased, leading, read(7, true))).toEqual({
      state: leading,
      effects: [readReady(7, 2)],
    });
  });

  test.each([
    ["whose lease has expired", leased, leading, false],
    ["of a cluster without leases", setup, leading, true],
    [
      "that told another to stand in this term",
      leased,
      leader({ ...common, progress, leaseGivenUp: true }),
      true,
    ],
    [
      "that is transferring leadership",
      leased,
      leader({ ...common, progress, transfer: { target: b, beats: 0, told: false } }),
      true,
    ],
  ])("13: a leader %s begins a round", (_title, on, state, says) => {
    const after = step(on, state, read(7, says));
    expect(after.effects).toEqual([]);
    expect(after.state.role).toMatchObject({ reads: [pending(7, 5)] });
  });

  test("a follower does not know of its leader's lease, and asks", () => {
    expect(step(leased, follower({ term: 2, leader: b }), read(7, true)).effects).toEqual([
      send(b, readRequest(2, 7)),
    ]);
  });
});
