import { describe, expect, test } from "vitest";
import { inForce, membershipEntry } from "./support/membership.ts";
import { ON } from "./support/elections.ts";
import {
  a,
  appendAccepted,
  appendLog,
  b,
  c,
  commit,
  d,
  e,
  env,
  from,
  leader,
  replicating,
  run,
} from "./support/core.ts";
import { common } from "./support/settled-leader.ts";

describe("§6: commitment while the membership is joint", () => {
  const given = { voters: [a, d, e], outgoing: [a, b, c] };
  const joint = env({ ...ON, log: [1, 2, 2] });
  const behind = { b: replicating(4, { match: 2 }), c: replicating(4, { match: 2 }) };
  const all = { ...behind, d: replicating(4, { match: 2 }), e: replicating(4, { match: 2 }) };
  const state = leader({ ...common, durable: 3, memberships: [inForce(3, given)], progress: all });

  test("7, 15: a majority of only one half is not enough, whichever half", () => {
    for (const half of [
      [d, e],
      [b, c],
    ]) {
      const answers = half.map((node) => from(node, appendAccepted(2, 3)));
      expect(run(joint, state, ...answers).effects).toEqual([]);
    }
  });

  test("with both it is committed, and left at once", () => {
    const after = { voters: [a, d, e] };
    const { effects, state: next } = run(
      joint,
      state,
      from(d, appendAccepted(2, 3)),
      from(c, appendAccepted(2, 3)),
    );
    expect(effects).toEqual([commit(3), appendLog(membershipEntry(4, 2, after))]);
    expect(next).toEqual(
      leader({
        ...common,
        commit: 3,
        durable: 3,
        memberships: [inForce(3, given), inForce(4, after)],
        progress: { d: replicating(4), e: replicating(4, { match: 2 }) },
      }),
    );
  });

  test("15: a joint membership of an earlier leader is left when an entry of the leader's own term is committed", () => {
    const inherited = env({ ...ON, log: [1, 1, 2] });
    const before = leader({
      ...common,
      commit: 1,
      durable: 3,
      memberships: [inForce(2, given)],
      progress: all,
    });
    const { effects } = run(
      inherited,
      before,
      from(d, appendAccepted(2, 3)),
      from(c, appendAccepted(2, 3)),
    );
    expect(effects).toEqual([commit(3), appendLog(membershipEntry(4, 2, { voters: [a, d, e] }))]);
  });

  test("15: one that was known to be committed before this server led is left too", () => {
    const before = leader({
      ...common,
      commit: 2,
      durable: 3,
      memberships: [inForce(2, given)],
      progress: all,
    });
    const { state: after } = run(joint, before, from(d, appendAccepted(2, 2)));
    expect(after.memberships).toEqual([inForce(2, given), inForce(4, { voters: [a, d, e] })]);
  });
});
