import { step } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import { inForce, membershipEntry, promotion } from "./support/membership.ts";
import { ON } from "./support/elections.ts";
import {
  a,
  appendAccepted,
  appendLog,
  b,
  c,
  d,
  durable,
  e,
  env,
  from,
  leader,
  probe,
  replicating,
  run,
} from "./support/core.ts";
import { both, common, setup } from "./support/settled-leader.ts";

describe("dissertation 4.2.1: learners", () => {
  const promoting = (given: Parameters<typeof inForce>[1] = {}) => [
    inForce(2, { learners: [d], promotions: [promotion(d)], ...given }),
  ];

  test("do not count for commitment", () => {
    const state = leader({
      ...common,
      durable: 3,
      memberships: promoting(),
      progress: { b: replicating(4, { match: 2 }), c: replicating(4, { match: 2 }), d: probe(3) },
    });
    const { effects } = step(env({ ...ON, log: [1, 2, 2] }), state, from(d, appendAccepted(2, 2)));
    expect(effects.filter(({ type }) => type === "commit")).toEqual([]);
  });

  test("are promoted automatically when they hold all committed entries and get new ones as they are appended", () => {
    const state = leader({
      ...common,
      memberships: promoting(),
      progress: { ...both, d: probe(3) },
    });
    const given = { voters: [a, b, c, d] };
    expect(step(setup, state, from(d, appendAccepted(2, 2)))).toEqual({
      state: leader({
        ...common,
        memberships: [...promoting(), inForce(3, given)],
        progress: { ...both, d: replicating(3) },
      }),
      effects: [appendLog(membershipEntry(3, 2, given))],
    });
  });

  test("in place of another voter, through a joint membership", () => {
    const memberships = promoting({ promotions: [promotion(d, c)] });
    const state = leader({ ...common, memberships, progress: { ...both, d: probe(3) } });
    const given = { voters: [a, b, d], outgoing: [a, b, c] };
    expect(step(setup, state, from(d, appendAccepted(2, 2))).effects).toEqual([
      appendLog(membershipEntry(3, 2, given)),
    ]);
  });

  test("with their present disk", () => {
    const disk = { uids: { d: 7 }, lastUid: 7 };
    const state = leader({
      ...common,
      memberships: promoting(disk),
      progress: { ...both, d: probe(3) },
    });
    expect(step(setup, state, from(d, appendAccepted(2, 2), { fromUid: 7 })).effects).toEqual([
      appendLog(membershipEntry(3, 2, { voters: [a, b, c, d], ...disk })),
    ]);
  });

  test.each([
    ["that lacks committed entries", replicating(2), appendAccepted(2, 1)],
    ["that is still being probed", probe(3), appendAccepted(2, 1)],
  ])("one %s waits", (_title, known, answer) => {
    const state = leader({ ...common, memberships: promoting(), progress: { ...both, d: known } });
    expect(step(setup, state, from(d, answer)).effects).toEqual([]);
  });

  test("one that died waits until it has answered again, even if it held everything", () => {
    const known = probe(3, { match: 2, waiting: true });
    const state = leader({ ...common, memberships: promoting(), progress: { ...both, d: known } });
    expect(step(setup, state, from(b, appendAccepted(2, 2))).effects).toEqual([]);
  });

  test("one that is not to be promoted stays a learner", () => {
    const memberships = promoting({ promotions: [] });
    const state = leader({ ...common, memberships, progress: { ...both, d: probe(3) } });
    expect(step(setup, state, from(d, appendAccepted(2, 2))).effects).toEqual([]);
  });

  test("one that is dead does not delay another's promotion", () => {
    const memberships = promoting({ learners: [d, e], promotions: [promotion(d), promotion(e)] });
    const state = leader({
      ...common,
      memberships,
      progress: { ...both, d: probe(3), e: probe(3) },
    });
    expect(step(setup, state, from(e, appendAccepted(2, 2))).effects).toEqual([
      appendLog(
        membershipEntry(3, 2, { voters: [a, b, c, e], learners: [d], promotions: [promotion(d)] }),
      ),
    ]);
  });

  test("one that could not be promoted during a transfer is promoted at its next answer", () => {
    const transfer = { target: b, beats: 0, told: true };
    const given = { ...common, memberships: promoting(), progress: { ...both, d: replicating(3) } };
    const answer = from(d, appendAccepted(2, 2, 1));
    expect(step(setup, leader({ ...given, transfer }), answer).effects).toEqual([]);
    expect(step(setup, leader(given), answer).effects).toHaveLength(1);
  });

  test("two are promoted one after the other", () => {
    const memberships = promoting({ learners: [d, e], promotions: [promotion(d), promotion(e)] });
    const progress = { ...both, d: replicating(3), e: replicating(3) };
    const first = run(
      setup,
      leader({ ...common, memberships, progress }),
      from(e, appendAccepted(2, 2)),
      durable(3, 2),
      from(b, appendAccepted(2, 3)),
      from(e, appendAccepted(2, 3)),
      from(d, appendAccepted(2, 3)),
    );
    expect(first.effects.filter(({ type }) => type === "appendLog")).toEqual([
      appendLog(
        membershipEntry(3, 2, { voters: [a, b, c, d], learners: [e], promotions: [promotion(e)] }),
      ),
      appendLog(membershipEntry(4, 2, { voters: [a, b, c, d, e] })),
    ]);
  });
});
