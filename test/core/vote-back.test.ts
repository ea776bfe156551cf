/** A server with a new disk gets its vote back as soon as it has caught up (dissertation 4.1, 11.7.2). */
import { initialMembership, step, type Membership } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import {
  a,
  appendAccepted,
  appendLog,
  b,
  c,
  d,
  e,
  env,
  from,
  probe,
  replicating,
} from "./support/core.ts";
import { inForce, membershipEntry, rejoin } from "./support/snapshots.ts";
import { asksAgain, demoted, known, lead, learns, setup, votesAgain } from "./support/new-disk.ts";

describe("it gets its vote back when it has caught up (dissertation 4.2.1)", () => {
  const settled = [inForce(3, learns)];
  const longer = env({ log: [1, 2, 2] });
  const caughtUp = { b: replicating(4, { match: 3 }), c: replicating(4, { match: 3 }) };

  test("by its own acknowledgement of all committed entries", () => {
    const state = lead({
      commit: 3,
      durable: 3,
      memberships: settled,
      progress: { ...caughtUp, b: probe(4, { waiting: true }) },
    });
    const event = from(b, appendAccepted(2, 3), { fromUid: 7 });
    expect(step(longer, state, event)).toEqual({
      state: lead({
        commit: 3,
        durable: 3,
        memberships: [...settled, inForce(4, votesAgain)],
        progress: caughtUp,
      }),
      effects: [appendLog(membershipEntry(4, 2, votesAgain))],
    });
  });

  test.each([
    ["while it lacks a committed entry", replicating(4, { match: 2 }), 3],
    ["while it is not known whether new entries reach it", probe(4, { match: 3 }), 3],
    ["before the change that made it a learner is committed", replicating(4, { match: 3 }), 2],
  ])("not %s", (_title, progress, commitIndex) => {
    const state = lead({
      commit: commitIndex,
      durable: 3,
      memberships: settled,
      progress: { b: progress, c: replicating(4, { match: 2 }) },
    });
    expect(step(longer, state, from(c, appendAccepted(2, 2)))).toEqual({ state, effects: [] });
  });

  test("while it has no vote it does not count for the commit", () => {
    const state = lead({
      durable: 3,
      memberships: settled,
      progress: { ...caughtUp, c: replicating(4, { match: 2 }) },
    });
    const event = from(b, appendAccepted(2, 3), { fromUid: 7 });
    expect(step(longer, state, event).state.commit).toBe(2);
  });

  test("a learner that was no voter before does not get a vote", () => {
    const only: Partial<Membership> = { voters: [a, c], learners: [b] };
    const state = lead({ memberships: [inForce(2, only)] });
    expect(step(setup, state, asksAgain).state.memberships).toEqual([
      inForce(2, only),
      inForce(3, { ...learns, promotions: [] }),
    ]);
  });

  test("one that is to replace another voter still does", () => {
    const promotions = [{ node: d, replaces: c }];
    const before: Partial<Membership> = { voters: [a, b, c], learners: [d], promotions };
    const state = lead({ memberships: [inForce(2, before)], progress: { ...known, d: probe(3) } });
    expect(step(setup, state, from(d, rejoin(2), { fromUid: 7 })).state.memberships.at(-1)).toEqual(
      inForce(3, { ...before, uids: { [d]: 7 }, lastUid: 7 }),
    );
  });
});

describe("wiped twice", () => {
  const again = from(b, rejoin(2), { fromUid: 8 });
  const newest = { ...learns, uids: { [b]: 8 }, lastUid: 8 };

  test("before the first change is committed: it asks again", () => {
    expect(step(setup, demoted, again)).toEqual({ state: demoted, effects: [] });
  });

  test("before it caught up: the newest disk counts, and the vote is still to come", () => {
    const settled = lead({ memberships: [inForce(2, learns)] });
    expect(step(setup, settled, again)).toEqual({
      state: lead({
        memberships: [inForce(2, learns), inForce(3, newest)],
        progress: { ...known, b: probe(3) },
      }),
      effects: [appendLog(membershipEntry(3, 2, newest))],
    });
  });

  test("two servers, of which the later disk was reported first: each is compared with its own disks only", () => {
    const five = initialMembership([a, b, c, d, e]);
    const first = {
      ...five,
      voters: [a, b, d, e],
      learners: [c],
      promotions: [{ node: c, replaces: undefined }],
      uids: { [c]: 9 },
      lastUid: 9,
    };
    const state = lead({
      memberships: [inForce(2, first)],
      progress: { ...known, d: probe(3), e: probe(3) },
    });
    const both = {
      ...first,
      voters: [a, d, e],
      learners: [c, b],
      promotions: [...first.promotions, { node: b, replaces: undefined }],
      uids: { [c]: 9, [b]: 7 },
    };
    expect(step(setup, state, asksAgain).effects).toEqual([appendLog(membershipEntry(3, 2, both))]);
  });
});
