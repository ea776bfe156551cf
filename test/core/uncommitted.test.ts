import { step } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import { ON } from "./support/elections.ts";
import { Script } from "./support/scripted-cluster.ts";
import {
  a,
  appendAccepted,
  appendLog,
  b,
  c,
  commit,
  d,
  durable,
  e,
  entry,
  env,
  from,
  leader,
  propose,
  proposed,
  rejectProposal,
  replicating,
  run,
} from "./support/core.ts";

/** Commands of one byte; ten bytes may be uncommitted. The builders' entries have three bytes each. */
const small = (log: readonly number[]) => env({ ...ON, log, maxUncommittedBytes: 10 });

describe("a leader bounds its uncommitted entries", () => {
  const progress = { b: replicating(5, { match: 1 }), c: replicating(5, { match: 1 }) };
  const state = leader({ term: 1, commit: 1, durable: 4, progress });

  test("below the bound it accepts a whole proposal, even one that exceeds it", () => {
    const content = [entry(5, 1, "x".repeat(8)), entry(6, 1, "y".repeat(8))];
    const { effects } = step(small([1, 1, 1, 1]), state, propose("x".repeat(8), "y".repeat(8)));
    expect(effects).toEqual([appendLog(...content), proposed(5, 1)]);
  });

  test("at the bound it rejects proposals as busy", () => {
    const { env: full, ...after } = run(small([1, 1, 1, 1]), state, propose("x"));
    expect(after.effects).toEqual([appendLog(entry(5, 1, "x")), proposed(5, 1)]);
    expect(step(full, after.state, propose("y"))).toEqual({
      state,
      effects: [rejectProposal("busy", a)],
    });
  });

  test("committing entries makes room", () => {
    const { effects } = run(
      small([1, 1, 1, 1, 1]),
      state,
      propose("x"),
      from(b, appendAccepted(1, 2)),
      propose("y"),
    );
    expect(effects).toEqual([
      rejectProposal("busy", a),
      commit(2),
      appendLog(entry(6, 1, "y")),
      proposed(6, 1),
    ]);
  });

  test("a no-op and a membership have no bytes, so the bound does not apply to them", () => {
    const full = env({ ...ON, voters: [a], log: [1, 1, 1, 1, 1], maxUncommittedBytes: 1 });
    const alone = leader({ term: 2, progress: {} });
    expect(step(full, alone, propose("x")).effects).toEqual([rejectProposal("busy", a)]);
    const committed = run(full, leader({ term: 1, progress: {} }), durable(5, 1), propose("x"));
    expect(committed.effects).toEqual([commit(5), appendLog(entry(6, 1, "x")), proposed(6, 1)]);
  });
});

describe("BoundedLogGrowthWithPartition", () => {
  test("a leader that is cut off accepts this much and no more, and serves again afterwards", () => {
    const play = new Script({ voters: [a, b, c, d, e], maxUncommittedBytes: 20 });
    play.timeout(a);
    play.partition([a, b]);
    for (let times = 0; times < 50; times += 1) play.propose(a, "12345");
    expect(play.log(a).lastIndex).toBe(5);
    expect(play.told(a).slice(-1)).toEqual([rejectProposal("busy", a)]);
    play.heal();
    play.heartbeat(a);
    play.propose(a, "x");
    expect(play.state(a).commit).toBe(6);
  });

  test("and steps down, so that its clients turn to the others", () => {
    const play = new Script({ voters: [a, b, c, d, e], maxUncommittedBytes: 20 });
    play.timeout(a);
    play.partition([a, b], [c, d, e]);
    for (let times = 0; times < 50; times += 1) play.propose(a, "12345");
    play.heartbeat(a, 4);
    play.told(a);
    play.propose(a, "x");
    expect(play.told(a)).toEqual([rejectProposal("notLeader")]);
    play.silence(c, d, e);
    play.timeout(c);
    play.propose(c, "y");
    play.heal();
    play.heartbeat(c, 2);
    expect(play.log(a).lastIndex).toBe(play.log(c).lastIndex);
    expect(play.state(a).commit).toBe(play.state(c).commit);
  });
});
