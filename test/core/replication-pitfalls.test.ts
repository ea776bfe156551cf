/** Pitfalls 5, 6, 19 and 25: what a leader and a follower conclude from the entries and the answers that they get. */
import { AssertionError, step } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import {
  appendAccepted,
  appendEntries,
  appendRejected,
  b,
  entries,
  entry,
  env,
  follower,
  from,
  heartbeatTimeout,
  leader,
  probe,
  replicate,
  replicating,
  resetElectionTimer,
  run,
  send,
} from "./support/core.ts";

const twoFollowers = { b: replicating(1), c: replicating(1) };

describe("5 only a conflict removes entries", () => {
  test.each([
    ["an old message that ends earlier", [0, 0], [1]],
    ["a heartbeat in the middle", [2, 1], []],
    ["a duplicate", [1, 1], [1, 1]],
  ] as const)("%s truncates nothing", (_title, after, terms) => {
    const state = follower({ term: 1, leader: b, durable: 4 });
    const message = appendEntries(1, { after, entries: entries(terms, after[0] + 1) });
    const { effects } = step(env({ log: [1, 1, 1, 1] }), state, from(b, message));
    expect(effects).toEqual([
      resetElectionTimer,
      send(b, appendAccepted(1, after[0] + terms.length)),
    ]);
  });

  test("entries that are in the log already are not written again", () => {
    const message = appendEntries(2, { entries: entries([1, 1, 2]) });
    const after = run(env({ log: [1, 1] }), follower({ term: 2 }), from(b, message));
    expect(after.effects).toContainEqual({ type: "appendLog", entries: [entry(3, 2)] });
  });
});

describe("6 the indexes of answers", () => {
  test("an acceptance names prevIndex + the number of entries", () => {
    const message = appendEntries(1, { after: [1, 1], entries: entries([1, 1], 2) });
    const { effects } = step(env({ log: [1] }), follower({ term: 1 }), from(b, message));
    expect(effects.at(-1)).toEqual(send(b, appendAccepted(1, 3)));
  });

  test("late or duplicate answers move nothing back", () => {
    const setup = env({ log: [1, 1, 1] });
    const state = leader({
      term: 1,
      commit: 3,
      durable: 3,
      progress: { b: replicating(4), c: replicating(4) },
    });
    for (const match of [0, 1, 2, 3]) {
      expect(step(setup, state, from(b, appendAccepted(1, match)))).toEqual({ state, effects: [] });
    }
  });

  test("an acceptance beyond the leader's log is a defect: the server dies first", () => {
    const state = leader({ term: 1, progress: twoFollowers });
    expect(() => step(env(), state, from(b, appendAccepted(1, 1)))).toThrow(AssertionError);
  });

  test("a rejection names what it rejects, so that a late one is recognized", () => {
    const state = leader({ term: 1, progress: { b: probe(2, { waiting: true }), c: probe(4) } });
    const old = appendRejected(1, { prevIndex: 3, conflictIndex: 1 });
    expect(step(env({ log: [1, 1, 1] }), state, from(b, old))).toEqual({ state, effects: [] });
  });
});

test("19 a follower that lost its disk is probed once per heartbeat, not as fast as it can reject", () => {
  const setup = env({ log: [1, 1] });
  const state = leader({ term: 1, progress: { b: replicating(3), c: replicating(3) } });
  const lost = from(b, appendRejected(1, { prevIndex: 2, conflictIndex: 1 }));
  expect(run(setup, state, lost, replicate).effects).toEqual([]);
  const asked = leader({
    term: 1,
    progress: { b: probe(3, { match: 2, waiting: true }), c: replicating(3) },
  });
  expect(run(setup, asked, lost, replicate).effects).toEqual([]);
});

describe("19 a follower whose log was found damaged, and that lost entries it is known to hold", () => {
  const setup = env({ log: [1, 1, 1] });
  const others = { c: replicating(4) };
  const lost = (round: number) =>
    from(b, appendRejected(1, { prevIndex: 3, conflictIndex: 2, round }));

  test.each([
    ["while entries are pipelined", replicating(4, { round: 2 })],
    ["while it is probed", probe(4, { match: 3, waiting: true, round: 2 })],
  ])("gets them again once it reports it in a newer round, %s", (_title, progress) => {
    const state = leader({ term: 1, round: 3, progress: { b: progress, ...others } });
    const after = run(setup, state, lost(3), replicate);
    expect(after.state).toEqual(
      leader({
        term: 1,
        round: 3,
        progress: { b: probe(2, { match: 0, waiting: true, round: 3 }), ...others },
      }),
    );
    expect(after.effects).toEqual([send(b, appendEntries(1, { after: [1, 1], round: 3 }))]);
  });

  test("an answer in a round that it answered otherwise is late, and means nothing", () => {
    const state = leader({
      term: 1,
      round: 3,
      progress: { b: replicating(4, { round: 3 }), ...others },
    });
    expect(run(setup, state, lost(3), replicate).effects).toEqual([]);
  });
});

test("25 a leader whose log lacks the position before an entry sends nothing: it dies", () => {
  const setup = env({ log: [1, 1] });
  const blind = {
    config: setup.config,
    log: {
      firstIndex: setup.log.firstIndex,
      lastIndex: setup.log.lastIndex,
      termAt: () => undefined,
      slice: () => entries([1, 1]),
      bytesBetween: () => 0,
    },
  };
  const state = leader({ term: 1, progress: { b: replicating(2), c: replicating(2) } });
  expect(() => step(blind, state, replicate)).toThrow(AssertionError);
  expect(() => step(blind, state, heartbeatTimeout)).toThrow(AssertionError);
});

describe("entries that no leader can have sent kill the server before they reach its log", () => {
  test.each([
    ["do not follow the previous entry", [entry(3, 1)]],
    ["have a gap", [entry(2, 1), entry(4, 1)]],
    ["are of a later term than the leader's", [entry(2, 3)]],
    ["are of an earlier term than the previous entry", [entry(2, 2), entry(3, 1)]],
    ["are of an earlier term than the one they follow", [entry(2, 0)]],
  ])("they %s", (_title, content) => {
    const state = follower({ term: 2, leader: b });
    const message = appendEntries(2, { after: [1, 1], entries: content });
    expect(() => step(env({ log: [1] }), state, from(b, message))).toThrow(AssertionError);
  });
});
