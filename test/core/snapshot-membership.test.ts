import { describe, expect, test } from "vitest";
import {
  a,
  appendAccepted,
  appendEntries,
  appendLog,
  b,
  c,
  candidate,
  d,
  durable,
  e,
  electionTimeout,
  from,
  requestVote,
  resetElectionTimer,
  run,
  saveHardState,
  send,
  voteReply,
} from "./support/core.ts";
import { inForce, membershipEntry, snapshot, snapshotReceived } from "./support/snapshots.ts";
import { gets, setup } from "./support/receiver.ts";

describe("snapshot_overrides_membership: it records the membership (dissertation 5.1)", () => {
  const given = { voters: [a, c, d], learners: [e], uids: { [d]: 4 }, lastUid: 4 };
  const of = snapshot([10, 2], { membership: given });

  test("whatever the log said", () => {
    const state = {
      ...gets(30, of),
      memberships: [inForce(1, { voters: [a, b] }), inForce(3, { voters: [a] })],
    };
    const after = run(setup, state, snapshotReceived(of), electionTimeout);
    expect(after.state).toEqual(
      candidate({
        term: 4,
        commit: 10,
        durable: 10,
        snapshot: of,
        memberships: [inForce(10, given)],
      }),
    );
    const request = requestVote(4, { lastIndex: 10, lastTerm: 2 });
    expect(after.effects.slice(2)).toEqual([
      saveHardState(4, a),
      resetElectionTimer,
      send(c, request),
      send(d, request, 4),
    ]);
  });

  test("about later ones the log says more", () => {
    const change = membershipEntry(11, 3, { voters: [a, c] });
    const message = appendEntries(3, { after: [10, 2], entries: [change] });
    const after = run(setup, gets(30, of), snapshotReceived(of), from(b, message));
    expect(after.state.memberships).toEqual([inForce(10, given), inForce(11, { voters: [a, c] })]);
  });

  test("§6 a joint one is joint: both halves decide, and the next leader leaves it", () => {
    const joint = { voters: [a, d, e], outgoing: [a, b, c] };
    const both = snapshot([10, 2], { membership: joint });
    const elect = run(setup, gets(30, both), snapshotReceived(both), electionTimeout);
    const half = run(elect.env, elect.state, from(d, voteReply(4, true)));
    expect(half.state.role).toEqual({ type: "candidate", votes: [a, d] });
    const won = run(half.env, half.state, from(b, voteReply(4, true)), durable(11, 4));
    expect(won.state.role.type).toBe("leader");
    const left = run(won.env, won.state, from(d, appendAccepted(4, 10)));
    expect(left.effects).toEqual([appendLog(membershipEntry(12, 4, { voters: [a, d, e] }))]);
    expect(left.state.memberships).toEqual([
      inForce(10, joint),
      inForce(12, { voters: [a, d, e] }),
    ]);
  });

  test("a server that is no longer in it does not stand", () => {
    const without = snapshot([10, 2], { membership: { voters: [b, c] } });
    const after = run(setup, gets(30, without), snapshotReceived(without), electionTimeout);
    expect(after.effects.slice(2)).toEqual([resetElectionTimer]);
  });
});
