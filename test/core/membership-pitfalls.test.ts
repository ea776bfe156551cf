/** 14 to 19 of the pitfalls: who may stand, and who is heard, while the membership changes. */
import { index, initialMembership, mayStand, step, type Membership } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import { Cluster } from "../support/core-cluster.ts";
import {
  a,
  b,
  c,
  candidate,
  electionTimeout,
  env,
  follower,
  heartbeatTimeout,
  requestVote,
  resetElectionTimer,
  saveHardState,
  send,
} from "../support/core.ts";

const inForce = (at: number, membership: Membership) => ({ index: index(at), membership });

describe("15 dissertation 4.2.2, Figure 4.6: a server that loses its vote by a change that may not be committed", () => {
  const without = inForce(2, initialMembership([b, c]));
  const setup = env({ log: [1, 1] });

  test("stands, without counting itself, because the others may lack the change and be refused by it", () => {
    const state = follower({ term: 1, commit: 1, memberships: [without] });
    const request = requestVote(2, { lastIndex: 2, lastTerm: 1 });
    expect(step(setup, state, electionTimeout)).toEqual({
      state: candidate({ term: 2, commit: 1, memberships: [without] }),
      effects: [saveHardState(2, a), resetElectionTimer, send(b, request), send(c, request)],
    });
  });

  test("does not stand once the change is committed", () => {
    const state = follower({ term: 1, commit: 2, memberships: [without] });
    expect(step(setup, state, electionTimeout)).toEqual({ state, effects: [resetElectionTimer] });
  });

  test("does not stand when it had no vote before, or had it with another disk", () => {
    const learner = { ...initialMembership([b, c]), learners: [a], uids: { [a]: 1 }, lastUid: 1 };
    const memberships = [inForce(1, learner), without];
    const state = follower({ term: 1, commit: 1, memberships });
    expect(mayStand(env({ log: [1, 1], uid: 1 }), state)).toBe(false);
    const wiped = follower({ term: 1, commit: 1, memberships: [inForce(2, learner)] });
    expect(mayStand(env({ log: [1, 1], uid: 1 }), wiped)).toBe(false);
    expect(mayStand(setup, { ...wiped, horizon: { index: index(3), term: wiped.term } })).toBe(
      false,
    );
  });

  test("a leader of two that removes itself and crashes leads again, tells the other, and then goes", () => {
    const cluster = new Cluster({ voters: [a, b] });
    cluster.campaign(a);
    cluster.event(a, { type: "changeMembership", changes: [{ type: "remove", node: a }] });
    cluster.sync(a);
    cluster.packets.length = 0;
    cluster.crash(a);
    cluster.restart(a);
    cluster.campaign(b);
    expect(cluster.leader()).toBeUndefined();
    cluster.campaign(a);
    cluster.event(a, heartbeatTimeout);
    cluster.settle();
    expect(cluster.converge()).toBe(b);
    expect(cluster.committedMembership).toEqual(initialMembership([b]));
  });
});
