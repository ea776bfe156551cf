/** A server that is removed and added again within a term is another server, of which nothing is known. Pitfall 18. */
import { index, step, type Event } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import { addLearner, addVoter, change, inForce, membershipEntry } from "./support/membership.ts";
import { ON } from "./support/elections.ts";
import {
  a,
  appendAccepted,
  appendEntries,
  appendLog,
  b,
  c,
  commit,
  d,
  durable,
  env,
  follower,
  from,
  leader,
  noop,
  probe,
  replicating,
  run,
  send,
  type Command,
} from "./support/core.ts";
import { both, common, setup } from "./support/settled-leader.ts";
import { lead, learns, setup as paper } from "./support/new-disk.ts";

describe("18: a server that is removed and added again in one term", () => {
  test("raft-rejoin-bug: answers of its old disk do not count", () => {
    const without = [inForce(2, { voters: [a, b] })];
    const state = leader({
      ...common,
      memberships: without,
      progress: { b: replicating(3, { match: 1 }) },
    });
    const added = run(setup, state, change(addVoter(c, 1)), durable(3, 2));
    expect(added.state.role).toMatchObject({ progress: { c: probe(3) } });
    for (const fromUid of [0, 2])
      expect(step(added.env, added.state, from(c, appendAccepted(2, 3), { fromUid }))).toEqual({
        state: added.state,
        effects: [],
      });
    expect(
      step(added.env, added.state, from(c, appendAccepted(2, 3), { fromUid: 1 })).effects,
    ).toEqual([commit(3)]);
  });

  test("nothing is known of a member with a new disk", () => {
    const progress = { ...both, c: replicating(3, { round: 4 }) };
    const state = leader({ ...common, progress });
    const { state: after } = step(setup, state, change(addLearner(c, { uid: 1 })));
    expect(after.role).toMatchObject({ progress: { b: both.b, c: probe(3) } });
  });

  test("messages sent to its old disk have no effect on the new one", () => {
    const own = env({ ...ON, uid: 1, log: [] });
    const message = appendEntries(2, { entries: [noop(1, 2)] });
    const { state, effects } = step(own, follower(), from(b, message, { toUid: 0 }));
    expect(state).toEqual(follower());
    expect(effects).toEqual([send(b, { type: "rejoin", term: message.term })]);
  });

  test("a learner that becomes a voter keeps its progress", () => {
    const memberships = [inForce(2, { learners: [d], uids: { d: 1 }, lastUid: 1 })];
    const progress = { ...both, d: replicating(3, { round: 4 }) };
    const state = leader({ ...common, memberships, progress });
    expect(step(setup, state, change(addVoter(d, 1))).state.role).toMatchObject({ progress });
  });
});

describe("18 removed and added again within a term", () => {
  const gone = lead({
    memberships: [inForce(2, { voters: [a, c], lastUid: 7 })],
    progress: { c: replicating(3, { round: 4 }) },
  });
  const add = (uid: number): Event<Command> => ({
    type: "changeMembership",
    changes: [{ type: "addVoter", node: b, uid }],
  });

  test("it is another server, of which nothing is known", () => {
    const again = { voters: [a, c, b], uids: { [b]: 8 }, lastUid: 8 };
    expect(step(paper, gone, add(8))).toEqual({
      state: lead({
        memberships: [...gone.memberships, inForce(3, again)],
        progress: { b: probe(3), c: replicating(3, { round: 4 }) },
      }),
      effects: [appendLog(membershipEntry(3, 2, again)), { type: "changeTaken", index: index(3) }],
    });
  });

  test("not with a uid that some server had before: it may have been this one", () => {
    for (const uid of [0, 3, 7])
      expect(step(paper, gone, add(uid))).toEqual({
        state: gone,
        effects: [
          {
            type: "rejectChange",
            reason: `uid ${uid} of b was assigned before: a new disk needs one above 7`,
          },
        ],
      });
  });

  test("a member with another disk cannot be made a voter directly", () => {
    const reason = "b is a voter with another disk: it must catch up first";
    for (const state of [lead(), lead({ memberships: [inForce(2, learns)] })])
      expect(step(paper, state, add(9))).toEqual({
        state,
        effects: [{ type: "rejectChange", reason }],
      });
  });
});
