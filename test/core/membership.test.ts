import { step, restore } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import {
  addLearner,
  addVoter,
  change,
  changeTaken,
  inForce,
  membershipEntry,
  promotion,
  rejectChange,
  remove,
} from "./support/membership.ts";
import { ON } from "./support/elections.ts";
import {
  a,
  appendAccepted,
  appendEntries,
  appendLog,
  b,
  c,
  candidate,
  commit,
  d,
  durable,
  e,
  electionTimeout,
  entry,
  env,
  follower,
  from,
  hardState,
  leader,
  logOf,
  noop,
  probe,
  replicating,
  requestVote,
  resetElectionTimer,
  run,
  send,
  timeoutNow,
  truncateLog,
} from "./support/core.ts";

/** A leader of term 2 that has committed its no-op at 2, with all followers up to date. */
const setup = env({ ...ON, log: [1, 2] });
const both = { b: replicating(3), c: replicating(3) };
const common = { term: 2, commit: 2, durable: 2 };
const leading = leader({ ...common, progress: both });

describe("dissertation 4.1: a change", () => {
  test("is in force from the moment it is in the log, and new members are probed", () => {
    const given = { voters: [a, b, c, d] };
    expect(step(setup, leading, change(addVoter(d)))).toEqual({
      state: leader({
        ...common,
        memberships: [inForce(3, given)],
        progress: { ...both, d: probe(3) },
      }),
      effects: [appendLog(membershipEntry(3, 2, given)), changeTaken(3)],
    });
  });

  test("keeps nothing about removed members", () => {
    expect(step(setup, leading, change(remove(c))).state).toEqual(
      leader({
        ...common,
        memberships: [inForce(3, { voters: [a, b] })],
        progress: { b: replicating(3) },
      }),
    );
  });

  test("of several voters is joint", () => {
    const given = { voters: [a, b, d, e], outgoing: [a, b, c] };
    expect(step(setup, leading, change(addVoter(d), addVoter(e), remove(c)))).toEqual({
      state: leader({
        ...common,
        memberships: [inForce(3, given)],
        progress: { ...both, d: probe(3), e: probe(3) },
      }),
      effects: [appendLog(membershipEntry(3, 2, given)), changeTaken(3)],
    });
  });

  test("14: the 2015 correction: waits for an entry of the leader's own term to be committed", () => {
    const fresh = leader({ ...common, commit: 1, progress: both });
    expect(step(setup, fresh, change(addVoter(d)))).toEqual({
      state: fresh,
      effects: [rejectChange("the leader has not committed an entry of its term yet")],
    });
  });

  test("14: waits for the one before it, also for one of an earlier leader", () => {
    const given = { ...common, memberships: [inForce(3, { voters: [a, b, c, d] })] };
    const state = leader({ ...given, progress: { ...both, d: probe(3) } });
    expect(step(env({ ...ON, log: [1, 2, 2] }), state, change(remove(b)))).toEqual({
      state,
      effects: [rejectChange("a membership change is under way")],
    });
  });

  test("waits until a joint membership is left", () => {
    const given = { ...common, memberships: [inForce(2, { voters: [a, b], outgoing: [a, c] })] };
    const state = leader({ ...given, progress: both });
    expect(step(setup, state, change(addVoter(d))).effects).toEqual([
      rejectChange("a membership change is under way"),
    ]);
  });

  test("that changes nothing, or leaves no voter, is rejected with the reason", () => {
    expect(
      run(setup, leading, change(addVoter(b)), change(remove(a), remove(b), remove(c))).effects,
    ).toEqual([
      rejectChange("the membership is already as requested"),
      rejectChange("no voter would be left"),
    ]);
  });

  test.each([
    ["follower", follower({ term: 2, leader: b }), "this server does not lead: b does"],
    ["candidate", candidate({ term: 2 }), "this server does not lead"],
  ])(
    "AddRemoveNodesNotLeader: a %s rejects it, and names the leader if it knows one",
    (_title, state, reason) => {
      expect(step(setup, state, change(addVoter(d)))).toEqual({
        state,
        effects: [rejectChange(reason)],
      });
    },
  );
});

describe("dissertation 4.1: a change at a follower", () => {
  const given = { voters: [a, b, c, d] };
  const message = appendEntries(2, { after: [1, 1], entries: [membershipEntry(2, 2, given)] });

  test("is in force when it is in the log, committed or not", () => {
    const { state } = step(
      env({ ...ON, log: [1] }),
      follower({ term: 2, leader: b }),
      from(b, message),
    );
    expect(state).toEqual(follower({ term: 2, leader: b, memberships: [inForce(2, given)] }));
  });

  test("14: is undone when it is truncated: the one before is in force again", () => {
    const before = inForce(1, { voters: [a, b, c], learners: [d] });
    const state = follower({ term: 2, leader: b, memberships: [before, inForce(2, given)] });
    const newer = appendEntries(3, { after: [1, 1], entries: [noop(2, 3)] });
    const { state: after, effects } = step(env({ ...ON, log: [1, 2] }), state, from(c, newer));
    expect(after).toEqual(follower({ term: 3, leader: c, memberships: [before] }));
    expect(effects).toContainEqual(truncateLog(1));
  });

  test("of those that are committed only the last is kept", () => {
    const memberships = [inForce(1), inForce(2, given)];
    const state = follower({ term: 2, leader: b, memberships, commit: 1 });
    const told = appendEntries(2, { after: [2, 2], commit: 2 });
    expect(step(env({ ...ON, log: [1, 2] }), state, from(b, told)).state).toEqual(
      follower({ term: 2, leader: b, memberships: [inForce(2, given)], commit: 2 }),
    );
  });

  test("14: a restart reads it from the log", () => {
    const disk = logOf([entry(1, 1), membershipEntry(2, 2, given), membershipEntry(3, 2)]);
    expect(restore(hardState(2), disk)).toEqual(
      follower({ term: 2, durable: 3, memberships: [inForce(2, given), inForce(3)] }),
    );
  });

  test("4.2.1: a server that never heard of a change counts the votes of the voters it knows", () => {
    const voters = [a, b, c];
    const state = follower({ term: 2, memberships: [inForce(1, given)] });
    const { effects } = step(env({ ...ON, preVote: false, voters }), state, electionTimeout);
    expect(effects.slice(2)).toEqual([b, c, d].map((node) => send(node, requestVote(3))));
  });
});

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
