/** Reads at a leader that has just been elected, or is deposed. */
import { step } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import { ON } from "./support/elections.ts";
import { read, readReady, rejectRead } from "./support/reads.ts";
import { Script } from "./support/scripted-cluster.ts";
import {
  a,
  appendAccepted,
  b,
  c,
  commit,
  durable,
  electionTimeout,
  env,
  from,
  leader,
  replicate,
  replicating,
  resetElectionTimer,
  run,
  saveHardState,
  voteReply,
} from "./support/core.ts";
import { common, pending, progress, setup } from "./support/leader-of-reads.ts";

describe("12: ReadOnlyForNewLeader, etcd#7331: a leader first commits an entry of its own term", () => {
  const behind = { b: replicating(3, { match: 1 }), c: replicating(3, { match: 1 }) };
  const fresh = leader({ ...common, commit: 1, durable: 2, progress: behind });

  test("a read waits for that, though a majority has answered its round", () => {
    const { state, effects } = run(
      setup,
      fresh,
      read(7),
      replicate,
      from(b, appendAccepted(2, 1, 5)),
    );
    expect(effects.filter(({ type }) => type === "readReady")).toEqual([]);
    expect(step(setup, state, from(b, appendAccepted(2, 2, 5))).effects).toEqual([
      commit(2),
      readReady(7, 2),
    ]);
  });

  test("also when only its own disk was missing", () => {
    const held = { b: replicating(3, { match: 2, round: 5 }), c: replicating(3, { match: 1 }) };
    const state = leader({
      ...common,
      commit: 1,
      durable: 1,
      progress: held,
      round: 5,
      reads: [pending(7, 5, { at: 1 })],
    });
    expect(step(setup, state, durable(2, 2)).effects).toEqual([commit(2), readReady(7, 2)]);
  });

  test("a lease does not help before that", () => {
    const leased = env({ ...ON, leases: true, log: [1, 2] });
    expect(step(leased, fresh, read(7, true)).effects).toEqual([]);
  });

  test("a leader of one reads what its earlier terms committed, after its no-op", () => {
    const play = new Script({ voters: [a], logs: { a: [1, 1] } });
    play.event(a, electionTimeout);
    play.event(a, read(7));
    expect(play.told(a)).toEqual([readReady(7, 3)]);
  });
});

describe("a leader that loses its leadership", () => {
  test("rejects its own reads, and leaves the others to ask again", () => {
    const reads = [pending(7, 5), pending(8, 5, { asker: b })];
    const state = leader({ ...common, progress, reads });
    const { effects } = step(setup, state, from(b, voteReply(3, false)));
    expect(effects).toEqual([saveHardState(3, undefined), resetElectionTimer, rejectRead(7)]);
  });

  test("it never answers a read that was pending when it was deposed", () => {
    const play = new Script({ voters: [a, b, c] });
    play.timeout(a);
    play.event(a, read(7));
    const answers = play.drop();
    play.partition([b, c]);
    play.silence(b, c);
    play.timeout(b);
    play.propose(b, "x");
    play.heal();
    play.packets.push(...answers);
    play.heartbeat(a);
    expect(play.told(a)).toEqual([rejectRead(7)]);
  });
});
