/**
 * Leases (dissertation 6.4.1): how long a leader may assume that no other server leads, and the reads that use that.
 */
import { describe, expect, test } from "vitest";
import {
  makeConfig,
  MemoryLog,
  type Config,
  type Env,
  type Progress,
  type State,
} from "@kontiki/core";
import { clientAddress } from "../../../packages/actors/src/mail/address.ts";
import { encode } from "../../../packages/actors/src/bytes/codec.ts";
import { Lease } from "../../../packages/actors/src/node/lease.ts";
import type { CommandBytes } from "../../../packages/actors/src/storage/storage.ts";
import {
  bench,
  CLIENT,
  Journal,
  letter,
  n1,
  n2,
  n3,
  NODES,
  raft,
  timer,
  turnAt,
  type Bench,
} from "../support/actors.ts";
import {
  a,
  appendAccepted,
  appendEntries,
  appendRejected,
  b,
  c,
  d,
  e,
  follower,
  leader,
  replicating,
  requestVote,
  timeoutNow,
  voteReply,
} from "../../core/support/core.ts";

const ELECTION_MS = 300;

const env: Env<CommandBytes> = {
  config: makeConfig({ id: a, voters: [a, b, c] }),
  log: new MemoryLog((command) => command.length),
};

/** Leads, has begun this many rounds, and the others have answered these. */
function leads(inTerm: number, round: number, answered: readonly [number, number]): State {
  const progress: Record<string, Progress> = {
    [b]: replicating(1, { round: answered[0] }),
    [c]: replicating(1, { round: answered[1] }),
  };
  return leader({ term: inTerm, round, progress });
}

/** A lease whose rounds 1, 2, ... began at these times of term 1. */
function leaseOf(begun: readonly number[], clockDrift = 0): Lease {
  const lease = new Lease(ELECTION_MS, clockDrift);
  begun.forEach((at, place) => lease.observe(leads(1, place + 1, [0, 0]), at));
  return lease;
}

/** The times at which it is valid. */
function heldAt(lease: Lease, state: State, times: readonly number[]): readonly number[] {
  return times.filter((at) => lease.holds(env, state, at));
}

describe("a lease (dissertation 6.4.1)", () => {
  test("is valid for an election timeout from the beginning of the last round that a majority answered", () => {
    const lease = leaseOf([1000, 1100, 1200]);
    const state = leads(1, 3, [2, 1]);
    expect(heldAt(lease, state, [1100, 1200, 1399, 1400, 9999])).toEqual([1100, 1200, 1399]);
  });

  test("is shorter by the possible difference of clock rates", () => {
    const state = leads(1, 1, [1, 0]);
    expect(heldAt(leaseOf([1000], 0.5), state, [1199, 1200])).toEqual([1199]);
    expect(heldAt(leaseOf([1000], 0), state, [1299, 1300])).toEqual([1299]);
  });

  test("is not valid from a round that no majority has answered", () => {
    const lease = leaseOf([1000, 1100]);
    expect(heldAt(lease, leads(1, 2, [0, 0]), [1100])).toEqual([]);
    const five = { ...env, config: makeConfig({ id: a, voters: [a, b, c, d, e] }) };
    expect(lease.holds(five, leads(1, 2, [2, 0]), 1100)).toBe(false);
  });

  test("depends on when a round began, not on when it was answered or checked again", () => {
    const lease = leaseOf([1000]);
    lease.observe(leads(1, 1, [0, 0]), 1250);
    lease.observe(leads(1, 1, [1, 1]), 1290);
    expect(heldAt(lease, leads(1, 1, [1, 1]), [1299, 1300])).toEqual([1299]);
  });

  test("is renewed by later rounds, and a late answer takes nothing back", () => {
    const lease = leaseOf([1000, 1100, 1200]);
    expect(heldAt(lease, leads(1, 3, [3, 0]), [1499, 1500])).toEqual([1499]);
    expect(heldAt(lease, leads(1, 3, [3, 1]), [1499, 1500])).toEqual([1499]);
  });

  test("belongs to one term: rounds of an earlier term do not count", () => {
    const lease = leaseOf([1000, 1100]);
    lease.observe(leads(3, 1, [0, 0]), 1150);
    expect(heldAt(lease, leads(3, 1, [0, 0]), [1160])).toEqual([]);
    expect(heldAt(lease, leads(3, 1, [1, 0]), [1449, 1450])).toEqual([1449]);
    expect(heldAt(lease, leads(1, 2, [2, 2]), [1160])).toEqual([]);
  });

  test("is not valid for a non-leader", () => {
    const lease = leaseOf([1000]);
    lease.observe(follower({ term: 1 }), 1100);
    expect(heldAt(lease, follower({ term: 1, leader: b }), [1001])).toEqual([]);
  });

  test("of a cluster of one is valid from its last round", () => {
    const alone = { ...env, config: makeConfig({ id: a, voters: [a] }) };
    expect(leaseOf([1000]).holds(alone, leader({ term: 1, round: 1, progress: {} }), 1299)).toBe(
      true,
    );
  });

  test("remembers no more than the last thousand rounds, however many are unanswered", () => {
    const lease = leaseOf(Array.from({ length: 5000 }, () => 1000));
    expect(heldAt(lease, leads(1, 5000, [3900, 0]), [1100])).toEqual([]);
    expect(heldAt(lease, leads(1, 5000, [4900, 0]), [1100])).toEqual([1100]);
    const justTrimmed = leaseOf(Array.from({ length: 1025 }, () => 1000));
    expect(heldAt(justTrimmed, leads(1, 1025, [600, 0]), [1100])).toEqual([1100]);
  });
});

const client = clientAddress(CLIENT);

/** Answers with the number of commands it has applied. */
class Counting extends Journal {
  query(): number {
    return this.applied.length;
  }
}

function ask(consistency: "lease" | "linearizable" = "lease"): ReturnType<typeof letter> {
  return letter(client, { type: "read", id: 1, consistency, questions: [encode("count")] });
}

const ANSWERED = [{ to: client, read: 1, results: [{ type: "ok", value: 0 }] }];

/** Leads term 1 since 1000; n2 answered that round at 1050, and the no-op is committed since 1060. */
function leading(given: Partial<Config> & { readonly drift?: number } = {}): Bench {
  const { drift = 0, ...config } = given;
  const lease = new Lease(ELECTION_MS, drift);
  const at = bench({ machine: new Counting(), leases: true, quorumBeats: 3, lease, ...config });
  turnAt(900, at, timer(at.actor.timer.epoch));
  turnAt(1000, at, raft(n2, voteReply(1, true)));
  turnAt(1050, at, raft(n2, appendAccepted(1, 0, 1)));
  turnAt(1060, at, raft(n2, appendAccepted(1, 1, 1)));
  return at;
}

describe("a read that uses a lease", () => {
  test("is answered in its turn while the lease is valid, without asking other nodes", () => {
    expect(turnAt(1299, leading(), ask())).toEqual({
      early: [],
      answers: ANSWERED,
      promises: [],
      written: ["sync"],
    });
  });

  test("is handled as linearizable once the lease has ended (dissertation 6.4)", () => {
    const at = leading();
    expect(turnAt(1300, at, ask())).toEqual({
      early: [
        { to: n2, raft: [appendEntries(1, { after: [1, 1], commit: 1, round: 2 })] },
        { to: n3, raft: [appendEntries(1, { commit: 1, round: 2 })] },
      ],
      answers: [],
      promises: [],
      written: ["sync"],
    });
    expect(turnAt(1310, at, raft(n2, appendAccepted(1, 1, 2))).answers).toEqual(ANSWERED);
    expect(turnAt(1599, at, ask()).answers).toEqual(ANSWERED);
    expect(turnAt(1600, at, ask()).answers).toEqual([]);
  });

  test("is one sooner if clocks may drift", () => {
    expect(turnAt(1199, leading({ drift: 0.5 }), ask()).answers).toEqual(ANSWERED);
    expect(turnAt(1200, leading({ drift: 0.5 }), ask()).answers).toEqual([]);
  });

  test("a rejection that answers a round also renews it", () => {
    const at = leading();
    turnAt(1200, at, timer(at.actor.timer.epoch));
    const rejected = appendRejected(1, { prevIndex: 0, conflictIndex: 1, round: 2 });
    turnAt(1250, at, raft(n3, rejected));
    expect(turnAt(1499, at, ask()).answers).toEqual(ANSWERED);
    expect(turnAt(1500, at, ask()).answers).toEqual([]);
  });

  test("an unanswered round renews nothing", () => {
    const at = leading();
    turnAt(1200, at, timer(at.actor.timer.epoch));
    expect(turnAt(1299, at, ask()).answers).toEqual(ANSWERED);
    expect(turnAt(1300, at, ask()).answers).toEqual([]);
  });

  test("a round begins with its turn, though the turn takes long", () => {
    const at = leading();
    at.actor.begin([timer(at.actor.timer.epoch)], 1200);
    at.actor.finish();
    turnAt(1490, at, raft(n2, appendAccepted(1, 1, 2)));
    expect(turnAt(1499, at, ask()).answers).toEqual(ANSWERED);
    expect(turnAt(1500, at, ask()).answers).toEqual([]);
  });

  test("a linearizable one does not use the lease", () => {
    expect(turnAt(1100, leading(), ask("linearizable")).answers).toEqual([]);
  });

  test("a leader that has asked another to stand has none, for the rest of its term", () => {
    const at = leading();
    const order = { type: "order", event: { type: "transfer", target: n2 } } as const;
    expect(turnAt(1100, at, order).early).toEqual([{ to: n2, raft: [timeoutNow(1)] }]);
    expect(turnAt(1110, at, ask()).answers).toEqual([]);
  });

  test("a leader that is deposed in the same turn has none", () => {
    const at = leading();
    const deposing = { ...requestVote(2, { lastIndex: 9, lastTerm: 1 }), transfer: true };
    expect(turnAt(1100, at, ask(), raft(n3, deposing)).early).toEqual([
      { to: client, readRefused: 1, leader: undefined },
    ]);
  });

  test("without leases in the configuration it is a linearizable one", () => {
    const at = leading({ leases: false });
    expect(turnAt(1100, at, ask()).answers).toEqual([]);
    expect(turnAt(1110, at, raft(n2, appendAccepted(1, 1, 2))).answers).toEqual(ANSWERED);
  });

  test("before its no-op is committed, a leader may not use its lease (dissertation 6.4)", () => {
    const lease = new Lease(ELECTION_MS, 0);
    const at = bench({ machine: new Counting(), leases: true, quorumBeats: 3, lease });
    turnAt(900, at, timer(at.actor.timer.epoch));
    turnAt(1000, at, raft(n2, voteReply(1, true)));
    turnAt(1050, at, raft(n2, appendAccepted(1, 0, 1)));
    const config = makeConfig({ id: n1, voters: NODES });
    expect(lease.holds({ config, log: at.actor.log }, at.actor.state, 1060)).toBe(true);
    expect(turnAt(1060, at, ask()).answers).toEqual([]);
    expect(turnAt(1070, at, raft(n2, appendAccepted(1, 1, 1))).answers).toEqual([]);
    expect(turnAt(1080, at, raft(n2, appendAccepted(1, 1, 2))).answers).toEqual(ANSWERED);
  });

  test("a single node needs no answers", () => {
    const at = leading({ voters: [n1] });
    expect(turnAt(1070, at, ask()).answers).toEqual(ANSWERED);
  });
});
