/**
 * A server whose log was found damaged in a part that it had promised to hold (Alagappan et al., "Protocol-Aware
 * Recovery", FAST '18): it does not stand for election until its log is as up to date again as it was. Pitfalls 19 and 23.
 */
import { restore, step, term, type Progress, type State } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import {
  a,
  appendAccepted,
  appendEntries,
  appendLog,
  appendRejected,
  b,
  c,
  commit,
  electionTimeout,
  entries,
  env,
  follower,
  from,
  hardState,
  heartbeatTimeout,
  leader,
  log,
  replicate,
  replicating,
  requestVote,
  resetElectionTimer,
  run,
  saveHardState,
  send,
  truncateLog,
  voteReply,
} from "./support/core.ts";
import {
  chunk,
  envAfter,
  logRepaired,
  peerDown,
  position,
  sendChunk,
  sending,
  snapshot,
} from "./support/snapshots.ts";

/** The server promised five entries of terms 1, 1, 2, 2, 2, and three are left. */
const left = [1, 1, 2];
const horizon = position([5, 2]);
const setup = env({ log: left });
const damaged = (given: Parameters<typeof follower>[0] = {}): State =>
  follower({ term: 3, durable: 3, horizon, ...given });

const preVote = (inTerm: number, lastIndex: number, lastTerm: number) => ({
  ...requestVote(inTerm, { lastIndex, lastTerm }),
  type: "requestPreVote" as const,
});

describe("it votes as if its log still ended where it did (§5.4.1)", () => {
  test.each<[string, readonly [number, number], boolean]>([
    ["a log that ends where the lost one did", [5, 2], true],
    ["a longer log of the same term", [6, 2], true],
    ["a log of a later term, however short", [1, 3], true],
    [
      "a log that ends before the lost one: the server may have promised to hold the rest",
      [4, 2],
      false,
    ],
    ["a log as long as what is left", [3, 2], false],
    ["a longer log of an earlier term", [9, 1], false],
  ])("%s", (_title, [lastIndex, lastTerm], granted) => {
    const request = from(b, requestVote(4, { lastIndex, lastTerm }));
    expect(step(setup, damaged(), request)).toEqual({
      state: damaged({ term: 4, votedFor: granted ? b : undefined }),
      effects: [
        saveHardState(4, granted ? b : undefined),
        ...(granted ? [resetElectionTimer] : []),
        send(b, voteReply(4, granted)),
      ],
    });
    const asked = from(b, preVote(4, lastIndex, lastTerm));
    expect(step(setup, damaged(), asked).effects).toEqual([
      send(b, { type: "preVoteReply", term: term(granted ? 4 : 3), granted }),
    ]);
  });

  test("entries that a leader added since count as well", () => {
    const longer = env({ log: [1, 1, 2, 2, 2, 2] });
    const request = from(b, requestVote(4, { lastIndex: 5, lastTerm: 2 }));
    expect(step(longer, damaged(), request).effects.at(-1)).toEqual(send(b, voteReply(4, false)));
  });
});

describe("it does not stand for election, and asks the others for what it lacks", () => {
  const request = {
    type: "fetchRequest",
    term: term(3),
    after: position([3, 2]),
    known: [horizon],
  } as const;

  test("with or without a pre-vote, and its timer keeps running", () => {
    for (const preVoting of [true, false])
      expect(
        step(env({ log: left, preVote: preVoting }), damaged({ leader: b }), electionTimeout),
      ).toEqual({
        state: damaged(),
        effects: [resetElectionTimer, send(b, request), send(c, request)],
      });
  });

  test("where the wire has no such request, it waits for a leader", () => {
    const without = env({ log: left, fetch: false });
    expect(step(without, damaged({ leader: b }), electionTimeout)).toEqual({
      state: damaged(),
      effects: [resetElectionTimer],
    });
  });

  test("not even when its leader asks it to (dissertation 3.10)", () => {
    const state = damaged({ leader: b });
    const message = { type: "timeoutNow", term: term(3) } as const;
    expect(step(setup, state, from(b, message))).toEqual({ state, effects: [] });
  });

  test("not even when its leader is certainly gone", () => {
    expect(step(setup, damaged({ leader: b }), peerDown(b))).toEqual({
      state: damaged(),
      effects: [],
    });
  });

  test("sole voter: it stays so, because no other server has what was lost", () => {
    const alone = env({ log: left, voters: [a] });
    expect(step(alone, damaged(), electionTimeout)).toEqual({
      state: damaged(),
      effects: [resetElectionTimer],
    });
  });
});

describe("it accepts entries, and what it says about them is true", () => {
  test("it acknowledges what was proven, and no more", () => {
    const message = appendEntries(3, { after: [3, 2], entries: entries([2], 4), round: 4 });
    const after = run(setup, damaged({ leader: b }), from(b, message));
    expect(after.state).toEqual(damaged({ leader: b }));
    expect(after.effects).toEqual([
      resetElectionTimer,
      appendLog(...entries([2], 4)),
      send(b, appendAccepted(3, 4, 4)),
    ]);
  });

  test("entries that it lost: it says where its log ends", () => {
    const message = appendEntries(3, { after: [5, 2], round: 4 });
    expect(step(setup, damaged({ leader: b }), from(b, message))).toEqual({
      state: damaged({ leader: b }),
      effects: [
        resetElectionTimer,
        send(b, appendRejected(3, { prevIndex: 5, conflictIndex: 4, round: 4 })),
      ],
    });
  });
});

describe("its log is intact when it is proven to match a leader's up to the horizon", () => {
  test.each<[string, readonly [number, number], readonly number[], boolean]>([
    ["with the entry at the horizon itself", [3, 2], [2, 2], true],
    ["beyond it", [3, 2], [2, 2, 2], true],
    ["one entry before it", [3, 2], [2], false],
    [
      "with any entry of a later term: that leader had everything that was committed",
      [3, 2],
      [3],
      true,
    ],
    ["with one of a later term in place of one that was lost", [2, 1], [3], true],
    [
      "with many entries of an earlier term: those are not the lost ones",
      [2, 1],
      [1, 1, 1, 1, 1],
      false,
    ],
    ["with nothing new", [3, 2], [], false],
    ["with less than the log holds", [2, 1], [], false],
  ])("%s", (_title, after, terms, whole) => {
    const message = appendEntries(4, { after, entries: entries(terms, after[0] + 1) });
    const next = step(setup, damaged({ term: 4, leader: b }), from(b, message));
    expect(next.state.horizon).toEqual(whole ? undefined : horizon);
    expect(next.effects.filter(({ type }) => type === "logRepaired")).toEqual(
      whole ? [logRepaired] : [],
    );
  });

  test("the entries that repair it are on disk before the horizon is cleared, and are acknowledged", () => {
    const message = appendEntries(3, { after: [3, 2], entries: entries([2, 2], 4), commit: 5 });
    const after = run(setup, damaged({ leader: b }), from(b, message));
    expect(after.state).toEqual(follower({ term: 3, leader: b, commit: 5, durable: 3 }));
    expect(after.effects).toEqual([
      resetElectionTimer,
      appendLog(...entries([2, 2], 4)),
      commit(5),
      send(b, appendAccepted(3, 5)),
      logRepaired,
    ]);
  });

  test("a heartbeat proves as much as entries do: they may have arrived one by one", () => {
    const refilled = env({ log: [1, 1, 2, 2, 2] });
    const state = damaged({ leader: b });
    const message = appendEntries(3, { after: [5, 2] });
    expect(step(refilled, state, from(b, message))).toEqual({
      state: follower({ term: 3, leader: b, durable: 3 }),
      effects: [resetElectionTimer, send(b, appendAccepted(3, 5)), logRepaired],
    });
  });

  test("not by the length of its own log: entries after the proven part may be from any leader", () => {
    const longer = env({ log: [1, 1, 2, 2, 2, 2, 2] });
    const state = damaged({ leader: b });
    const message = appendEntries(3, { after: [3, 2], entries: entries([2], 4) });
    expect(step(longer, state, from(b, message)).state).toEqual(state);
  });

  test("a conflict may remove what was left of it, and repair it at once", () => {
    const message = appendEntries(4, { after: [2, 1], entries: entries([4], 3) });
    const after = run(setup, damaged({ term: 4, leader: b }), from(b, message));
    expect(after.state).toEqual(follower({ term: 4, leader: b, durable: 2 }));
    expect(after.effects).toEqual([
      resetElectionTimer,
      truncateLog(2),
      appendLog(...entries([4], 3)),
      send(b, appendAccepted(4, 3)),
      logRepaired,
    ]);
  });

  test("entries from before its log prove nothing about what was lost", () => {
    const state = damaged({ leader: b, commit: 2, snapshot: snapshot([2, 1]) });
    const message = appendEntries(3, { entries: entries([1, 1, 2, 2, 2]) });
    expect(step(envAfter([2, 1], [2]), state, from(b, message))).toEqual({
      state,
      effects: [resetElectionTimer, send(b, appendAccepted(3, 2))],
    });
  });

  test("a snapshot that is not needed does not prove anything either", () => {
    const state = damaged({ leader: b, commit: 2 });
    const after = step(setup, state, from(b, chunk(3, snapshot([2, 1]), 0)));
    expect(after.state).toEqual(state);
  });

  test("then it votes and stands like any other server", () => {
    const repaired = run(
      setup,
      damaged({ leader: b }),
      from(b, appendEntries(3, { after: [3, 2], entries: entries([2, 2], 4) })),
    );
    const request = from(c, requestVote(4, { lastIndex: 5, lastTerm: 2 }));
    expect(run(repaired.env, repaired.state, request).state.votedFor).toBe(c);
    expect(run(repaired.env, repaired.state, electionTimeout).state.role.type).toBe("candidate");
  });
});

describe("several restarts: the horizon is kept until the log is intact", () => {
  test("after a restart in the middle of the repair it still does not stand", () => {
    const restarted = restore(hardState(3), log([1, 1, 2, 2]), { horizon });
    expect(restarted).toEqual(damaged({ durable: 4 }));
    const { state } = step(env({ log: [1, 1, 2, 2] }), restarted, electionTimeout);
    expect(state).toEqual(damaged({ durable: 4 }));
  });

  test("even when its log is as long again, because that is not proven", () => {
    const restarted = restore(hardState(3), log([1, 1, 2, 2, 2]), { horizon });
    const { state } = step(env({ log: [1, 1, 2, 2, 2] }), restarted, electionTimeout);
    expect(state).toEqual(damaged({ durable: 5 }));
  });

  test("with nothing left of the log it is repaired as from any other position", () => {
    const restarted = restore(hardState(3), log([]), { horizon });
    const message = appendEntries(3, { entries: entries([1, 1, 2, 2, 2]) });
    expect(step(env(), restarted, from(b, message)).effects.at(-1)).toEqual(logRepaired);
  });
});

describe("19 its leader finds out in the same term what it lost", () => {
  const whole = env({ log: [1, 1, 2, 2, 2] });
  const lead = (theirs: Progress, round: number) =>
    leader({
      term: 2,
      commit: 5,
      durable: 5,
      round,
      check: { round: Math.max(round, 1), beats: 0 },
      progress: { b: theirs, c: replicating(6) },
    });
  const lost = (round: number) =>
    from(b, appendRejected(2, { prevIndex: 5, conflictIndex: 4, round }));

  test("by the answer to a later round than any that was answered: it sends the missing entries", () => {
    const state = lead(replicating(6, { round: 3 }), 3);
    const after = run(
      whole,
      state,
      heartbeatTimeout,
      lost(4),
      replicate,
      from(b, appendAccepted(2, 3, 4)),
      replicate,
    );
    expect(after.effects.slice(3)).toEqual([
      send(b, appendEntries(2, { after: [3, 2], commit: 5, round: 4 })),
      send(
        b,
        appendEntries(2, { after: [3, 2], entries: entries([2, 2], 4), commit: 5, round: 4 }),
      ),
    ]);
    expect(after.state).toEqual(lead(replicating(6, { match: 3, inflight: [5], round: 4 }), 4));
  });

  test("also when it was known to have died in between", () => {
    const state = lead(replicating(6, { round: 3 }), 3);
    const after = run(whole, state, peerDown(b), replicate, heartbeatTimeout, lost(4), replicate);
    expect(after.effects.at(-1)).toEqual(
      send(b, appendEntries(2, { after: [3, 2], commit: 5, round: 4 })),
    );
  });

  test("a rejection in a round that it had accepted is late, and takes nothing back", () => {
    const state = lead(replicating(6, { round: 4 }), 4);
    for (const round of [0, 3, 4])
      expect(step(whole, state, lost(round))).toEqual({ state, effects: [] });
  });

  test("when the missing entries are compacted it sends the snapshot", () => {
    const taken = snapshot([4, 2]);
    const compacted = envAfter([4, 2], [2]);
    const state = { ...lead(replicating(6, { round: 3 }), 4), snapshot: taken };
    const after = run(compacted, state, lost(4), replicate);
    expect(after.state).toEqual({ ...lead(sending(taken, { round: 4 }), 4), snapshot: taken });
    expect(after.effects).toEqual([
      send(b, appendEntries(2, { commit: 5, round: 4 })),
      sendChunk(b, 2, taken, 0),
    ]);
  });

  test("entries that were committed by its promise stay committed", () => {
    const state = lead(replicating(6, { round: 3 }), 4);
    const after = run(whole, state, lost(4), from(c, appendAccepted(2, 5, 4)));
    expect(after.state.commit).toBe(5);
    expect(after.effects).toEqual([]);
  });

  test("entries that it lost are not counted for what is yet to be committed", () => {
    const state = leader({
      term: 2,
      commit: 3,
      durable: 3,
      round: 4,
      progress: { b: replicating(6, { round: 3 }), c: replicating(6, { match: 3 }) },
    });
    const after = run(whole, state, lost(4), {
      type: "durable",
      index: horizon.index,
      term: term(2),
    });
    expect(after.state.commit).toBe(3);
  });
});

describe("a majority is damaged", () => {
  test("an intact leader continues, and repairs them", () => {
    const message = appendEntries(3, { after: [3, 2], entries: entries([2, 2], 4) });
    for (const id of [b, c]) {
      const other = env({ id, log: left });
      expect(step(other, damaged({ leader: a }), from(a, message)).state.horizon).toBe(undefined);
    }
  });

  const ask = (terms: readonly number[], request: ReturnType<typeof requestVote>) => {
    const candidate = run(env({ log: terms }), follower({ term: 3 }), electionTimeout);
    const answers = [b, c].flatMap((id) =>
      step(env({ id, log: left }), damaged(), from(a, request)).effects.flatMap((effect) =>
        effect.type === "send" ? [from(id, effect.message)] : [],
      ),
    );
    return run(candidate.env, candidate.state, ...answers).state.role;
  };

  test("they elect a server that has everything that they promised", () => {
    expect(ask([1, 1, 2, 2, 2], requestVote(4, { lastIndex: 5, lastTerm: 2 })).type).toBe("leader");
  });

  test("no server is elected, rather than one that may lack committed entries", () => {
    expect(ask([1, 1, 2, 2], requestVote(4, { lastIndex: 4, lastTerm: 2 }))).toEqual({
      type: "candidate",
      votes: [a],
    });
  });
});
