import { step } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import { ON, transferEnded } from "./support/elections.ts";
import { read, readReady } from "./support/reads.ts";
import {
  appendAccepted,
  appendEntries,
  b,
  c,
  env,
  follower,
  from,
  heartbeatTimeout,
  leader,
  propose,
  requestVote,
  resetElectionTimer,
  resetHeartbeatTimer,
  run,
  saveHardState,
  send,
  timeoutNow,
  voteReply,
} from "./support/core.ts";
import { common, handing, leading, progress, setup, waiting } from "./support/handing-over.ts";

describe("3.10: a transfer takes at most an election timeout", () => {
  const failed = transferEnded(b, "b did not take over within an election timeout");

  test("TimeoutNow is repeated with each heartbeat, as it may be lost", () => {
    const heartbeat = appendEntries(1, { after: [2, 1], commit: 2, round: 10 });
    expect(step(setup, handing(), heartbeatTimeout)).toEqual({
      state: {
        ...handing(),
        role: {
          ...handing().role,
          round: 10,
          check: { round: 10, beats: 1 },
          transfer: { target: b, beats: 1, told: true },
        },
      },
      effects: [
        resetHeartbeatTimer,
        send(b, timeoutNow(1)),
        send(b, heartbeat),
        send(c, heartbeat),
      ],
    });
  });

  test("LeaderTransferTimeout: after quorumBeats heartbeats it has failed, and proposals are accepted again", () => {
    const answers = [from(b, appendAccepted(1, 2, 10)), from(b, appendAccepted(1, 2, 11))];
    const beaten = run(
      setup,
      handing(),
      heartbeatTimeout,
      answers[0] ?? heartbeatTimeout,
      heartbeatTimeout,
    );
    expect(beaten.effects).not.toContainEqual(failed);
    const over = run(
      setup,
      beaten.state,
      answers[1] ?? heartbeatTimeout,
      heartbeatTimeout,
      propose("x"),
    );
    expect(over.effects).toContainEqual(failed);
    expect(over.effects).not.toContainEqual(send(b, timeoutNow(1)));
    expect(over.effects.at(-1)?.type).toBe("proposed");
    expect(over.state.role).toMatchObject({ transfer: undefined, leaseGivenUp: true });
  });

  test("a target that gets the log late does not extend it", () => {
    const late = handing({ target: c, told: false, beats: 2 });
    const { effects } = run(setup, late, from(c, appendAccepted(1, 2, 9)), heartbeatTimeout);
    expect(effects.slice(0, 3)).toEqual([
      send(c, timeoutNow(1)),
      resetHeartbeatTimer,
      transferEnded(c, "c did not take over within an election timeout"),
    ]);
  });

  test("with the quorum check off, it may take as long as it would by default", () => {
    const unchecked = env({ log: [1, 1] });
    const beats = Array.from({ length: 6 }, () => heartbeatTimeout);
    expect(run(unchecked, handing(), ...beats.slice(1)).effects).not.toContainEqual(failed);
    expect(run(unchecked, handing(), ...beats).effects).toContainEqual(failed);
  });

  test("6.4.1: the lease stays given up for the rest of the term: the target may still stand", () => {
    const leased = env({ ...ON, leases: true, log: [1, 1] });
    const before = step(leased, leading, read(1, true));
    expect(before.effects).toEqual([readReady(1, 2)]);
    const over = leader({ ...common, progress, leaseGivenUp: true });
    expect(step(leased, over, read(1, true)).effects).toEqual([]);
    expect(step(leased, waiting, read(1, true)).effects).toEqual([]);
  });

  test("a newer term, whichever server begins it, ends it: the server votes in it, and the operator gets the result", () => {
    const request = requestVote(2, { lastIndex: 2, lastTerm: 1, transfer: true });
    expect(step(setup, handing(), from(b, request))).toEqual({
      state: follower({ term: 2, votedFor: b, commit: 2, durable: 2 }),
      effects: [
        saveHardState(2, b),
        resetElectionTimer,
        transferEnded(b),
        resetElectionTimer,
        send(b, voteReply(2, true)),
      ],
    });
  });
});
