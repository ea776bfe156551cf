import { atLeastAsUpToDate, step } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import {
  a,
  b,
  c,
  candidate,
  electionTimeout,
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

describe("§5.4.1 election restriction", () => {
  test.each([
    ["an empty log", [], 0, 0],
    ["one entry", [1], 1, 1],
    ["entries of several terms", [1, 1, 3], 3, 3],
  ])(
    "VoteRequest: includes the last position of the candidate's log: %s",
    (_title, terms, lastIndex, lastTerm) => {
      const { effects } = step(env({ log: terms }), follower({ term: 3 }), electionTimeout);
      const request = requestVote(4, { lastIndex, lastTerm });
      expect(effects.slice(-2)).toEqual([send(b, request), send(c, request)]);
    },
  );

  // Our log ends with (index, term); its terms are [1], [1, 1] and so on. Theirs ends as the request says.
  const cases = [
    ["same term, equal length", [1], 1, 1, true],
    ["same term, longer", [1], 1, 2, true],
    ["same term, shorter", [1, 1], 1, 1, false],
    ["later term, equal length", [1], 2, 1, true],
    ["later term, longer", [1], 2, 2, true],
    ["later term, shorter", [1, 1], 2, 1, true],
    ["earlier term, equal length", [2], 1, 1, false],
    ["earlier term, longer", [2], 1, 2, false],
    ["earlier term, shorter", [1, 2], 1, 1, false],
    ["both empty", [], 0, 0, true],
    ["theirs empty", [1], 0, 0, false],
    ["ours empty", [], 1, 1, true],
  ] as const;

  test.each(cases)("Voter: %s", (_title, terms, lastTerm, lastIndex, granted) => {
    const message = requestVote(3, { lastIndex, lastTerm });
    const reply = send(b, voteReply(3, granted));
    const setup = env({ log: terms });
    const state = follower({ term: 3, votedFor: granted ? b : undefined });
    const saved = saveHardState(3, granted ? b : undefined);

    expect(step(setup, follower({ term: 2 }), from(b, message))).toEqual({
      state,
      effects: granted ? [saved, resetElectionTimer, reply] : [saved, reply],
    });
    expect(step(setup, candidate({ term: 2 }), from(b, message))).toEqual({
      state,
      effects: granted ? [saved, resetElectionTimer, reply] : [saved, reply],
    });
    const lead = leader({ term: 2, progress: { b: replicating(1), c: replicating(1) } });
    expect(step(setup, lead, from(b, message))).toEqual({
      state,
      effects: granted
        ? [saved, resetElectionTimer, resetElectionTimer, reply]
        : [saved, resetElectionTimer, reply],
    });
  });

  test("of two logs one is always at least as up to date, so some server may be elected", () => {
    const positions = [0, 1, 2, 3].flatMap((lastTerm) =>
      [0, 1, 2, 3].map((lastIndex) => requestVote(9, { lastIndex, lastTerm })),
    );
    for (const one of positions) {
      for (const other of positions) {
        const left = { index: one.lastIndex, term: one.lastTerm };
        const right = { index: other.lastIndex, term: other.lastTerm };
        const both = atLeastAsUpToDate(left, right) && atLeastAsUpToDate(right, left);
        expect(atLeastAsUpToDate(left, right) || atLeastAsUpToDate(right, left)).toBe(true);
        expect(both).toBe(left.index === right.index && left.term === right.term);
      }
    }
  });

  test("a rejected candidate does not keep others from trying: the timer keeps running", () => {
    const state = follower({ term: 2, votedFor: a });
    const { effects } = step(env({ log: [1, 2] }), state, from(b, requestVote(3)));
    expect(effects).toEqual([saveHardState(3, undefined), send(b, voteReply(3, false))]);
  });
});
