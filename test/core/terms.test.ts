import { step } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import {
  a,
  appendAccepted,
  appendEntries,
  appendRejected,
  b,
  candidate,
  env,
  follower,
  from,
  leader,
  replicating,
  requestVote,
  resetElectionTimer,
  saveHardState,
  send,
  voteReply,
} from "./support/core.ts";

const lead = leader({ term: 2, progress: { b: replicating(1), c: replicating(1) } });

describe("§5.1 terms", () => {
  describe("if one server's current term is smaller than the other's, it updates it", () => {
    const followsB = (effects: readonly unknown[]) => ({
      state: follower({ term: 3, leader: b }),
      effects: [saveHardState(3, undefined), ...effects, send(b, appendAccepted(3, 0))],
    });

    test("FollowerUpdateTermFromMessage", () => {
      const state = follower({ term: 2, votedFor: a });
      expect(step(env(), state, from(b, appendEntries(3)))).toEqual(followsB([resetElectionTimer]));
    });

    test("CandidateUpdateTermFromMessage", () => {
      const state = candidate({ term: 2 });
      expect(step(env(), state, from(b, appendEntries(3)))).toEqual(followsB([resetElectionTimer]));
    });

    test("LeaderUpdateTermFromMessage: the timer is started twice, which has the effect of once", () => {
      expect(step(env(), lead, from(b, appendEntries(3)))).toEqual(
        followsB([resetElectionTimer, resetElectionTimer]),
      );
    });

    test.each([
      ["a rejected vote", voteReply(3, false)],
      ["a granted vote that was not requested", voteReply(3, true)],
      ["an acceptance", appendAccepted(3, 0)],
      ["a rejection", appendRejected(3, { prevIndex: 0, conflictIndex: 1 })],
    ])(
      "from a reply as well: %s turns it into a follower that has not voted",
      (_title, message) => {
        const state = follower({ term: 3 });
        expect(step(env(), follower({ term: 2, votedFor: a }), from(b, message))).toEqual({
          state,
          effects: [saveHardState(3, undefined)],
        });
        expect(step(env(), candidate({ term: 2 }), from(b, message))).toEqual({
          state,
          effects: [saveHardState(3, undefined)],
        });
        expect(step(env(), lead, from(b, message))).toEqual({
          state,
          effects: [saveHardState(3, undefined), resetElectionTimer],
        });
      },
    );
  });

  describe("RejectStaleTermMessage: if a server receives a request with a stale term number, it rejects it", () => {
    const roles = [
      ["follower", follower({ term: 2, leader: b })],
      ["candidate", candidate({ term: 2 })],
      ["leader", lead],
    ] as const;

    test.each(roles)("a %s refuses to vote, and replies with its term", (_role, state) => {
      const request = requestVote(1, { lastIndex: 9, lastTerm: 1 });
      expect(step(env(), state, from(b, request))).toEqual({
        state,
        effects: [send(b, voteReply(2, false))],
      });
    });

    test.each(roles)("a %s rejects entries, and replies with its term", (_role, state) => {
      expect(step(env({ log: [1] }), state, from(b, appendEntries(1, { commit: 1 })))).toEqual({
        state,
        effects: [send(b, appendRejected(2, { prevIndex: 0, conflictIndex: 2 }))],
      });
    });

    test.each(roles)("a %s ignores a stale reply", (_role, state) => {
      const replies = [
        voteReply(1, true),
        appendAccepted(1, 1),
        appendRejected(1, { prevIndex: 0, conflictIndex: 1 }),
      ];
      for (const reply of replies) {
        expect(step(env({ log: [1] }), state, from(b, reply))).toEqual({ state, effects: [] });
      }
    });
  });
});
