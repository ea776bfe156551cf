import { step } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import { inForce, membershipEntry } from "./support/membership.ts";
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
  env,
  follower,
  from,
  leader,
  replicating,
  resetElectionTimer,
  run,
  send,
  timeoutNow,
} from "./support/core.ts";
import { common } from "./support/settled-leader.ts";

describe("dissertation 4.2.2: a leader that is not in the next membership", () => {
  const gone = { voters: [b, c] };
  const removed = leader({
    ...common,
    durable: 3,
    memberships: [inForce(3, gone)],
    progress: { b: replicating(4, { match: 2 }), c: replicating(4, { match: 2 }) },
  });
  const logged = env({ ...ON, log: [1, 2, 2] });

  test("15: keeps leading until that is committed, without a vote of its own", () => {
    const one = step(logged, removed, from(b, appendAccepted(2, 3)));
    expect(one.effects).toEqual([]);
    expect(one.state.role.type).toBe("leader");
  });

  test("then informs all members, lets the best placed take over, and steps down", () => {
    const { state, effects } = run(
      logged,
      removed,
      from(b, appendAccepted(2, 3)),
      from(c, appendAccepted(2, 3)),
    );
    const told = appendEntries(2, { after: [3, 2], commit: 3, round: 1 });
    expect({ state, effects }).toEqual({
      state: follower({
        term: 2,
        votedFor: a,
        commit: 3,
        durable: 3,
        memberships: [inForce(3, gone)],
      }),
      effects: [
        commit(3),
        send(b, told),
        send(c, told),
        send(b, timeoutNow(2)),
        resetElectionTimer,
      ],
    });
  });

  test("becomes a learner if the change says so, and lets a voter take over", () => {
    const given = { voters: [b, c], learners: [a, d] };
    const state = leader({
      ...common,
      durable: 3,
      memberships: [inForce(3, given)],
      progress: { b: replicating(4), c: replicating(4, { match: 2 }), d: replicating(4) },
    });
    const { effects, state: after } = step(logged, state, from(c, appendAccepted(2, 3)));
    expect(
      effects.filter((effect) => effect.type === "send" && effect.message.type === "timeoutNow"),
    ).toEqual([send(b, timeoutNow(2))]);
    expect(after.role.type).toBe("follower");
  });

  test("leaves a joint membership first", () => {
    const given = { voters: [b, c], outgoing: [a, b] };
    const state = leader({
      ...common,
      durable: 3,
      memberships: [inForce(3, given)],
      progress: { b: replicating(4, { match: 2 }), c: replicating(4) },
    });
    const { effects, state: after } = step(logged, state, from(b, appendAccepted(2, 3)));
    expect(effects).toEqual([commit(3), appendLog(membershipEntry(4, 2, gone))]);
    expect(after.role.type).toBe("leader");
  });
});
